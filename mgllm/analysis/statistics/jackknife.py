"""The interval and p of every number: delete one subject, Student t."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Floats, Ints
from mgllm.records import Rule

FEWEST = 5
"""Effective subjects under which no interval is given."""
FEW = 10
"""Effective subjects under which *few subjects* is said."""
DETECTABLE = 2.80
"""1.96 + 0.84: two-sided 5 %, power 80 %, in standard errors."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """How items fall on subjects."""

    n: int
    """Items."""
    subjects: int
    """Distinct subjects."""
    effective: float
    """n² / Σ nₛ²: as many subjects of equal size would tell as much; 0 without items."""
    largest: int
    """Items of the subject that has most."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is."""

    value: float | None
    """Null where undefined."""
    se: float | None = None
    """Standard error; null where undefined or zero."""
    interval: tuple[float, float] | None = None
    """95 %."""
    p: float | None = None
    """Two-sided, of the value being 0."""
    flag: str | None = None
    """Why there is no interval, or how little it rests on."""
    df: float | None = None
    """Degrees of freedom of Student t; null without an interval by it."""
    rule: Rule = "t"
    """What interval and p rest on."""


def clusters(subject_N: Ints) -> Clusters:
    """How items fall on subjects, from each item's subject index."""
    sizes_S = np.bincount(subject_N)
    sizes_S = sizes_S[sizes_S > 0]
    n = int(sizes_S.sum())
    if n == 0:
        return Clusters(0, 0, 0.0, 0)
    return Clusters(n, len(sizes_S), n * n / float((sizes_S.astype(float) ** 2).sum()), int(sizes_S.max()))


def jackknife(replicates_1S: Floats, over: Clusters) -> Estimate:
    """Value, SE = √((S − 1)/S · Σ(θ₋ₛ − θ̄)²), 95 % interval and p with effective subjects − 1 degrees.

    Args:
        replicates_1S: the value over all subjects, then without each.
        over: the items' subjects.
    """
    value = float(replicates_1S[0])
    if not np.isfinite(value):
        return Estimate(None, flag="undefined: only one label occurs as target")
    without_S = replicates_1S[1:]
    if over.subjects < 2:
        return Estimate(value, flag="no interval: one subject")
    if not np.isfinite(without_S).all():
        return Estimate(value, flag="no interval: a label stands on one subject alone")
    spread = without_S - without_S.mean()
    se = float(np.sqrt((over.subjects - 1) / over.subjects * (spread**2).sum()))
    if se <= 1e-12 * max(1.0, abs(value)):
        return Estimate(value, flag="no interval: no variation between subjects")
    if over.effective < FEWEST:
        return Estimate(value, se, flag=f"no interval: {over.effective:.1f} effective subjects")
    low, high = t_interval(value, se, over.effective)
    flag = f"few subjects: {over.effective:.1f} effective" if over.effective < FEW else None
    p = 2 * t_tail(abs(value) / se, over.effective)
    return Estimate(value, se, (low, high), p, flag, df=over.effective - 1)


def held(interval: tuple[float, float] | None, low: float, high: float) -> tuple[float, float] | None:
    """An interval less the part that cannot be: its ends are held inside low..high."""
    return interval and (min(max(interval[0], low), high), max(min(interval[1], high), low))


def t_interval(value: float, se: float, effective: float) -> tuple[float, float]:
    """95 % interval of Student's t with `effective` − 1 degrees of freedom."""
    from scipy.special import stdtrit  # scipy.stats has the same function and takes a second longer

    half = float(stdtrit(effective - 1, 0.975)) * se
    return value - half, value + half


def t_tail(t: float, effective: float) -> float:
    """P(T ≥ t) of Student's t with `effective` − 1 degrees of freedom."""
    from scipy.special import stdtr

    return float(stdtr(effective - 1, -t))
