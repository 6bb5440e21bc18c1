"""The protocols against their parts; shares of labels."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from mgllm.recognizer.evaluation.protocols import PROTOCOLS, Protocol, label_fraction, labelled, probabilities
from mgllm.recognizer.network.network import Recognizer, classify, encode, new_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.probing import fit_linear, neighbours
from mgllm.recognizer.training.supervised import SupervisedOptions, train_supervised
from mgllm.skeleton import Clip, SkeletonDataset, write_dataset

OPTIONS = SupervisedOptions(epochs=1, batch=10, device="cpu", k=3, long_tail="logit")
SIDES = (np.arange(27), np.arange(27, 36))


@pytest.fixture
def network(reader: ClipReader, small: StreamOptions) -> Recognizer:
    return new_recognizer(reader.layout, 2, small, seed=0, classes=reader.dataset.meta.classes)


def weights(network: Recognizer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_gives_probabilities_of_the_test_clips(
    network: Recognizer, reader: ClipReader, protocol: Protocol
) -> None:
    told: list[float] = []
    p_NK = probabilities(protocol, network, reader, SIDES, OPTIONS, on_step=told.append)
    assert p_NK.shape == (9, 3)
    assert p_NK.dtype == np.float64
    np.testing.assert_allclose(p_NK.sum(1), 1, atol=1e-5)
    assert (p_NK >= 0).all()
    assert len(told) == (3 if protocol in ("finetune", "semi") else 0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_is_its_parts(network: Recognizer, reader: ClipReader, protocol: Protocol) -> None:
    train, test = SIDES
    labels = reader.dataset.labels[train]
    other = deepcopy(network)
    found = probabilities(protocol, network, reader, SIDES, OPTIONS)
    if protocol == "knn":
        z_train, z_test = encode(other, reader, train), encode(other, reader, test)
        np.testing.assert_array_equal(found, neighbours(z_train, labels, z_test, 3, k=3))
        return
    if protocol == "linear":
        fit_linear(other, encode(other, reader, train), labels, OPTIONS.probe, "logit")
    elif protocol != "classifier":
        train_supervised(other, reader, train, OPTIONS)
    np.testing.assert_array_equal(found, classify(other, reader, test).double().numpy())


@pytest.mark.parametrize("protocol", ["linear", "knn", "classifier"])
def test_the_encoder_stays_frozen(network: Recognizer, reader: ClipReader, protocol: Protocol) -> None:
    before = weights(network)
    probabilities(protocol, network, reader, SIDES, OPTIONS)
    after = weights(network)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    fitted = {"classifier.weight", "classifier.bias", "mean_D", "scale_D"} if protocol == "linear" else set()
    assert changed == fitted


@pytest.mark.parametrize("protocol", ["linear", "knn", "finetune"])
def test_test_labels_and_test_clips_change_nothing_that_is_learned(
    network: Recognizer, reader: ClipReader, protocol: Protocol
) -> None:
    other = deepcopy(network)
    alone = [
        probabilities(protocol, deepcopy(network), reader, (SIDES[0], SIDES[1][n : n + 1]), OPTIONS)
        for n in range(9)
    ]
    together = probabilities(protocol, other, reader, SIDES, OPTIONS)
    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)


@pytest.fixture
def uneven(toy: SkeletonDataset, tmp_path: Path) -> SkeletonDataset:
    """200 clips: 150 left, 40 right, 3 still, 7 without a label."""
    names = ["left"] * 150 + ["right"] * 40 + ["still"] * 3 + [None] * 7
    clips = [Clip(f"c{n}", f"p{n % 5}", toy.clip(n % 36)[:6], name) for n, name in enumerate(names)]
    return write_dataset(tmp_path / "uneven", toy.meta, clips).dataset


def test_clips_without_a_label_are_left_out(uneven: SkeletonDataset) -> None:
    assert labelled(uneven, range(200)).tolist() == list(range(193))
    assert labelled(uneven, [199, 3, 195, 150]).tolist() == [3, 150]
    assert labelled(uneven, []).tolist() == []


@pytest.mark.parametrize("fraction", [1e-12, 0.01, 0.1, 0.25, 0.5, 1.0])
def test_a_share_is_the_same_of_each_class_and_one_at_least(uneven: SkeletonDataset, fraction: float) -> None:
    kept = label_fraction(uneven, range(200), fraction, seed=4)
    counts = np.bincount(uneven.labels[kept], minlength=3)
    for count, size in zip(counts, (150, 40, 3), strict=True):
        assert count >= 1
        assert abs(count - fraction * size) < 1
    assert kept.tolist() == sorted(set(kept.tolist()))


def test_whole_numbers_are_not_rounded_up(uneven: SkeletonDataset) -> None:
    assert np.bincount(uneven.labels[label_fraction(uneven, range(190), 0.1, 0)]).tolist() == [15, 4]
    assert np.bincount(uneven.labels[label_fraction(uneven, range(190), 0.3, 0)]).tolist() == [45, 12]


def test_smaller_shares_lie_in_larger_ones(uneven: SkeletonDataset) -> None:
    shares = [set(label_fraction(uneven, range(200), share, seed=4)) for share in (0.01, 0.1, 0.35, 0.8, 1)]
    for small, large in pairwise(shares):
        assert small < large
    assert shares[-1] == set(range(193))


def test_a_clips_luck_is_its_own(uneven: SkeletonDataset) -> None:
    some = label_fraction(uneven, range(150), 0.2, seed=1)
    again = label_fraction(uneven, np.arange(149, -1, -1), 0.2, seed=1)
    assert some.tolist() == again.tolist()
    assert some.tolist() != label_fraction(uneven, range(150), 0.2, seed=2).tolist()
    fewer = label_fraction(uneven, range(75), 0.2, seed=1)
    assert set(fewer) & set(some)  # others who join do not turn the draw over
    assert label_fraction(uneven, [199], 0.5, seed=1).tolist() == []
