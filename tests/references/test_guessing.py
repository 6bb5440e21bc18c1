"""Scores with everybody and without each person, against a slow version that fits each time."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mgllm.analysis.metric import Floats, Ints
from mgllm.references.folds import Folding, deal_folds
from mgllm.references.guessing import Tally, ordered_pairs, shared_credit


def slow_scores(
    x_NR: Floats, target_N: Ints, person_N: Ints, folding: Folding, gone: int
) -> tuple[float, float]:
    """UAR and AUC when a person is nowhere; −1: everybody is there."""
    here_N = person_N != gone
    right: dict[int, list[float]] = {n: [] for n in np.flatnonzero(here_N).tolist()}
    pairs: dict[int, list[float]] = {label: [] for label in range(target_N.max() + 1)}
    for fold in (fold for folds in folding.draws for fold in folds):
        train, test = (side[here_N[side]] for side in (fold.train_T, fold.test_M))
        at = {}
        for label in range(target_N.max() + 1):
            model = LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=10_000)
            at[label] = model.fit(x_NR[train], target_N[train] == label).decision_function(x_NR[test])
            yes, no = target_N[test] == label, target_N[test] != label
            pairs[label] += [float(a > b) for a, b in product(at[label][yes], at[label][no])]
        for place, n in enumerate(test):
            right[n].append(float(max(at, key=lambda label: at[label][place]) == target_N[n]))
    recall = [
        np.mean([np.mean(right[n]) for n in right if target_N[n] == label])
        for label in range(target_N.max() + 1)
    ]
    return float(np.mean(recall)), float(np.mean([np.mean(found) for found in pairs.values()]))


@pytest.mark.parametrize("labels", [2, 3])
def test_leaving_a_person_out_is_fitting_again_without_the_person(labels: int) -> None:
    rng = np.random.default_rng(labels)
    person_N = np.repeat(np.arange(12), 3)
    target_N = rng.permutation(np.arange(36) % labels)
    x_NR = rng.normal(size=(36, 3)) + target_N[:, None] * 0.7
    folding = deal_folds(target_N, person_N, 0)
    folding = Folding(folding.draws[:2], folding.group_N)
    tally = Tally(target_N, folding)
    for fold in (fold for folds in folding.draws for fold in folds):
        tally.add(x_NR, fold)
    slow = [slow_scores(x_NR, target_N, person_N, folding, gone) for gone in range(-1, 12)]
    assert tally.recall(by_label=True) == pytest.approx([uar for uar, _ in slow])
    assert tally.auc() == pytest.approx([auc for _, auc in slow])
    assert len(set(np.round(tally.recall(by_label=True), 6))) > 5


def test_pairs_are_counted_as_one_by_one() -> None:
    rng = np.random.default_rng(0)
    at_MK = rng.integers(4, size=(15, 5)).astype(float)
    positive_M, here_MK = rng.random(15) < 0.5, rng.random((15, 5)) < 0.7
    found_2K = ordered_pairs(at_MK, positive_M, here_MK)
    for k in range(5):
        yes, no = (at_MK[of & here_MK[:, k], k] for of in (positive_M, ~positive_M))
        won = sum((a > b) + (a == b) / 2 for a, b in product(yes, no))
        assert found_2K[:, k].tolist() == [won, len(yes) * len(no)]


def test_a_tie_is_shared() -> None:
    at_LMK = np.array([[[0.0], [1.0], [1e-7]], [[0.0], [-1.0], [0.0]], [[-1.0], [1.0], [-1.0]]])
    right_MK, chance_ML = shared_credit(at_LMK, np.array([0, 0, 2]))
    assert right_MK[:, 0].tolist() == [0.5, 0.5, 0]
    assert chance_ML.sum(axis=1) == pytest.approx(np.ones(3))
