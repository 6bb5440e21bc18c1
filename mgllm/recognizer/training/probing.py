"""How useful frozen features are: a linear classifier and nearest neighbours; and calibration.

Calibration is one temperature over all logits (Guo et al., ICML 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from mgllm.recognizer.metrics import Labels, Reals
from mgllm.recognizer.network.network import Recognizer, raw_logits
from mgllm.recognizer.network.reading import ClipReader, Numbers
from mgllm.recognizer.training.targets import accepted_loss, targets_of

LongTail = Literal["none", "logit", "sampling"]
"""What is done about rare classes: nothing, logit adjustment, or class-balanced sampling."""

NEVER = -1e4
"""Logit of a class that no training clip has."""
TEMPERATURE = 0.1
"""Temperature of the softmax over similarities, which gives nearest neighbours probabilities."""


def log_prior(y_N: Labels, classes: int) -> Reals:
    """Logarithm of each class's share of the training clips; 0 for a class without clips."""
    count_K = np.bincount(y_N, minlength=classes)
    return np.where(count_K > 0, np.log(np.maximum(count_K, 1) / len(y_N)), 0.0)


def fit_linear(network: Recognizer, z_ND: Tensor, y_N: Labels, strength: float, tail: LongTail) -> None:
    """Give a network with frozen encoders its classifier: logistic regression on standardised
    features.

    Args:
        network: one with classes; its classifier is replaced.
        z_ND: features of training clips.
        y_N: their classes.
        strength: of the weights' L2 penalty, as scikit-learn's `C`: a larger value is a weaker
            penalty.
        tail: `logit` subtracts the classes' log prior from the logits (Menon et al., ICLR 2021, eq.
            9); `sampling` weights clips so that all classes count equally.
    """
    from sklearn.linear_model import LogisticRegression

    assert isinstance(network.classifier, nn.Linear)
    network.standardise(z_ND.to(network.mean_D.device))
    found, y_N = np.unique(y_N), np.asarray(y_N)
    weight_KD = np.zeros((len(network.classes), z_ND.shape[1]))
    bias_K = np.full(len(network.classes), NEVER)
    bias_K[found] = 0.0
    if len(found) > 1:
        balanced = "balanced" if tail == "sampling" else None
        fitted = LogisticRegression(C=strength, max_iter=1000, class_weight=balanced)
        fitted.fit(network.standardised(z_ND.to(network.mean_D.device)).cpu().numpy(), y_N)
        coefficients, intercepts = fitted.coef_, fitted.intercept_
        if len(found) == 2:  # scikit-learn keeps only the second class
            coefficients = np.concatenate([-coefficients, coefficients]) / 2
            intercepts = np.concatenate([-intercepts, intercepts]) / 2
        weight_KD[found], bias_K[found] = coefficients, intercepts
    if tail == "logit":
        bias_K -= log_prior(y_N, len(network.classes))
    with torch.no_grad():
        network.classifier.weight.copy_(torch.from_numpy(weight_KD))
        network.classifier.bias.copy_(torch.from_numpy(bias_K))


def neighbours(z_train_MD: Tensor, y_M: Labels, z_test_ND: Tensor, classes: int, k: int = 1) -> Reals:
    """Probabilities [N, K] by the k nearest training clips: cosine of standardised features.

    Each class gets exp(similarity / 0.1) of its members among the k nearest (weighted k-NN, Wu et
    al., CVPR 2018). Classes without such a member come after all others, by their nearest clip.
    With k = 1 the first class is that of the nearest neighbour.
    """
    from sklearn.preprocessing import StandardScaler, normalize

    scaler = StandardScaler().fit(z_train_MD.numpy())
    train_MD, test_ND = (normalize(scaler.transform(z.numpy())) for z in (z_train_MD, z_test_ND))
    parts = [
        _votes(test_ND[first : first + 1024] @ train_MD.T, y_M, classes, k)
        for first in range(0, len(test_ND), 1024)
    ]
    return np.concatenate(parts)


def _votes(alike_NM: Reals, y_M: Labels, classes: int, k: int) -> Reals:
    k = min(k, alike_NM.shape[1])
    weight_NM = np.exp((alike_NM - 1) / TEMPERATURE).astype(np.float64)
    nearest_NK = np.argsort(-alike_NM, axis=1, kind="stable")[:, :k]
    rows_N1 = np.arange(len(alike_NM))[:, None]
    member_MC = np.eye(classes)[y_M]
    near_NM = np.zeros_like(weight_NM)
    near_NM[rows_N1, nearest_NK] = weight_NM[rows_N1, nearest_NK]
    best_NC = np.stack([weight_NM[:, y_M == c].max(1, initial=0.0) for c in range(classes)], axis=1)
    # clips after the k nearest only order classes: together they count less than the smallest vote
    least_N1 = np.where(near_NM > 0, near_NM, np.inf).min(1, keepdims=True)
    votes_NC = near_NM @ member_MC
    votes_NC = np.where(votes_NC > 0, votes_NC, np.minimum(best_NC, 0.999 * least_N1))
    return np.asarray(votes_NC / votes_NC.sum(1, keepdims=True))


def calibrate(network: Recognizer, reader: ClipReader, numbers: Numbers) -> float:
    """Divide a network's logits by the temperature that fits clips it has not learned from.

    The heads' weights are divided, so that the network then gives calibrated probabilities.

    Returns: the temperature.
    """
    chosen = np.asarray(numbers)
    if not len(chosen):
        return 1.0
    raw = raw_logits(network, reader, chosen)
    right_NK = torch.from_numpy(targets_of(reader.dataset, network.classes)[chosen])
    temperature = fit_temperature(
        lambda t: float(accepted_loss(network.joined(raw, t).double(), right_NK, 0.0))
    )
    network.cool(temperature)
    return temperature


def fit_temperature(loss: Callable[[float], float]) -> float:
    """The temperature with the lowest loss; 1 changes nothing, a larger one is less sure. It is
    between 1/20 and 20."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_t: loss(float(np.exp(log_t))),
        bounds=(-np.log(20), np.log(20)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))
