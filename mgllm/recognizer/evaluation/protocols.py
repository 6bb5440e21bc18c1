"""The field's protocols: what is learned from which labels, and how test clips are classified then."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mgllm.recognizer.metrics import Reals
from mgllm.recognizer.network.network import Recognizer, classify, encode
from mgllm.recognizer.network.reading import ClipReader, Numbers
from mgllm.recognizer.training.probing import fit_linear, neighbours
from mgllm.recognizer.training.supervised import SupervisedOptions, train_supervised
from mgllm.seeds import unit
from mgllm.skeleton import SkeletonDataset

Protocol = Literal["linear", "knn", "finetune", "semi", "classifier"]
PROTOCOLS: tuple[Protocol, ...] = ("linear", "knn", "finetune", "semi", "classifier")
"""Linear probe and nearest neighbours on frozen features; all weights trained with all labels, or with few; a
checkpoint's own classifier as it is."""


def probabilities(
    protocol: Protocol,
    network: Recognizer,
    reader: ClipReader,
    sides: tuple[Numbers, Numbers],
    options: SupervisedOptions,
    *,
    on_step: Callable[[float], None] = lambda _: None,
) -> Reals:
    """Probabilities [N, K] of the test clips by a protocol. The network is trained in place where it says so.

    Args:
        protocol: which one.
        network: with the data set's classes.
        reader: of the data set.
        sides: numbers of labelled training clips, and of test clips.
        options: of training, where there is one.
        on_step: told the loss of each training step.
    """
    train, test = sides
    labels = reader.dataset.labels
    if protocol == "knn":
        z_train, z_test = encode(network, reader, train), encode(network, reader, test)
        return neighbours(z_train, labels[np.asarray(train)], z_test, len(network.classes), options.k)
    if protocol == "linear":
        z_train = encode(network, reader, train)
        fit_linear(network, z_train, labels[np.asarray(train)], options.probe, options.long_tail)
    elif protocol in ("finetune", "semi"):
        train_supervised(network, reader, train, options, on_step=on_step)
    return classify(network, reader, test).double().numpy()


def labelled(dataset: SkeletonDataset, numbers: Numbers) -> NDArray[np.int64]:
    """Those of the clips whose label is known."""
    chosen = np.asarray(numbers, np.int64)
    return chosen[dataset.labels[chosen] >= 0]


def label_fraction(
    dataset: SkeletonDataset, numbers: Numbers, fraction: float, seed: int
) -> NDArray[np.int64]:
    """A share of labelled clips, the same share of each class and one of each at least.

    A clip's luck follows from seed and id alone: smaller fractions lie in larger ones.
    """
    chosen = labelled(dataset, numbers)
    kept: list[int] = []
    for label in np.unique(dataset.labels[chosen]):
        members = chosen[dataset.labels[chosen] == label]
        lucky = sorted(members, key=lambda number: unit(seed, "label", dataset.clips[int(number)].id))
        kept += lucky[: max(1, math.ceil(fraction * len(members) - 1e-9))]
    return np.array(sorted(kept), np.int64)
