"""Columns of the tables on bias: positions of labels, replies without an answer, slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mgllm.analysis.tables.columns import Column, Table, TableSpec
from mgllm.analysis.tables.tables import NO_NUMBER
from mgllm.analysis.wording import (
    contrast_words,
    difference,
    estimate,
    level,
    metric_words,
    number,
    p_words,
    share_words,
)
from mgllm.records import ArmBias, ArmSummary, Effect, Slice

PLACES_WORDS = (
    "The order of labels changes from item to item: a share of answers far from the share of targets comes "
    "from the position, not from the item.",
)
CENSORED_WORDS = (
    "no probabilities: share of the answers, not of the replies; empty: all answers have probabilities."
)
PRIOR_WORDS = "the mean probability of the label in this position, over the label orders asked."
SLICES_WORDS = (
    "A slice has fewer people than the whole set. Without an interval nothing can be said about it, and a "
    "difference between two slices is not a finding by itself.",
)


class Place(NamedTuple):
    """One position of a label in one arm."""

    bias: ArmBias
    nth: int
    """From 0."""


class SliceArm(NamedTuple):
    """One arm over one slice."""

    part: Slice
    arm: ArmSummary


class SliceEffect(NamedTuple):
    """One difference over one slice."""

    part: Slice
    effect: Effect


def places(rows: list[ArmBias]) -> list[Place]:
    """The positions to show: of two only the first, because the second is the rest."""
    return [
        Place(row, nth) for row in rows for nth in range(1 if len(row.positions) == 2 else len(row.positions))
    ]


def _position(place: Place) -> str:
    words = ("first", "second", "third")
    return words[place.nth] if place.nth < len(words) else f"{place.nth + 1}th"


def _place_items(place: Place) -> str:
    plural = "" if place.bias.items == 1 else "s"
    return str(place.bias.items) if place.bias.subjects else f"{place.bias.items} order{plural}"


POSITIONS = TableSpec[Place](
    "Position bias: answers by position of the label in the prompt",
    name="positions",
    names=2,
    columns=[
        ("arm", lambda place: place.bias.arm),
        ("position", _position),
        ("items", _place_items),
        ("answers there % [95 %]", lambda place: share_words(place.bias.positions[place.nth])),
        (
            "targets there %",
            lambda place: number(100 * place.bias.targets[place.nth], 1) if place.bias.targets else "",
        ),
    ],
)
DECLINED = TableSpec[ArmBias](
    "Replies without an answer (% of the replies)",
    name="declined",
    names=1,
    columns=[
        ("arm", lambda row: row.arm),
        ("refused [95 %]", lambda row: share_words(row.refused)),
        ("unparsed [95 %]", lambda row: share_words(row.unparsed)),
        ("no probabilities [95 %]", lambda row: share_words(row.censored)),
    ],
)


def _scored(rows: Sequence[SliceArm]) -> Iterable[Column[SliceArm]]:
    """AUC and log-odds; the headers say if they are from shares."""
    if not rows:
        return []
    row = rows[0].part.row
    return [
        (metric_words(row, "auc"), lambda row: _number(row.arm, "auc")),
        (metric_words(row, "log_odds"), lambda row: _number(row.arm, "log_odds")),
    ]


def _number(arm: ArmSummary, metric: str) -> str:
    return NO_NUMBER if metric in arm.unscored else level(arm.level(metric), metric)


SLICE_ARMS = TableSpec[SliceArm](
    "Slices (exploratory)",
    name="slices",
    names=2,
    columns=[
        ("slice", lambda row: f"{row.part.covariate}: {row.part.value}"),
        ("arm", lambda row: row.arm.arm),
        ("answered", lambda row: f"{row.arm.answered} of {row.arm.n}"),
        ("subjects", lambda row: str(row.arm.subjects)),
        ("accuracy % [95 %]", lambda row: estimate(row.arm.accuracy, row.arm.accuracy_interval, "accuracy")),
        _scored,
    ],
)
SLICE_EFFECTS = TableSpec[SliceEffect](
    "Primary contrasts by slice (exploratory)",
    name="slices",
    names=3,
    columns=[
        ("slice", lambda row: f"{row.part.covariate}: {row.part.value}"),
        ("contrast", lambda row: contrast_words(row.effect)),
        ("metric", lambda row: metric_words(row.effect.row, row.effect.metric)),
        ("difference [95 %]", lambda row: difference(row.effect)),
        ("q", lambda row: p_words(row.effect.q)),
        ("pairs", lambda row: str(row.effect.pairs)),
        ("subjects", lambda row: str(row.effect.subjects)),
    ],
)


def bias_tables(rows: Sequence[ArmBias]) -> Iterable[Table]:
    """Positions of labels, and replies without an answer if there are any."""
    found = places([row for row in rows if row.positions])
    if found:
        unasked = dict.fromkeys(place.bias.arm for place in found if not place.bias.subjects)
        yield POSITIONS.table(found, [*PLACES_WORDS, *(f"{arm}: {PRIOR_WORDS}" for arm in unasked)])
    declined = [row for row in rows if row.refused is not None]
    shares = [share for row in declined for share in (row.refused, row.unparsed, row.censored)]
    if any(share and share.value > 0 for share in shares):
        yield DECLINED.table(declined, [CENSORED_WORDS] if any(row.censored for row in declined) else ())


def slice_tables(parts: Sequence[Slice]) -> Iterable[Table]:
    """Every arm by slice, and the two contrasts by slice."""
    arms = [SliceArm(part, arm) for part in parts for arm in part.arms]
    effects = [SliceEffect(part, effect) for part in parts for effect in part.effects]
    if arms:
        yield SLICE_ARMS.table(arms)
    if effects:
        yield SLICE_EFFECTS.table(effects, [*_flags(effects), *SLICES_WORDS])


def _flags(rows: Sequence[SliceEffect]) -> Iterable[str]:
    """Each slice's words of caution, with the differences that have them unless all have them."""
    about: dict[tuple[str, str], list[str]] = {}
    size: Counter[str] = Counter()
    for part, effect in rows:
        name = f"{part.covariate}: {part.value}"
        size[name] += 1
        for flag in effect.flags:
            words = f"{contrast_words(effect)} ({metric_words(effect.row, effect.metric)})"
            about.setdefault((name, flag), []).append(words)
    for (name, flag), found in about.items():
        where = "" if len(found) == size[name] else f"; {', '.join(found)}"
        yield f"{name}{where}: {flag}."
