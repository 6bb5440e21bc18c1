"""What is worked out for one contrast, metric by metric: values, interval, p, and the checks beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Floats, MeanMetric, Metric, SumMetric
from mgllm.analysis.statistics.checks import BOOTSTRAP_FROM, bca_interval, bootstrap_many, sign_flip_p
from mgllm.analysis.statistics.jackknife import FEWEST, Estimate, jackknife
from mgllm.analysis.statistics.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was worked out for one effect."""

    estimate: Estimate
    """The difference, and how sure it is."""
    values: tuple[float, float] = (np.nan, np.nan)
    """Of arm and baseline."""
    sign_flip_p: float | None = None
    """Check by sign flips."""
    bca: tuple[float, float] | None = None
    """Check by bootstrap."""
    by_subject: float | None = None
    """Check: every subject weighs the same."""
    by_subject_interval: tuple[float, float] | None = None
    """Of it."""


def estimated(pairs: Pairs, metrics: Sequence[Metric]) -> dict[str, Numbers]:
    """By metric name; a metric that needs more pairs than there are is left out.

    Args:
        pairs: both arms over their common items; at least one.
        metrics: what is measured of them.
    """
    metrics = [metric for metric in metrics if metric.fewest <= pairs.over.n]
    two = {m.name: (m.replicates(pairs.arm), m.replicates(pairs.baseline)) for m in metrics}
    flips = _flips(pairs, metrics)
    bca = _bca(pairs, metrics, {name: arm - baseline for name, (arm, baseline) in two.items()})
    found = {}
    for metric in metrics:
        arm_1S, baseline_1S = two[metric.name]
        values = (float(arm_1S[0]), float(baseline_1S[0]))
        if not _discordant(metric, pairs):
            same = values[0] - values[1]
            estimate = Estimate(same if np.isfinite(same) else None, flag="no interval: no discordant pair")
            found[metric.name] = Numbers(estimate, values)
            continue
        numbers = Numbers(jackknife(arm_1S - baseline_1S, pairs.over), values)
        if pairs.over.effective >= FEWEST:
            numbers = replace(numbers, sign_flip_p=flips.get(metric.name), bca=bca.get(metric.name))
        found[metric.name] = numbers
    return found


def _bca(
    pairs: Pairs, metrics: Sequence[Metric], replicates: dict[str, Floats]
) -> dict[str, tuple[float, float] | None]:
    """BCa intervals of the metrics that are functions of sums, and of those that resample by themselves."""
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


def _discordant(metric: Metric, pairs: Pairs) -> bool:
    return bool((np.abs(metric.per_item(pairs.arm) - metric.per_item(pairs.baseline)) > 1e-12).any())


def _flips(pairs: Pairs, metrics: Sequence[Metric]) -> dict[str, float]:
    """Sign-flip p of the primary metrics, whose effects are means of the items' differences."""
    means = [metric for metric in metrics if metric.primary and isinstance(metric, MeanMetric)]
    differences_S = [
        np.bincount(
            pairs.arm.subject_N, weights=(metric.per_item(pairs.arm) - metric.per_item(pairs.baseline))[:, 0]
        )
        for metric in means
    ]
    p = sign_flip_p(np.stack(differences_S, axis=1).astype(np.float64)) if means else []
    return dict(zip((metric.name for metric in means), p, strict=True))
