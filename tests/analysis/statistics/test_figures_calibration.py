"""Calibration error and Brier score against scikit-learn and slow versions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.metric import Sample, known_metrics
from mgllm.analysis.statistics.figures import BINS, CalibrationError

MakeRun = Callable[..., RunRecords]
BRIER = next(metric for metric in known_metrics() if metric.name == "brier")


def random_sample(seed: int, n: int, labels: int, subjects: int) -> Sample:
    rng = np.random.default_rng(seed)
    owner = np.unique(rng.integers(0, subjects, n), return_inverse=True)[1]
    probabilities = rng.dirichlet(np.ones(labels), n)
    target = np.array([rng.choice(labels, p=row) for row in probabilities])
    shares = np.eye(labels)[probabilities.argmax(axis=1)]
    return Sample(owner, target, shares, probabilities, np.zeros(n))


def slow_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Sort, cut into tenths, weigh each tenth's gap by its size."""
    order = np.argsort(sure, kind="stable")
    edges = [b * len(sure) // BINS for b in range(BINS + 1)]
    tenths = [order[first:last] for first, last in pairwise(edges)]
    gaps = [len(t) / len(sure) * abs(right[t].mean() - sure[t].mean()) for t in tenths if len(t)]
    return float(sum(gaps))


@pytest.mark.parametrize("labels", [2, 4])
@pytest.mark.parametrize("n", [100, 137, 250])
def test_the_error_is_that_of_sorted_tenths_with_and_without_each_subject(n: int, labels: int) -> None:
    sample = random_sample(n, n, labels, 23)
    sure = sample.probabilities_NL.max(axis=1)
    right = (sample.probabilities_NL.argmax(axis=1) == sample.target_N).astype(float)
    found = CalibrationError().replicates(sample)
    assert found[0] == pytest.approx(slow_error(sure, right))
    for subject in range(sample.subject_N.max() + 1):
        kept = sample.subject_N != subject
        assert found[1 + subject] == pytest.approx(slow_error(sure[kept], right[kept])), subject


def test_a_calibrated_model_has_a_small_error_and_a_boaster_a_large_one() -> None:
    honest = random_sample(1, 20_000, 2, 50)
    assert CalibrationError().replicates(honest)[0] < 0.02
    sure = np.where(honest.probabilities_NL > 0.5, 0.999, 0.001)
    boaster = Sample(honest.subject_N, honest.target_N, honest.shares_NL, sure, honest.log_odds_N)
    right = (sure.argmax(axis=1) == honest.target_N).mean()
    assert CalibrationError().replicates(boaster)[0] == pytest.approx(0.999 - right)


def test_one_subject_left_out_of_one_leaves_nothing() -> None:
    sample = random_sample(2, 100, 2, 1)
    assert np.isnan(CalibrationError().replicates(sample)[1])


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_brier_is_the_sum_over_labels(labels: int) -> None:
    sample = random_sample(labels, 80, labels, 9)
    scale = 2 if labels == 2 else 1  # scikit-learn halves the score of two labels
    expected = brier_score_loss(
        sample.target_N,
        sample.probabilities_NL[:, 1] if labels == 2 else sample.probabilities_NL,
        labels=list(range(labels)),
    )
    assert BRIER.replicates(sample)[0] == pytest.approx(scale * expected)


def test_calibration_error_stands_from_a_hundred_items(made_run: MakeRun) -> None:
    few, many = (summarise([made_run(3, sizes=(3,) * subjects)]) for subjects in (33, 34))
    assert all(arm.calibration_error is None for arm in few.arms)
    assert not [effect for effect in few.effects if effect.metric == "calibration_error"]
    assert all((arm.calibration_error is None) == (arm.arm == "none") for arm in many.arms)
    found = [effect for effect in many.effects if effect.metric == "calibration_error"]
    assert len(found) == 6
    for effect in found:
        assert effect.interval is not None
        assert effect.difference == pytest.approx((effect.arm_value or 0) - (effect.baseline_value or 0))
        assert not effect.primary
