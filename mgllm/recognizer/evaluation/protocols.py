"""The usual protocols: what is learned from which labels, and how test clips are then classified.

Every result needs two comparisons: simple methods on the same clips, and the untrained encoder.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from mgllm.recognizer.metrics import Labels, Reals, Scores, score
from mgllm.recognizer.network.checkpoint import CheckpointConfig
from mgllm.recognizer.network.network import Recognizer, classify, encode, new_recognizer
from mgllm.recognizer.network.reading import ClipReader, Numbers, Preprocessing
from mgllm.recognizer.training.probing import fit_linear, neighbours
from mgllm.recognizer.training.supervised import SupervisedOptions, train_supervised
from mgllm.records import Frozen
from mgllm.seeds import stream, unit
from mgllm.skeleton import SkeletonDataset

Protocol = Literal["linear", "knn", "finetune", "semi", "classifier"]
PROTOCOLS: tuple[Protocol, ...] = ("linear", "knn", "finetune", "semi", "classifier")
"""Linear probe and nearest neighbours on frozen features; all weights trained with all labels, or
with a few; a checkpoint's own classifier as it is."""
Floats = NDArray[np.float32]
FRAMES = 50
"""Frames to which clips are resampled for simple methods, as in the published comparison."""
MOST = 5000
"""Most clips that a simple method learns from (a seeded sample): more would take longer than the
method."""
RANDOM = "random weights"


def probabilities(
    protocol: Protocol,
    network: Recognizer,
    reader: ClipReader,
    sides: tuple[Numbers, Numbers],
    options: SupervisedOptions,
    *,
    on_step: Callable[[float], None] = lambda _: None,
) -> Reals:
    """Probabilities [N, K] of the test clips by a protocol. Some protocols train the network in
    place.

    Args:
        protocol: which one.
        network: one with the data set's classes.
        reader: of the data set.
        sides: numbers of labelled training clips, and of test clips.
        options: of training, if there is one.
        on_step: called with the loss of each training step.
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
    """The clips whose label is known."""
    chosen = np.asarray(numbers, np.int64)
    return chosen[dataset.labels[chosen] >= 0]


def label_fraction(
    dataset: SkeletonDataset, numbers: Numbers, fraction: float, seed: int
) -> NDArray[np.int64]:
    """A share of labelled clips: the same share of each class, and at least one of each.

    Only seed and id decide about a clip: a larger fraction contains all clips of a smaller one.
    """
    chosen = labelled(dataset, numbers)
    kept: list[int] = []
    for label in np.unique(dataset.labels[chosen]):
        members = chosen[dataset.labels[chosen] == label]
        lucky = sorted(members, key=lambda number: unit(seed, "label", dataset.clips[int(number)].id))
        kept += lucky[: max(1, math.ceil(fraction * len(members) - 1e-9))]
    return np.array(sorted(kept), np.int64)


class Floor(Frozen):
    """A simple method's scores on the same split."""

    name: str
    """The method's name."""
    scores: Scores
    """Its scores."""


def raw_floors(
    reader: ClipReader, train: Numbers, test: Numbers, seed: int, most: int | None = None
) -> tuple[Floor, ...]:
    """1-nearest-neighbour, ExtraTrees and logistic regression on the joints themselves, in 50
    frames.

    Args:
        reader: of the data set.
        train: clips to learn from.
        test: clips to classify.
        seed: of the forest, and of the sample of training clips.
        most: training clips that are used, by default `MOST`; with more of them the regression is
            left out, because it would take hours.
    """
    most = MOST if most is None else most
    reader = ClipReader(reader.dataset, Preprocessing(frames=FRAMES, preparation=reader.how.preparation))
    train, test = _at_most(train, seed, most), np.asarray(test)
    y_train, y_test = reader.dataset.labels[train], reader.dataset.labels[test]
    classes = len(reader.dataset.meta.classes)
    x_train, x_test = (_positions(reader, numbers) for numbers in (train, test))
    nearest = _nearest(x_train, y_train, x_test, classes)
    x_train, x_test = (_with_velocity(x) for x in (x_train, x_test))
    near = score(nearest, y_test).model_copy(update={"ece": None})  # distances are not probabilities
    trees = score(_trees(x_train, y_train, x_test, classes, seed), y_test)
    floors = [
        Floor(name="raw positions, 1-NN", scores=near),
        Floor(name="positions + velocity, ExtraTrees(500)", scores=trees),
    ]
    if len(train) <= MOST:
        straight = score(_logistic(x_train, y_train, x_test, classes), y_test)
        floors.append(Floor(name="positions + velocity, logistic regression", scores=straight))
    return tuple(floors)


def random_floors(
    config: CheckpointConfig, reader: ClipReader, train: Numbers, test: Numbers, seed: int, strength: float
) -> tuple[Floor, ...]:
    """The same encoder with random weights: linear, 1-NN. It has no batch norm, so none is
    calibrated."""
    classes = reader.dataset.meta.classes
    network = new_recognizer(config.layout, config.dims, config.encoder, seed=seed, classes=classes)
    y_train, y_test = (reader.dataset.labels[np.asarray(side)] for side in (train, test))
    z_train, z_test = encode(network, reader, train), encode(network, reader, test)
    nearest = neighbours(z_train, y_train, z_test, len(classes))
    fit_linear(network, z_train, y_train, strength, "none")
    with torch.no_grad():
        assert network.classifier is not None
        linear = network.classifier(network.standardised(z_test)).softmax(-1).double().numpy()
    note = "layer norm, no batch norm to calibrate"
    return (
        Floor(name=f"{RANDOM} ({note}), linear", scores=score(linear, y_test)),
        Floor(name=f"{RANDOM}, 1-NN", scores=score(nearest, y_test)),
    )


def _at_most(numbers: Numbers, seed: int, most: int) -> NDArray[np.int64]:
    chosen = np.asarray(numbers)
    if len(chosen) > most:
        chosen = np.sort(stream(seed, "floors").choice(chosen, most, replace=False))
    return chosen


def _positions(reader: ClipReader, numbers: Numbers) -> Floats:
    """[N, T, VC], a few clips at a time."""
    parts = [
        reader.batch(numbers[first : first + 256]).x_NTVC.flatten(2).numpy()
        for first in range(0, len(numbers), 256)
    ]
    return np.concatenate(parts)


def _with_velocity(x_NTF: Floats) -> Floats:
    velocity_NTF = np.diff(x_NTF, axis=1, prepend=x_NTF[:, :1])
    return np.concatenate([x_NTF, velocity_NTF], 2).reshape(len(x_NTF), -1)


def _nearest(x_train: Floats, y_M: Labels, x_test: Floats, classes: int) -> Reals:
    """Euclidean 1-NN; the other classes in the order of their nearest clips."""
    from sklearn.metrics import pairwise_distances

    flat_train, flat_test = x_train.reshape(len(x_train), -1), x_test.reshape(len(x_test), -1)
    far_NM = pairwise_distances(flat_test, flat_train)
    near_NC = np.stack([far_NM[:, y_M == c].min(1, initial=np.inf) for c in range(classes)], 1)
    closeness_NC = 1 / (1e-9 + near_NC)
    return np.asarray(closeness_NC / closeness_NC.sum(1, keepdims=True))


def _trees(x_train: Floats, y_M: Labels, x_test: Floats, classes: int, seed: int) -> Reals:
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(500, n_jobs=-1, random_state=seed % 2**32).fit(x_train, y_M)
    return _spread(forest.predict_proba(x_test), forest.classes_, classes)


def _logistic(x_train: Floats, y_M: Labels, x_test: Floats, classes: int) -> Reals:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(y_M)) < 2:
        return _spread(np.ones((len(x_test), 1)), np.unique(y_M), classes)
    scaler = StandardScaler().fit(x_train)
    fitted = LogisticRegression(max_iter=300).fit(scaler.transform(x_train), y_M)
    return _spread(fitted.predict_proba(scaler.transform(x_test)), fitted.classes_, classes)


def _spread(p_NF: Reals, found: Labels, classes: int) -> Reals:
    """Probabilities of the learned classes, put into their columns among all classes."""
    p_NC = np.zeros((len(p_NF), classes))
    p_NC[:, found] = p_NF
    return p_NC
