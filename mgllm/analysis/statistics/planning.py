"""How many people a study needs: the power of the test that tables print, before there are data.

For people with m items each the mean difference has the variance σ²/(S·m) · (1 + ρ(m·(1 + cv²) −
1)): σ² of an item's difference, ρ the correlation of two differences of one person, cv the spread
of the numbers of items. The test is Student's t with effective people − 1 degrees of freedom, so
its power is that of the noncentral t.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mgllm.analysis.metric import Floats, Ints, MeanMetric, known_metrics
from mgllm.analysis.statistics.effects import primary_contrasts
from mgllm.analysis.statistics.jackknife import FEWEST
from mgllm.analysis.statistics.pairs import pair
from mgllm.analysis.statistics.rows import named_grids, with_averages
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.errors import InputError
from mgllm.records import StudyDesign, StudyNeed, StudyPlan, StudyPoint

LEVEL = 0.05
"""Two-sided level of a single claim."""
MOST = 1_000_000
"""People: more than any study has."""
FEW = 20
"""Below so many people the power on accuracy can be 5 points lower: docs/results/plan-study.md."""
STEPS = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0)
"""Numbers of people of the curve, as parts of those needed."""
TINY = 1e-12
"""Standard error where all differences are the same."""
ITEMS = (1, 2, 5, 10, 20, 50)
"""Items of a person in the table."""


class Pilot(NamedTuple):
    """What a first run says about the next one."""

    items: float
    """Items of a person, mean."""
    spread: float
    """Their standard deviation divided by the mean."""
    icc: float
    """Correlation of two differences of one person, at least 0."""
    discordance: float
    """Share of pairs that differ; for accuracy, mean of the squared difference."""
    sd: float
    """Standard deviation of an item's difference."""
    people: int
    """People in it."""
    scored: bool
    """The difference is in nats, not in accuracy."""
    contrast: str
    """What was measured: "emotion: text+mg − text, accuracy"."""


def plan_study(design: StudyDesign, people: int | None = None, from_run: str | None = None) -> StudyPlan:
    """The people that a design needs, or what a number of people finds, with table and curve.

    Args:
        design: what is assumed.
        people: those there are; None computes how many are needed.
        from_run: where the assumptions are from.

    Raises:
        InputError: more than a million people are needed, or there are too few for an interval.
    """
    least = fewest(design)
    if people is not None and people < least:
        raise InputError(
            f"--people {people}: below {least} people of such a design there is no interval, so no test; "
            "plan for more"
        )
    found = people_needed(design) if people is None else people
    around = sorted({max(least, math.ceil(found * part)) for part in STEPS} | {found})
    return StudyPlan(
        design=design,
        people=found,
        given=people is not None,
        at=_point(design, found),
        curve=tuple(_point(design, each) for each in around),
        by_items=tuple(_need(design, items) for items in sorted({*ITEMS, design.items})),
        both=max(0.0, 2 * power(design, found) - 1),
        from_run=from_run,
    )


def power(design: StudyDesign, people: int) -> float:
    """The chance that the two-sided test finds the effect with this sign or the other."""
    from scipy.special import nctdtr

    df = _effective(design, people) - 1
    if df < FEWEST - 1:
        return 0.0
    shift, critical = design.effect / standard_error(design, people), _critical(design, df)
    below, above = np.nan_to_num(nctdtr(df, shift, [critical, -critical]))  # NaN where they are tiny
    return float(1 - below + above)


def standard_error(design: StudyDesign, people: int) -> float:
    """Of the mean difference."""
    variance = design.discordance - design.effect**2 if design.sd is None else design.sd**2
    return math.sqrt(variance * _alike(design) / (people * design.items)) or TINY


def people_needed(design: StudyDesign) -> int:
    """The fewest people with the power wanted.

    Raises:
        InputError: more than a million.
    """
    low, high = fewest(design) - 1, fewest(design)
    while power(design, high) < design.power:
        low, high = high, 2 * high
        if low > MOST:
            raise InputError(
                f"more than {MOST:,} people would be needed for this effect; plan for a larger one"
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(design, middle) >= design.power else (middle, high)
    return high


def fewest(design: StudyDesign) -> int:
    """The fewest people with an interval: five effective ones."""
    return math.ceil(FEWEST * (1 + design.spread**2) - 1e-9)


def detectable(design: StudyDesign, people: int) -> float | None:
    """The effect that so many people find with the power wanted; null if none can be so large.

    It is k standard errors with k from the noncentral t. For accuracy the variance falls with the
    effect δ: δ² = k²·a·(discordance − δ²).
    """
    from scipy.special import nctdtrinc

    df = _effective(design, people) - 1
    k = float(nctdtrinc(df, 1 - design.power, _critical(design, df)))
    a = _alike(design) / (people * design.items)
    if design.sd is not None:
        return k * design.sd * math.sqrt(a)
    found = math.sqrt(k * k * a * design.discordance / (1 + k * k * a))
    return found if found <= design.discordance else None


def _critical(design: StudyDesign, df: float) -> float:
    """Largest t of what is not found."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 1 - LEVEL / design.claims / 2))


def _alike(design: StudyDesign) -> float:
    """How much larger the variance of the mean is than if all items were of different people."""
    return 1 + design.icc * (design.items * (1 + design.spread**2) - 1)


def pilots(run: RunRecords) -> Iterable[Pilot]:
    """What the primary contrasts of a run say, for each primary metric that is a mean."""
    metrics = [one for one in known_metrics() if one.primary and isinstance(one, MeanMetric)]
    for grid in (grid for grid in with_averages(named_grids([run])) if grid.claims):
        for arm, baseline in primary_contrasts(grid.scenario):
            for metric in metrics if {arm, baseline} <= set(grid.answers) else ():
                pairs = pair(grid, grid.answers[arm], grid.answers[baseline], scored=metric.scored)
                if pairs.over.subjects > 1 and pairs.over.n > pairs.over.subjects:
                    difference_N = metric.of_item(pairs.arm) - metric.of_item(pairs.baseline)
                    words = f"{grid.row.scenario}: {arm} − {baseline}, {metric.scale.name}"
                    yield _pilot(difference_N, pairs.arm.subject_N, metric.scored, words)


def _pilot(difference_N: Floats, subject_N: Ints, scored: bool, words: str) -> Pilot:
    sizes_S = np.bincount(subject_N)
    return Pilot(
        items=float(sizes_S.mean()),
        spread=float(sizes_S.std() / sizes_S.mean()),
        icc=max(0.0, icc_of(difference_N, subject_N)),
        discordance=float((difference_N**2).mean()),
        sd=float(difference_N.std(ddof=1)),
        people=len(sizes_S),
        scored=scored,
        contrast=words,
    )


def icc_of(value_N: Floats, subject_N: Ints) -> float:
    """ICC(1) by one-way analysis of variance, for unequal numbers of items too (Donner 1986)."""
    sizes_S = np.bincount(subject_N)
    n, people = len(value_N), len(sizes_S)
    means_S = np.bincount(subject_N, weights=value_N) / sizes_S
    between = float((sizes_S * (means_S - value_N.mean()) ** 2).sum()) / (people - 1)
    within = float(((value_N - means_S[subject_N]) ** 2).sum()) / (n - people)
    size = (n - float((sizes_S**2).sum()) / n) / (people - 1)
    total = between + (size - 1) * within
    return (between - within) / total if total > 0 else 0.0


def _effective(design: StudyDesign, people: int) -> float:
    return people / (1 + design.spread**2)


def _point(design: StudyDesign, people: int) -> StudyPoint:
    return StudyPoint(
        people=people,
        items=round(people * design.items),
        df=_effective(design, people) - 1,
        power=power(design, people),
        detectable=detectable(design, people),
    )


def _need(design: StudyDesign, items: float) -> StudyNeed:
    this = design.model_copy(update={"items": float(items)})
    more = this.model_copy(update={"power": 1 - (1 - design.power) / 2})
    return StudyNeed(items=items, people=people_needed(this), more_power=people_needed(more))
