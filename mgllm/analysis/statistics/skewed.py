"""If subjects' differences are skewed: bootstrap-t by subject beside Student t.

A mean of numbers with one long tail (a Brier score near 0, log-odds that a few people raise much)
has a standard error that is small just when the tail happens to be missing, so the interval of
Student t contains the truth too rarely. The rule was chosen by simulation
(docs/results/coverage.md). Also tried: Student t alone, Johnson's (1978) modified t and BCa, which
cover less; bootstrap-t alone and Hall's (1992) transformation, which cover a point or two less; no
interval, which says nothing. Shape suffixes: S subjects, R resamples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Floats
from mgllm.analysis.statistics.checks import counts
from mgllm.analysis.statistics.jackknife import STILL, Estimate

SKEWED = 0.15
"""From this skewness divided by √effective subjects on, bootstrap-t is used beside Student t. The
error of Student t grows with this ratio. At .15 a skewness of ½ is enough for 11 subjects, of 1 for
44; at .2, exponential gains of 12 people are covered in less than 94 %; at .1, half of all
symmetric samples would count as skewed."""
LEAST_TAIL, HEAVY_TAIL = 0.01, 0.005
"""Smallest part of the bootstrap beyond each end, without skewness and if one subject makes all of
it: with five subjects, smaller parts would consist only of resamples of two people."""
MOST_DRAWS, LEAST_DRAWS, WORK = 100_000, 5_000, 10_000_000
"""Most and fewest resamples, and the limit of resamples × subjects: an end then moves by about a
hundredth of the standard error from one seed to the next."""
SKEWED_WORDS = (
    "subjects' differences are skewed: each end of the interval is the wider one of Student t and "
    "bootstrap-t over subjects, and p is the larger one"
)
"""The remark below a table with such numbers."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The data of a difference of means."""

    difference_S: Floats
    """Each subject's summed differences."""
    items_S: Floats
    """Each subject's number of items."""

    @property
    def means_S(self) -> Floats:  # noqa: N802  # tensors carry their shape
        """Each subject's mean difference."""
        return self.difference_S / self.items_S


def skewness(values: Floats) -> float:
    """Third central moment divided by the cubed standard deviation; 0 if nothing varies."""
    spread = values - values.mean()
    deviation = float(np.sqrt((spread**2).mean()))
    return float((spread**3).mean()) / deviation**3 if deviation > 0 else 0.0


def with_bootstrap_t(estimate: Estimate, sums: Sums) -> Estimate:
    """The estimate, with interval and p widened by bootstrap-t if subjects' mean differences are
    skewed.

    Unchanged if it has no interval, or if resamples without any spread are so frequent that
    bootstrap-t has no end (differences with few values, which have no long tail either).
    """
    if estimate.interval is None or estimate.se is None or estimate.df is None or estimate.p is None:
        return estimate
    effective = estimate.df + 1
    heaviness = min(1.0, abs(skewness(sums.means_S)) / float(np.sqrt(effective)))
    if heaviness <= SKEWED:
        return estimate
    t_R, part = studentised(sums), tail(effective, heaviness)
    nth = int(part * (len(t_R) + 1))
    t_R.partition((nth - 1, len(t_R) - nth))  # far faster than sorting them all
    value, se = estimate.value or 0.0, estimate.se
    low, high = value - float(t_R[-nth]) * se, value - float(t_R[nth - 1]) * se
    if not np.isfinite([low, high]).all():
        return estimate
    return replace(
        estimate,
        interval=(min(low, estimate.interval[0]), max(high, estimate.interval[1])),
        p=max(estimate.p, _p(t_R, value / se, effective, part)),
        rule="bootstrap_t",
    )


def tail(effective: float, heaviness: float) -> float:
    """Part of the bootstrap's t beyond each end of a 95 % interval.

    Φ(−√(n/(n − 1)) · t₍.975, n−1₎) instead of .025: resamples of few subjects vary too little;
    Hesterberg (2015) corrects the percentile interval in this way. At least one hundredth. This is
    multiplied by (1 − h²)²: the nearer h is to 1, the more one subject alone makes the skewness,
    and the less the resamples know about the tail that it comes from.

    Args:
        effective: subjects, n.
        heaviness: |skewness| divided by √n, h: from 0 to 1.
    """
    from scipy.special import ndtr

    few = float(ndtr(-np.sqrt(effective / (effective - 1)) * _quantile(effective)))
    return max(HEAVY_TAIL, max(LEAST_TAIL, few) * (1 - heaviness**2) ** 2)


def _p(t_R: Floats, observed: float, effective: float, part: float) -> float:
    """Two-sided p: ≤ .05 exactly if the interval of `tail` does not contain 0."""
    from scipy.special import ndtri, stdtr

    beyond = min(int((t_R >= observed).sum()), int((t_R <= observed).sum()))
    reached = float(ndtri(min(0.5, (1 + beyond) / (1 + len(t_R)))) / ndtri(part))  # 1 at an end
    return 2 * float(stdtr(effective - 1, -reached * _quantile(effective)))


def _quantile(effective: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(effective - 1, 0.975))


def studentised(sums: Sums) -> Floats:
    """(mean − the sample's) / standard error of each resample of the subjects [R]; ± ∞ without
    variation.

    The standard error of a mean over subjects with several items each is that of a ratio of sums,
    √(S/(S − 1) · Σ(dₛ − θ·nₛ)²) / n, for each resample from its own sums. Subjects are sorted by
    their differences, the long tail last, so that neither their names nor the arms' order changes a
    digit.
    """
    subjects = len(sums.items_S)
    draws = int(np.clip(WORK / subjects, LEAST_DRAWS, MOST_DRAWS))
    theta = sums.difference_S.sum() / sums.items_S.sum()
    side = -1.0 if skewness(sums.means_S) < 0 else 1.0
    rest_S = side * (sums.difference_S - theta * sums.items_S)
    rest_S = rest_S / np.sqrt((rest_S**2).sum())  # in units in which rounding is known
    order_S = np.lexsort((sums.items_S, rest_S))
    rest_S, items_S = rest_S[order_S], sums.items_S[order_S]
    terms = np.stack([rest_S, items_S, rest_S**2, rest_S * items_S, items_S**2], axis=1)
    rows = [counts_RS.astype(np.float64) @ terms for counts_RS in counts(subjects, draws)]
    rest, items, squares, both, sizes = np.concatenate(rows).T
    gap = rest / items
    variance = np.maximum(squares - 2 * gap * both + gap**2 * sizes, 0) * subjects / (subjects - 1)
    still = variance < STILL
    t_R = rest / np.sqrt(np.where(still, 1.0, variance))
    without_R = np.select([rest > STILL, rest < -STILL], [np.inf, -np.inf], 0.0)
    return np.asarray(side * np.where(still, without_R, t_R))
