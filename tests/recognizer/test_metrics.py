"""Scores against scikit-learn and loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score, top_k_accuracy_score

from mgllm.recognizer.metrics import Labels, Reals, calibration_error, confusion_counts, score


def draw(n: int = 400, classes: int = 9) -> tuple[Reals, Labels]:
    """Probabilities that know something of their classes."""
    random = np.random.default_rng(0)
    y_N = random.choice(classes, n, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    logits_NK = random.normal(size=(n, classes)) + 1.5 * np.eye(classes)[y_N]
    p_NK = np.exp(logits_NK)
    return p_NK / p_NK.sum(1, keepdims=True), y_N


def test_against_scikit_learn() -> None:
    p_NK, y_N = draw()
    found, said_N = score(p_NK, y_N), p_NK.argmax(1)
    assert found.top1 == pytest.approx((said_N == y_N).mean())
    assert found.top5 == pytest.approx(top_k_accuracy_score(y_N, p_NK, k=5))
    assert found.mean_class == pytest.approx(balanced_accuracy_score(y_N, said_N))
    assert found.macro_f1 == pytest.approx(f1_score(y_N, said_N, average="macro"))
    assert (found.n, found.classes) == (400, 9)
    np.testing.assert_array_equal(confusion_counts(p_NK, y_N), confusion_matrix(y_N, said_N))


def test_by_hand() -> None:
    p_NK = np.array([[0.7, 0.2, 0.1, 0.0], [0.6, 0.3, 0.1, 0.0], [0.1, 0.8, 0.1, 0.0], [0.5, 0.1, 0.4, 0.0]])
    found = score(p_NK, np.array([0, 1, 1, 1]))
    assert found.top1 == 0.5
    assert found.top5 == 1
    assert found.mean_class == pytest.approx((1 + 1 / 3) / 2)
    assert found.macro_f1 == pytest.approx(0.5)  # 2 · 1 hit / (2 + 2 misses), both
    assert found.ece == pytest.approx((0.3 + 0.6 + 0.2 + 0.5) / 4)
    assert confusion_counts(p_NK, np.array([0, 1, 1, 1])).tolist() == [
        [1, 0, 0, 0],
        [2, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]


def test_a_class_that_is_said_but_never_asked_counts_in_f1_alone() -> None:
    p_NK = np.array([[0.9, 0.1, 0.0], [0.1, 0.2, 0.7]])
    found = score(p_NK, np.array([0, 0]))
    assert (found.mean_class, found.classes) == (0.5, 1)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_ties_go_to_the_first_class() -> None:
    p_NK = np.full((3, 7), 1 / 7)
    found = score(p_NK, np.array([0, 4, 5]))
    assert found.top1 == pytest.approx(1 / 3)
    assert found.top5 == pytest.approx(2 / 3)
    assert confusion_counts(p_NK, np.array([0, 4, 5]))[:, 0].sum() == 3


def test_calibration_by_hand() -> None:
    confidence_N = np.array([0.9, 0.1, 0.8, 0.2])
    right_N = np.array([True, False, False, True])
    # two bins: (0.1, 0.2) with accuracy 1/2, (0.8, 0.9) with accuracy 1/2
    assert calibration_error(confidence_N, right_N, bins=2) == pytest.approx(0.5 * 0.35 + 0.5 * 0.35)
    assert calibration_error(confidence_N, right_N, bins=1) == pytest.approx(0)
    # three bins of 2, 1, 1
    assert calibration_error(confidence_N, right_N, bins=3) == pytest.approx((2 * 0.35 + 0.8 + 0.1) / 4)


def test_calibration_knows_its_limits() -> None:
    confidence_N = np.repeat(np.arange(1, 11) / 10, 10)
    right_N = np.tile(np.arange(10), 10) < np.repeat(np.arange(1, 11), 10)
    assert calibration_error(confidence_N, right_N) == pytest.approx(0)
    assert calibration_error(np.ones(50), np.zeros(50, bool)) == 1
    assert calibration_error(np.full(50, 0.3), np.ones(50, bool)) == pytest.approx(0.7)
    assert calibration_error(np.array([0.6]), np.array([True])) == pytest.approx(0.4)


def test_calibrated_draws_have_nearly_no_error() -> None:
    random = np.random.default_rng(1)
    p_NK = random.dirichlet(np.ones(4), 20_000)
    y_N = (random.random((20_000, 1)) > p_NK.cumsum(1)).sum(1).clip(max=3)
    assert score(p_NK, y_N).ece == pytest.approx(0, abs=0.015)
