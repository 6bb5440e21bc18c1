"""The linear probe against scikit-learn's own pipeline; nearest neighbours against loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, normalize
from torch import Tensor

from mgllm.recognizer.metrics import Labels, Reals
from mgllm.recognizer.network.network import Recognizer, new_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.probing import LongTail, fit_linear, log_prior, neighbours


@pytest.fixture
def five(reader: ClipReader, small: StreamOptions) -> Recognizer:
    """A network of five classes and 24 features."""
    return new_recognizer(reader.layout, 2, small, seed=0, classes=tuple("abcde"))


def features(labels: Labels, seed: int = 0) -> Tensor:
    """Clusters that overlap, at very different scales; one feature is constant."""
    random = np.random.default_rng(seed)
    centre_KD = np.random.default_rng(9).normal(size=(5, 24))
    z_ND = centre_KD[labels] + 2 * random.normal(size=(len(labels), 24))
    z_ND = z_ND * np.logspace(-2, 2, 24) + 3
    z_ND[:, 5] = 7
    return torch.from_numpy(z_ND).float()


def fitted(network: Recognizer, z_ND: Tensor, y_N: Labels, test_ND: Tensor, **how: Any) -> Reals:
    fit_linear(network, z_ND, y_N, how.get("strength", 0.1), how.get("tail", "none"))
    assert network.classifier is not None
    with torch.no_grad():
        found = network.classifier(network.standardised(test_ND)).softmax(-1).double().numpy()
    return np.asarray(found)


def pipeline(z_ND: Tensor, y_N: Labels, test_ND: Tensor, **how: Any) -> Reals:
    """The same by scikit-learn; classes that are there alone."""
    made = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, **{"C": 0.1, **how}))
    return np.asarray(made.fit(z_ND.numpy(), y_N).predict_proba(test_ND.numpy()))


TEST = features(np.arange(40) % 5, seed=1)


@pytest.mark.parametrize("strength", [0.01, 1.0])
@pytest.mark.parametrize("found", [(0, 1, 2, 3, 4), (0, 2, 3), (1, 4)], ids=["five", "three", "two"])
def test_it_is_the_probe_of_scikit_learn(five: Recognizer, found: tuple[int, ...], strength: float) -> None:
    y_N = np.array(found)[np.arange(60) % len(found)]
    p_NK = fitted(five, features(y_N), y_N, TEST, strength=strength)
    np.testing.assert_allclose(p_NK[:, found], pipeline(features(y_N), y_N, TEST, C=strength), atol=2e-3)
    np.testing.assert_allclose(p_NK.sum(1), 1, atol=1e-6)
    without = [k for k in range(5) if k not in found]
    assert (p_NK[:, without] == 0).all()


@pytest.mark.parametrize("tail", ["none", "logit", "sampling"])
def test_one_class_alone_is_certain(five: Recognizer, tail: LongTail) -> None:
    y_N = np.full(8, 3)
    assert (fitted(five, features(y_N), y_N, TEST, tail=tail) == np.eye(5)[3]).all()


def test_the_log_prior_by_hand() -> None:
    np.testing.assert_allclose(log_prior(np.array([0, 0, 0, 2]), 4), [np.log(0.75), 0, np.log(0.25), 0])


RARE = np.repeat([0, 1, 3], [40, 15, 5])


def test_logit_adjustment_divides_by_the_prior(five: Recognizer) -> None:
    plain = fitted(five, features(RARE), RARE, TEST)
    adjusted = fitted(five, features(RARE), RARE, TEST, tail="logit")
    slow = plain / [40 / 60, 15 / 60, 1, 5 / 60, 1]
    np.testing.assert_allclose(adjusted, slow / slow.sum(1, keepdims=True), atol=1e-5)
    assert adjusted[:, 3].mean() > 1.5 * plain[:, 3].mean()
    assert (adjusted[:, [2, 4]] == 0).all()


def test_sampling_weights_classes_alike(five: Recognizer) -> None:
    found = fitted(five, features(RARE), RARE, TEST, tail="sampling")
    slow = pipeline(features(RARE), RARE, TEST, class_weight="balanced")
    np.testing.assert_allclose(found[:, [0, 1, 3]], slow, atol=2e-3)
    assert found[:, 3].mean() > 1.2 * fitted(five, features(RARE), RARE, TEST)[:, 3].mean()


def test_fitting_again_forgets_the_first_fit(five: Recognizer) -> None:
    fitted(five, 5 * features(RARE) + 1, (RARE + 1) % 5, TEST)
    again = fitted(five, features(RARE), RARE, TEST)
    fresh = new_recognizer_like(five)
    np.testing.assert_array_equal(again, fitted(fresh, features(RARE), RARE, TEST))


def new_recognizer_like(network: Recognizer) -> Recognizer:
    return Recognizer(network.streams, network.classes)


def _cosines(train_MD: Tensor, test_ND: Tensor) -> Reals:
    """Cosine of z-scored features, pair by pair."""
    train, test = train_MD.double().numpy(), test_ND.double().numpy()
    middle, spread = train.mean(0), train.std(0)
    spread[spread < 1e-4] = 1
    train, test = (train - middle) / spread, (test - middle) / spread
    return np.array([[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in train] for a in test])


LABELS = np.arange(50) % 4


def test_one_neighbour_is_the_nearest_by_cosine() -> None:
    train = features(LABELS)
    p_NK = neighbours(train, LABELS, TEST, 5, k=1)
    cosine_NM = _cosines(train, TEST)
    assert p_NK.argmax(1).tolist() == LABELS[cosine_NM.argmax(1)].tolist()
    scaler = StandardScaler().fit(train.numpy())
    fast = KNeighborsClassifier(1).fit(normalize(scaler.transform(train.numpy())), LABELS)
    assert p_NK.argmax(1).tolist() == fast.predict(normalize(scaler.transform(TEST.numpy()))).tolist()


@pytest.mark.parametrize("k", [1, 3, 50, 999])
def test_rows_are_probabilities_and_a_class_without_clips_gets_none(k: int) -> None:
    p_NK = neighbours(features(LABELS), LABELS, TEST, 5, k)
    np.testing.assert_allclose(p_NK.sum(1), 1)
    assert (p_NK[:, :4] > 0).all()
    assert (p_NK[:, 4] == 0).all()


@pytest.mark.parametrize("k", [3, 7])
def test_votes_of_k_neighbours_against_a_loop(k: int) -> None:
    train = features(LABELS)
    p_NK = neighbours(train, LABELS, TEST, 4, k)
    for row_M, p_K in zip(_cosines(train, TEST), p_NK, strict=True):
        nearest = sorted(range(50), key=lambda m: -row_M[m])[:k]
        votes = [sum(np.exp((row_M[m] - 1) / 0.1) for m in nearest if LABELS[m] == c) for c in range(4)]
        voted = [c for c in range(4) if votes[c] > 0]
        shares = np.array([votes[c] for c in voted]) / votes[voted[0]]
        np.testing.assert_allclose(p_K[voted] / p_K[voted[0]], shares, rtol=1e-3)
        for c in range(4):  # who has no vote stands behind who has one
            assert c in voted or p_K[c] < min(p_K[voted])


def test_two_that_are_near_outvote_the_nearest_one() -> None:
    angle_M = torch.tensor([5.0, -6.0, -7.0, 45, 90, 135, 180, 225, 270, 315]).deg2rad()
    train = torch.stack([angle_M.cos(), angle_M.sin()], 1)
    labels = np.array([0, 1, 1, 2, 2, 2, 2, 2, 2, 2])
    test = torch.tensor([[1.0, 0.0]])
    assert neighbours(train, labels, test, 3, k=1).argmax() == 0
    assert neighbours(train, labels, test, 3, k=3).argmax() == 1


def test_classes_beyond_the_nearest_are_ordered_by_their_nearest_member() -> None:
    train = features(LABELS)
    p_NK = neighbours(train, LABELS, TEST, 4, k=1)
    cosine_NM = _cosines(train, TEST)
    best_NC = np.stack([cosine_NM[:, c == LABELS].max(1) for c in range(4)], 1)
    assert p_NK.argsort(1).tolist() == best_NC.argsort(1).tolist()


def test_parts_of_the_test_side_are_joined_in_order() -> None:
    train, many = features(LABELS), TEST.repeat(30, 1)
    p_NK = neighbours(train, LABELS, many, 5, k=3)
    assert len(p_NK) == 1200
    np.testing.assert_allclose(p_NK[-40:], neighbours(train, LABELS, TEST, 5, k=3), rtol=1e-4)
