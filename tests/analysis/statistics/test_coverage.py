"""How often the printed interval holds the truth, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from mgllm.analysis.metric import Sample, known_metrics
from mgllm.analysis.statistics import skewed
from mgllm.analysis.statistics.estimating import estimated
from mgllm.analysis.statistics.jackknife import Estimate, clusters, jackknife
from mgllm.analysis.statistics.pairs import Pairs

ITEMS, REPLICATES = 5, 2_000
ACCURACY = known_metrics()[0]
FEW = 250
"""Replicates of the cells in which a rule of before failed: a share of .95 is then known to ± .027."""


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


def side(odds: np.ndarray, subject: np.ndarray, target: np.ndarray) -> Sample:
    """One arm from the target's log-odds."""
    true, p = np.eye(2)[target], expit(odds)[:, None]
    shares = np.where((odds > 0)[:, None], true, 1 - true)
    return Sample(subject, target, shares, np.where(true == 1, p, 1 - p), odds)


def of_two(
    base: np.ndarray, gain: np.ndarray, subject: np.ndarray, target: np.ndarray, metric: str
) -> Estimate:
    """What is said of the difference between two arms."""
    arm, baseline = side(base + gain, subject, target), side(base, subject, target)
    wanted = [each for each in known_metrics() if each.name == metric]
    return estimated(Pairs(arm, baseline, clusters(subject), 0), wanted)[metric].estimate


def held(found: list[Estimate], truth: float) -> float:
    """Share of the intervals that hold the truth."""
    shown = [each.interval for each in found if each.interval is not None]
    return float(np.mean([low <= truth <= high for low, high in shown]))


def with_rare_label(metric: str, holders: int) -> list[Estimate]:
    """20 people of 5 items, the rare label held by so many of them, the arms two draws of the same."""
    rng, subject = np.random.default_rng(holders), np.repeat(np.arange(20), 5)
    found = []
    for _ in range(FEW):
        base = rng.normal(0, 0.8, 20)[subject] + rng.normal(0, 0.8, 100)
        own, noise = rng.normal(0, 0.8, (2, 20)), rng.logistic(size=(2, 100))
        arms = base + own[:, subject] + noise
        found.append(of_two(arms[0], arms[1] - arms[0], subject, (subject < holders).astype(int), metric))
    return found


@pytest.mark.parametrize("metric", ["balanced_accuracy", "auc"])
def test_two_people_who_hold_a_label_give_no_interval(metric: str) -> None:
    """With 19 degrees of freedom 89 % of them held the truth."""
    found = with_rare_label(metric, 2)
    assert all(each.interval is None and each.p is None for each in found)
    assert {each.flag for each in found} == {"no interval: label '1' has 2.0 effective subjects"}


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "auc"])
def test_five_people_who_hold_a_label_give_one_that_holds(metric: str) -> None:
    found = with_rare_label(metric, 5)
    assert np.mean([each.interval is not None for each in found]) >= 0.95
    assert held(found, 0.0) >= 0.93
    assert np.mean([(each.p or 1.0) <= 0.05 for each in found]) <= 0.07


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resamples enough to count by."""
    monkeypatch.setattr(skewed, "MOST_DRAWS", 5_000)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("people", [12, 20])
def test_gains_of_a_few_people_are_held(people: int) -> None:
    """Exponential gains around 0: Student t alone holds 91 to 93 % of them."""
    rng, subject = np.random.default_rng(people), np.repeat(np.arange(people), 2)
    found = [
        of_two(
            rng.normal(0, 1, 2 * people),
            (rng.exponential(1, people) - 1)[subject] + rng.normal(0, 0.3, 2 * people),
            subject, np.arange(2 * people) % 2, "log_odds",
        )
        for _ in range(FEW)
    ]  # fmt: skip
    assert all(each.interval is not None for each in found)
    assert np.mean([each.rule == "bootstrap_t" for each in found]) > 0.5
    assert held(found, 0.0) >= 0.925


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("people", [12, 20])
def test_brier_scores_near_zero_are_held(people: int) -> None:
    """P of the target 90 → 99 %: Student t alone holds 84 to 89 % of the differences."""

    def drawn(rng: np.random.Generator, people: int) -> np.ndarray:
        own = rng.normal(0, 0.5, people)[np.repeat(np.arange(people), 2)]
        return np.asarray(own + rng.normal(0, 0.8, 2 * people))

    rng, subject = np.random.default_rng(people), np.repeat(np.arange(people), 2)
    rise = logit(0.99) - logit(0.9)
    many = logit(0.9) + drawn(rng, 300_000)
    truth = 2 * float(((1 - expit(many + rise)) ** 2 - (1 - expit(many)) ** 2).mean())
    found = [
        of_two(logit(0.9) + drawn(rng, people), np.full(2 * people, rise), subject, subject % 2, "brier")
        for _ in range(FEW)
    ]
    assert all(each.interval is not None for each in found)
    assert held(found, truth) >= 0.915
    t_alone = [
        abs((each.value or 0) - truth) <= (each.se or 0) * {12: 2.201, 20: 2.093}[people] for each in found
    ]
    assert np.mean(t_alone) < 0.915  # else this cell would not tell the rules apart
