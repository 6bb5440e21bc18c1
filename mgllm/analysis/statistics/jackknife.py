"""The interval and p of every number: delete one subject, Student t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mgllm.analysis.metric import Floats, Ints
from mgllm.records import Rule

FEWEST = 5
"""With fewer effective subjects there is no interval."""
FEW = 10
"""With fewer effective subjects the row says *few subjects*."""
POWER = 0.80
"""Chance to find a detectable effect: the usual 80 %."""
NO_VARIATION = "no interval: no variation between subjects"
"""Flag of a number without any spread."""
STILL = 1e-12
"""A standard error that is a smaller part of the value is 0, apart from rounding."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """How many items each subject has."""

    n: int
    """Items."""
    subjects: int
    """Distinct subjects."""
    effective: float
    """n² / Σ nₛ²: so many subjects with equally many items would give as much information; 0
    without items."""
    largest: int
    """Items of the subject that has most."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What decides the degrees of freedom of a number."""

    effective: float
    """Effective subjects."""
    labels: tuple[str, ...] = ()
    """The labels over whose items they are counted (several if they have equally many); none: all
    items."""

    @property
    def words(self) -> str:
        """ "12.3 effective subjects"; "label 'deceptive' has 2.0 effective subjects"."""
        names = " and ".join(f"'{label}'" for label in self.labels)
        of = f"label{'s' if len(self.labels) > 1 else ''} {names} ha{'ve' if len(self.labels) > 1 else 's'} "
        return f"{of if names else ''}{self.effective:.1f} effective subjects"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval and p."""

    value: float | None
    """Null if undefined."""
    se: float | None = None
    """Standard error; null if undefined or zero."""
    interval: tuple[float, float] | None = None
    """95 %."""
    p: float | None = None
    """Two-sided, for the value 0."""
    flag: str | None = None
    """Why there is no interval, or that there are few subjects."""
    df: float | None = None
    """Degrees of freedom of Student t; null without an interval."""
    rule: Rule = "t"
    """How interval and p are computed."""

    @property
    def detectable(self) -> float | None:
        """The true difference that is found with 80 % power; null without an interval."""
        if self.se is None or self.df is None or self.interval is None:
            return None
        return detectable_in_se(self.df) * self.se


def clusters(subject_N: Ints) -> Clusters:
    """How many items each subject has, from each item's subject index."""
    sizes_S = np.bincount(subject_N)
    sizes_S = sizes_S[sizes_S > 0]
    n = int(sizes_S.sum())
    if n == 0:
        return Clusters(0, 0, 0.0, 0)
    return Clusters(n, len(sizes_S), n * n / float((sizes_S.astype(float) ** 2).sum()), int(sizes_S.max()))


def weakest(over: Clusters, subject_N: Ints, target_N: Ints, labels: Sequence[str]) -> Basis:
    """The label with the fewest effective subjects, counted over its own items: n_l² / Σₛ n_ls².

    Why: a mean over labels is known no better than the label with the fewest people. If 2 of 20
    subjects have a label, an interval with 19 degrees of freedom covers 84 % instead of 95
    (docs/results/coverage.md). No label is named if all items together have equally few.

    Args:
        over: all items' subjects.
        subject_N: index of each item's subject.
        target_N: index of each item's true label.
        labels: the labels' ids; a label without an id is named by its index.
    """
    found = {int(each): clusters(subject_N[target_N == each]).effective for each in np.unique(target_N)}
    least = min(found.values())
    if least >= over.effective - 1e-9:
        return Basis(least)
    names = [labels[n] if n < len(labels) else str(n) for n, size in found.items() if size < least + 1e-9]
    return Basis(least, tuple(sorted(names)))


def jackknife(replicates_1S: Floats, over: Clusters, basis: Basis | None = None) -> Estimate:
    """Value, SE = √((S − 1)/S · Σ(θ₋ₛ − θ̄)²), 95 % interval and p with effective subjects − 1
    degrees.

    Args:
        replicates_1S: the value over all subjects, then without each.
        over: the items' subjects.
        basis: what decides the degrees of freedom, if not all items.
    """
    value = float(replicates_1S[0])
    if not np.isfinite(value):
        return Estimate(None, flag="undefined: all targets are the same label")
    without_S = replicates_1S[1:]
    if over.subjects < 2:
        return Estimate(value, flag="no interval: one subject")
    basis = basis or Basis(over.effective)
    if not np.isfinite(without_S).all():
        why = "only one subject has a label" if basis.effective >= FEWEST else basis.words
        return Estimate(value, flag=f"no interval: {why}")
    spread = without_S - without_S.mean()
    se = float(np.sqrt((over.subjects - 1) / over.subjects * (spread**2).sum()))
    if se <= STILL * max(1.0, abs(value)):
        return Estimate(value, flag=NO_VARIATION)
    if basis.effective < FEWEST:
        return Estimate(value, se, flag=f"no interval: {basis.words}")
    df = basis.effective - 1
    return Estimate(
        value, se, t_interval(value, se, df), 2 * t_tail(abs(value) / se, df), few_words(basis), df=df
    )


def few_words(basis: Basis) -> str | None:
    """That there are few subjects; null if there are enough."""
    if basis.effective >= FEW:
        return None
    return f"few subjects: {basis.words.removesuffix(' subjects')}"


def held(interval: tuple[float, float] | None, low: float, high: float) -> tuple[float, float] | None:
    """An interval without its impossible part: its ends are cut off at low and high."""
    return interval and (min(max(interval[0], low), high), max(min(interval[1], high), low))


def t_interval(value: float, se: float, df: float) -> tuple[float, float]:
    """95 % interval of Student's t with these degrees of freedom."""
    half = t_quantile(0.975, df) * se
    return value - half, value + half


def t_quantile(share: float, df: float) -> float:
    """The t below which this share of Student's t lies."""
    from scipy.special import stdtrit  # scipy.stats has the same function and takes a second longer

    return float(stdtrit(df, share))


def t_tail(t: float, df: float) -> float:
    """P(T ≥ t) of Student's t with these degrees of freedom."""
    from scipy.special import stdtr

    return float(stdtr(df, -t))


@lru_cache(maxsize=1024)
def detectable_in_se(df: float) -> float:
    """The true difference, in standard errors, that a two-sided test at 5 % finds with 80 % power.

    t is then noncentral: 3.76 at 4 degrees of freedom, 3.15 at 9, 2.87 at 39; the limit is 1.96 +
    0.84. The chance to find it with the wrong sign, below 10⁻⁴, is neglected.
    """
    from scipy.special import nctdtrinc, stdtrit

    return float(nctdtrinc(df, 1 - POWER, stdtrit(df, 0.975)))
