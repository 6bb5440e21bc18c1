"""One matrix for all fits gives what scikit-learn gives for each of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mgllm.references.guessing import balanced, fit_logistic


@pytest.mark.parametrize(("items", "features", "spread"), [(30, 2, 1.0), (60, 20, 3.0), (25, 40, 0.3)])
def test_each_fit_is_scikit_learns(items: int, features: int, spread: float) -> None:
    rng = np.random.default_rng(items)
    x_TR = rng.normal(size=(items, features)) * spread
    positive_T = rng.random(items) < 0.3
    kept_TK = rng.random((items, 6)) < 0.9
    kept_TK[:, 0] = True
    found_RK = fit_logistic(x_TR, positive_T, kept_TK)
    for k, kept in enumerate(kept_TK.T):
        slow = LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=10_000)
        slow.fit(x_TR[kept], positive_T[kept])
        assert found_RK[:-1, k] == pytest.approx(slow.coef_[0], abs=2e-5)
        assert found_RK[-1, k] == pytest.approx(slow.intercept_[0], abs=2e-5)


def test_without_features_both_classes_are_exactly_even() -> None:
    positive_T = np.arange(10) < 3
    kept_TK = np.column_stack([np.ones(10, bool), np.arange(10) != 0, np.arange(10) != 9])
    assert np.abs(fit_logistic(np.empty((10, 0)), positive_T, kept_TK)).max() < 1e-12


def test_a_fit_from_one_class_says_nothing() -> None:
    positive_T = np.array([True, False, False, False])
    kept_TK = np.array([[True, False], [True, True], [True, True], [True, True]])
    found_RK = fit_logistic(np.array([[1.0], [0.0], [0.0], [2.0]]), positive_T, kept_TK)
    assert np.abs(found_RK[:, 1]).max() == 0
    assert np.abs(found_RK[:, 0]).max() > 0.1


def test_separable_features_end() -> None:
    positive_T = np.arange(200) % 2 == 0
    found_RK = fit_logistic(positive_T[:, None] * 1.0, positive_T, np.ones((200, 1), bool))
    assert found_RK[0, 0] > 5
    assert found_RK[0, 0] == pytest.approx(-2 * found_RK[1, 0], rel=0.5)


def test_both_classes_weigh_the_same_in_each_fit() -> None:
    positive_T = np.array([True, True, False, False, False, False])
    kept_TK = np.array([[1, 1], [1, 0], [1, 1], [1, 1], [1, 1], [1, 0]], bool)
    weight_TK = balanced(positive_T, kept_TK)
    assert weight_TK[positive_T].sum(axis=0).tolist() == [3, 2]
    assert weight_TK[~positive_T].sum(axis=0).tolist() == [3, 2]
    assert (weight_TK[~kept_TK] == 0).all()
