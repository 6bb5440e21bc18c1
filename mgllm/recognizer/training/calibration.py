"""Probabilities that mean what they say: one temperature over all logits (Guo et al., ICML 2017)."""

from __future__ import annotations

import numpy as np
import torch

from mgllm.recognizer.metrics import Labels, Reals
from mgllm.recognizer.network.network import Recognizer, classify
from mgllm.recognizer.network.reading import ClipReader, Numbers


def calibrate(network: Recognizer, reader: ClipReader, numbers: Numbers) -> float:
    """Divide a network's logits by the temperature that fits clips it has not learned from.

    The classifier's weights are divided, so that whoever asks the network gets calibrated probabilities.

    Returns: the temperature.
    """
    assert network.classifier is not None, "a network without classes has no probabilities"
    p_NK = classify(network, reader, numbers).double().numpy()
    temperature = fit_temperature(np.log(np.maximum(p_NK, 1e-30)), reader.dataset.labels[np.asarray(numbers)])
    with torch.no_grad():
        network.classifier.weight.div_(temperature)
        network.classifier.bias.div_(temperature)
    return temperature


def fit_temperature(logits_NK: Reals, y_N: Labels) -> float:
    """The temperature at which held-out clips are most probable; 1 changes nothing, larger is less sure.

    Searched between 1/20 and 20; without a clip it is 1.
    """
    from scipy.optimize import minimize_scalar

    if not len(y_N):
        return 1.0
    found = minimize_scalar(
        lambda log_t: _loss(logits_NK, y_N, float(np.exp(log_t))),
        bounds=(-np.log(20), np.log(20)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


def _loss(logits_NK: Reals, y_N: Labels, temperature: float) -> float:
    from scipy.special import log_softmax

    scaled = log_softmax(logits_NK / temperature, axis=1)
    return -float(scaled[np.arange(len(y_N)), y_N].mean())
