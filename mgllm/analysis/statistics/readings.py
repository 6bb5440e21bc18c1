"""What a difference would be if missing answers or probabilities were different.

Shape suffixes: I items, E epochs, K shuffles, L labels, M labels and one column for "no label", N
items kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Bools, Floats, MeanMetric, Metric, Sample, SumMetric
from mgllm.analysis.statistics.grid import ANSWERED, FAILED, Answers, Grid
from mgllm.analysis.statistics.pairs import average, given, sample, some, subject_codes

Sides = tuple[Sample, Sample]
"""Arm and baseline over the same items."""
FIRST, LAST = 2.0, -1.0
"""In place of probabilities, to rank above and below all others."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Other ways to count what is missing between two arms; null if nothing is missing."""

    lacking_answers: float
    """Share of the pairs asked (item, epoch) that are not answered on both sides."""
    lacking_scores: float
    """The same for probabilities."""
    apart: float
    """The arm's share without probabilities minus the baseline's."""
    strict: Sides | None
    """Refused and unparsed are not a label; failed stays missing."""
    against: Sides | None
    """Missing answers are wrong in the arm and right in the baseline."""
    favouring: Sides | None
    """The reverse."""
    ranked: Sides | None
    """Missing probabilities rank last in the arm and first in the baseline."""
    observed: Floats
    """Share of each asked item's pairs that have probabilities on both sides [I kept]."""


def readings(grid: Grid, arm: Answers, baseline: Answers) -> Readings:
    """All of them, over the items with a known target that were asked in either arm."""
    sides, known_IE = (arm, baseline), (grid.target_I >= 0)[:, None]
    asked_IE: Bools = some(np.stack([some(side.outcome_IEK > 0, 2) for side in sides]), 0) & known_IE
    asked_IE &= some(_expected(arm), 2) & some(_expected(baseline), 2)
    said, scored = ([given(side, scored=which) for side in sides] for which in (False, True))
    both_IE = scored[0] & scored[1] & asked_IE
    kept_I = some(asked_IE, 1)
    return Readings(
        lacking_answers=_share(~(said[0] & said[1]), asked_IE),
        lacking_scores=_share(~(scored[0] & scored[1]), asked_IE),
        apart=_share(~scored[0], asked_IE) - _share(~scored[1], asked_IE),
        strict=_strict(grid, arm, baseline),
        against=_filled(grid, (arm, False), (baseline, True), asked_IE),
        favouring=_filled(grid, (arm, True), (baseline, False), asked_IE),
        ranked=_ranked(grid, sides, asked_IE) if some(both_IE, None) else None,
        observed=(both_IE.sum(axis=1) / np.maximum(asked_IE.sum(axis=1), 1))[kept_I],
    )


def difference(metric: Metric, sides: Sides | None) -> float | None:
    """Difference of a metric between two samples; null without samples, or if it is undefined."""
    if sides is None or not len(sides[0].target_N):
        return None
    value = _point(metric, sides[0]) - _point(metric, sides[1])
    return float(value) if np.isfinite(value) else None


def worst_scored(metric: Metric, found: Readings, pairs: Sides) -> float | None:
    """The difference if every missing pair gets the worst one observed; null if the metric has
    none.

    Args:
        metric: one of probabilities.
        found: what is missing.
        pairs: both arms over the pairs that have probabilities.
    """
    if metric.ranked:
        return difference(metric, found.ranked)
    if not isinstance(metric, MeanMetric) or not len(pairs[0].target_N):
        return None
    change_N = metric.of_item(pairs[0]) - metric.of_item(pairs[1])
    low = float(change_N.max() if metric.less_is_better else change_N.min())
    part_N = found.observed[found.observed > 0]
    lost = len(found.observed) - part_N.sum()
    return float(((change_N * part_N).sum() + low * lost) / len(found.observed))


def _point(metric: Metric, over: Sample) -> float:
    """The number over all items, with nobody left out."""
    if isinstance(metric, SumMetric):
        total_K = metric.per_item(over).sum(axis=0)
        return float(metric.value(total_K, total_K))
    return float(metric.replicates(over)[0])


def _expected(answers: Answers) -> Bools:
    """Where an answer was expected [I, E, K]: everywhere; for people, where one of them was
    asked."""
    return answers.outcome_IEK > 0 if answers.rated else np.ones(answers.outcome_IEK.shape, bool)


def _share(missing_IE: Bools, asked_IE: Bools) -> float:
    return float((missing_IE & asked_IE).sum() / max(int(asked_IE.sum()), 1))


def _strict(grid: Grid, arm: Answers, baseline: Answers) -> Sides | None:
    judged = [(side.outcome_IEK > 0) & (side.outcome_IEK != FAILED) for side in (arm, baseline)]
    kept_IE = some(judged[0], 2) & some(judged[1], 2) & (grid.target_I >= 0)[:, None]
    if not some(kept_IE, None):
        return None
    first, second = (
        _over(grid, _chosen(grid, side, None), taken, kept_IE)
        for side, taken in zip((arm, baseline), judged, strict=True)
    )
    return first, second


def _filled(grid: Grid, arm: tuple[Answers, bool], other: tuple[Answers, bool], kept: Bools) -> Sides | None:
    """Both sides, with missing answers counted as right or wrong."""
    if not some(kept, None):
        return None
    first, second = (
        _over(grid, _chosen(grid, side, right), _expected(side), kept) for side, right in (arm, other)
    )
    return first, second


def _chosen(grid: Grid, answers: Answers, right: bool | None) -> Floats:
    """Answers as shares of labels [I, E, K, M]; missing ones are the target, any other label, or
    none."""
    labels = len(grid.labels)
    chosen_IEKM = (answers.answer_IEK[..., None] == np.arange(labels + 1)).astype(np.float64)
    true_IL = np.eye(labels)[np.maximum(grid.target_I, 0)]
    missing_IL = true_IL if right else (1 - true_IL) / (labels - 1)
    missing_IM = np.eye(labels + 1)[np.full(len(true_IL), labels)]
    if right is not None:
        missing_IM = np.hstack([missing_IL, np.zeros((len(true_IL), 1))])
    answered_IEK = answers.outcome_IEK == ANSWERED
    return np.asarray(np.where(answered_IEK[..., None], chosen_IEKM, missing_IM[:, None, None, :]))


def _over(grid: Grid, chosen_IEKM: Floats, taken_IEK: Bools, kept_IE: Bools) -> Sample:
    kept_I = some(kept_IE, 1)
    shares_NM = average(chosen_IEKM, taken_IEK, kept_IE)[kept_I]
    nothing_N = np.full(len(shares_NM), np.nan)
    return Sample(
        subject_N=subject_codes(grid, kept_I),
        target_N=grid.target_I[kept_I],
        shares_NL=shares_NM,
        probabilities_NL=np.repeat(nothing_N[:, None], len(grid.labels), axis=1),
        log_odds_N=nothing_N,
    )


def _ranked(grid: Grid, sides: tuple[Answers, Answers], asked_IE: Bools) -> Sides:
    """Both sides over all items asked; without probabilities they rank last in the arm, first in
    the other."""
    kept_I = some(asked_IE, 1)
    true_NL = np.eye(len(grid.labels), dtype=bool)[grid.target_I[kept_I]]
    found = []
    for side, true, other in zip(sides, (LAST, FIRST), (FIRST, LAST), strict=True):
        scored_IE = given(side, scored=True) & asked_IE
        has_N = some(scored_IE, 1)[kept_I]
        over = sample(grid, side, np.where(some(scored_IE, 1)[:, None], scored_IE, asked_IE))
        worst_NL = np.where(true_NL, true, other)
        filled_NL = np.where(has_N[:, None], over.probabilities_NL, worst_NL)
        found.append(replace(over, probabilities_NL=filled_NL))
    return found[0], found[1]
