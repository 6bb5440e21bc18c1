"""How often the printed interval holds the truth, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from mgllm.analysis.metric import Sample, known_metrics
from mgllm.analysis.statistics.jackknife import clusters, jackknife

ITEMS, REPLICATES = 5, 2_000
ACCURACY = known_metrics()[0]


def right_or_wrong(rng: np.random.Generator, subjects: int, shift: float) -> np.ndarray:
    """Correctness of baseline and arm [2, S·5]: subjects, items and the effect vary on the logit scale."""
    subject = np.repeat(rng.normal(0, 0.8, subjects), ITEMS)
    item = rng.normal(0, 0.8, subjects * ITEMS)
    effect = np.repeat(rng.normal(shift, 0.8, subjects), ITEMS)
    logits = np.stack([subject + item, subject + item + effect])
    return np.asarray(rng.random(logits.shape) < expit(logits))


def sample(right: np.ndarray) -> Sample:
    n = len(right)
    shares = np.stack([~right, right], axis=1).astype(float)
    return Sample(np.repeat(np.arange(n // ITEMS), ITEMS), np.ones(n, np.int64), shares, shares, np.zeros(n))


@pytest.mark.slow
@pytest.mark.parametrize("subjects", [10, 20])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_the_printed_interval_holds_the_truth(subjects: int, shift: float) -> None:
    rng = np.random.default_rng(subjects)
    many = right_or_wrong(rng, 200_000, shift)
    truth = many[1].mean() - many[0].mean()
    held, printed, wrong = 0, 0, 0
    for _ in range(REPLICATES):
        baseline, arm = map(sample, right_or_wrong(rng, subjects, shift))
        theta = ACCURACY.replicates(arm) - ACCURACY.replicates(baseline)
        found = jackknife(theta, clusters(arm.subject_N))
        if found.interval is not None:
            printed += 1
            held += found.interval[0] <= truth <= found.interval[1]
            wrong += (found.p or 1.0) <= 0.05
    rejected = f"p ≤ .05 in {wrong / printed:.1%}"
    print(f"{subjects} subjects, truth {100 * truth:+.1f} points: covered {held / printed:.1%}, {rejected}")
    assert printed > 0.99 * REPLICATES
    assert 0.91 <= held / printed <= 0.98
    if shift == 0.0:
        assert wrong / printed <= 0.07
