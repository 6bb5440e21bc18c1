"""The numbers of one contrast, metric by metric: values, interval, p, and the checks beside them.

Shape suffixes: N items, S subjects; `1S` has one value over all, then S without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, MeanMetric, Metric, Sample, SumMetric
from mgllm.analysis.statistics.checks import (
    BOOTSTRAP_FROM,
    bca_interval,
    bootstrap_many,
    flips_exactly,
    sign_flip_p,
)
from mgllm.analysis.statistics.jackknife import (
    FEWEST,
    NO_VARIATION,
    Basis,
    Clusters,
    Estimate,
    clusters,
    jackknife,
    t_interval,
    weakest,
)
from mgllm.analysis.statistics.pairs import Pairs
from mgllm.analysis.statistics.skewed import Sums, with_bootstrap_t

SAME = "no interval: no discordant pair"
"""Flag of two arms that give the same answer to all pairs."""
ALIKE = "no interval can be computed: all subjects differ by the same amount"
"""Flag of a difference without any spread: its p is from sign flips."""
UNDER_RESOLUTION = "too small for the printed digits"
"""Flag of a difference that is not 0 but printed as 0."""
ROUNDING = 1e-12
"""Differences up to this are 0."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one effect."""

    estimate: Estimate
    """The difference, and how sure it is."""
    values: tuple[float, float] = (np.nan, np.nan)
    """Of arm and baseline."""
    sign_flip_p: float | None = None
    """Check by sign flips."""
    sign_flip_exact: bool = True
    """True: all patterns of signs were counted; else some were drawn."""
    bca: tuple[float, float] | None = None
    """Check by bootstrap."""
    by_subject: float | None = None
    """Check: every subject has the same weight."""
    by_subject_interval: tuple[float, float] | None = None
    """Interval of that check."""
    under_resolution: bool = False
    """The difference is not 0 but printed as 0."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Words of caution."""
        found = (self.estimate.flag, UNDER_RESOLUTION if self.under_resolution else None)
        return tuple(flag for flag in found if flag)


def estimated(pairs: Pairs, metrics: Sequence[Metric], labels: Sequence[str] = ()) -> dict[str, Numbers]:
    """By metric name; a metric that needs more pairs than there are is left out.

    Args:
        pairs: both arms over their common items; at least one.
        metrics: what is measured of them.
        labels: the labels' ids, to name one that few subjects have.
    """
    metrics = [metric for metric in metrics if metric.fewest <= pairs.over.n]
    two = {m.name: (m.replicates(pairs.arm), m.replicates(pairs.baseline)) for m in metrics}
    sums = {m.name: _sums(m, pairs) for m in metrics if isinstance(m, MeanMetric)}
    by_class = weakest(pairs.over, pairs.arm.subject_N, pairs.arm.target_N, labels)
    flips = _flips({m.name: sums[m.name] for m in metrics if m.primary and m.name in sums})
    bca = _bca(pairs, metrics, {name: arm - baseline for name, (arm, baseline) in two.items()})
    found = {}
    for metric in metrics:
        differ_N = _differing(metric, pairs.arm, pairs.baseline)
        difference_1S = np.subtract(*two[metric.name])
        basis = by_class if metric.by_class else Basis(pairs.over.effective)
        numbers = Numbers(
            _estimate(difference_1S, (pairs.over, pairs.arm.subject_N), differ_N, basis),
            (float(two[metric.name][0][0]), float(two[metric.name][1][0])),
            under_resolution=_under_resolution(metric, float(difference_1S[0])),
        )
        if isinstance(metric, MeanMetric):
            numbers = _of_mean(metric, numbers, sums[metric.name])
        if differ_N.any() and pairs.over.effective >= FEWEST:
            numbers = _checked(numbers, metric.name, flips, bca)
        found[metric.name] = numbers
    return found


def p_between(metric: Metric, arm: Sample, baseline: Sample) -> float | None:
    """p of a difference between two samples over the same items; null if it has none."""
    over = clusters(arm.subject_N)
    basis = weakest(over, arm.subject_N, arm.target_N, ()) if metric.by_class else Basis(over.effective)
    difference_1S = metric.replicates(arm) - metric.replicates(baseline)
    differ_N = _differing(metric, arm, baseline)
    return _estimate(difference_1S, (over, arm.subject_N), differ_N, basis).p


def _estimate(
    difference_1S: Floats, subjects: tuple[Clusters, Ints], differ_N: Bools, basis: Basis
) -> Estimate:
    """A difference with interval and p; without them if no pair differs."""
    over, subject_N = subjects
    if not differ_N.any():
        same = float(difference_1S[0])
        return Estimate(same if np.isfinite(same) else None, flag=SAME)
    estimate = jackknife(difference_1S, over, basis)
    return _alike(estimate, len(np.unique(subject_N[differ_N])), basis)


def _alike(estimate: Estimate, differing: int, basis: Basis) -> Estimate:
    """Without any spread between subjects, Student t has no p; exact sign flips of those that
    differ have one.

    All differ by the same amount, so of the 2^S patterns only the two with a single sign reach as
    far.
    """
    if estimate.flag != NO_VARIATION:
        return estimate
    if basis.labels and basis.effective < FEWEST:
        return replace(estimate, flag=f"no interval: {basis.words}")
    if abs(estimate.value or 0.0) <= ROUNDING:
        return estimate
    return replace(estimate, p=2.0 ** (1 - differing), rule="sign_flip", flag=ALIKE)


def _under_resolution(metric: Metric, difference: float) -> bool:
    return abs(difference) > ROUNDING and metric.scale.rounds_to_zero(difference)


def _sums(metric: MeanMetric, pairs: Pairs) -> Sums:
    """Each subject's summed differences and items."""
    difference_N = metric.of_item(pairs.arm) - metric.of_item(pairs.baseline)
    return Sums(
        np.bincount(pairs.arm.subject_N, weights=difference_N).astype(np.float64),
        np.bincount(pairs.arm.subject_N).astype(np.float64),
    )


def _of_mean(metric: MeanMetric, numbers: Numbers, sums: Sums) -> Numbers:
    """The numbers with bootstrap-t if subjects' differences are skewed, and with the mean of the
    subjects' means and Student t over them."""
    estimate = numbers.estimate if metric.few_values else with_bootstrap_t(numbers.estimate, sums)
    subjects, mean = len(sums.items_S), float(sums.means_S.mean())
    se = float(sums.means_S.std(ddof=1)) / np.sqrt(subjects) if subjects >= FEWEST else 0.0
    interval = t_interval(mean, se, subjects - 1) if se > ROUNDING else None
    return replace(numbers, estimate=estimate, by_subject=mean, by_subject_interval=interval)


def _checked(
    numbers: Numbers,
    name: str,
    flips: Mapping[str, tuple[float, bool]],
    bca: Mapping[str, tuple[float, float] | None],
) -> Numbers:
    p, exact = flips.get(name, (None, True))
    interval = bca.get(name) if numbers.estimate.interval is not None else None
    return replace(numbers, sign_flip_p=p, sign_flip_exact=exact, bca=interval)


def _bca(
    pairs: Pairs, metrics: Sequence[Metric], replicates: dict[str, Floats]
) -> dict[str, tuple[float, float] | None]:
    """BCa intervals of the metrics that are functions of sums, and of those with their own
    resampling."""
    if pairs.over.subjects < BOOTSTRAP_FROM:
        return {}
    found: dict[str, tuple[float, float] | None] = {}
    for metric in metrics:
        if not isinstance(metric, SumMetric) and np.isfinite(replicates[metric.name]).all():
            arm_R, baseline_R = metric.resampled(pairs.arm), metric.resampled(pairs.baseline)
            if arm_R is not None and baseline_R is not None:
                found[metric.name] = bca_interval(replicates[metric.name], arm_R - baseline_R)
    summed = [metric for metric in metrics if isinstance(metric, SumMetric)]
    sums = [np.hstack([m.subject_sums(pairs.arm), m.subject_sums(pairs.baseline)]) for m in summed]
    known = [replicates[metric.name] for metric in summed]
    differences: list[Callable[[Floats], Floats]] = [
        _Difference(*both) for both in zip(summed, sums, strict=True)
    ]
    return found | dict(
        zip([metric.name for metric in summed], bootstrap_many(sums, differences, known), strict=True)
    )


class _Difference:
    """A metric's difference from the two arms' sums side by side."""

    def __init__(self, metric: SumMetric, sums_SK: Floats) -> None:
        self.metric = metric
        self.totals = np.split(sums_SK.sum(axis=0), 2)

    def __call__(self, sums_RK: Floats) -> Floats:
        arm, baseline = np.split(sums_RK, 2, axis=1)
        return self.metric.value(arm, self.totals[0]) - self.metric.value(baseline, self.totals[1])


def _differing(metric: Metric, arm: Sample, baseline: Sample) -> Bools:
    """Items on which the arms differ [N]."""
    apart = np.abs(metric.per_item(arm) - metric.per_item(baseline)) > ROUNDING
    return np.asarray(apart.any(axis=1))


def _flips(sums: Mapping[str, Sums]) -> dict[str, tuple[float, bool]]:
    """Sign-flip p of the primary metrics, whose effects are means of the items' differences, and
    whether all patterns were counted."""
    if not sums:
        return {}
    differences_SM = np.stack([each.difference_S for each in sums.values()], axis=1)
    exact = [flips_exactly(column) for column in differences_SM.T]
    return dict(zip(sums, zip(sign_flip_p(differences_SM), exact, strict=True), strict=True))
