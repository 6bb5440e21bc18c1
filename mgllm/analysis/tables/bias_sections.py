"""Which rows stand in the tables on bias, and the remarks beneath."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mgllm.analysis.tables.bias_tables import (
    DECLINED,
    POSITIONS,
    SLICE_ARMS,
    SLICE_EFFECTS,
    SliceArm,
    SliceEffect,
    places,
)
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import SCALES, contrast_words
from mgllm.records import ArmBias, Slice

PLACES_WORDS = (
    "labels are rotated over items: a share far from the targets' is drawn by the place, not by the item.",
)
PRIOR_WORDS = "none: the mean probability of the label that stands there, over the label orders asked."
SLICES_WORDS = (
    "a slice has fewer people than the whole: without an interval nothing can be said of it, and a "
    "difference between two slices is no finding by itself.",
)


def bias_tables(rows: Sequence[ArmBias]) -> Iterable[Table]:
    """Places of labels, and declined answers where there are any."""
    found = places([row for row in rows if row.positions])
    if found:
        prior = [PRIOR_WORDS] if any(place.bias.arm == "none" for place in found) else []
        yield POSITIONS.table(found, [*PLACES_WORDS, *prior])
    declined = [row for row in rows if row.refused is not None]
    if any(share and share.value > 0 for row in declined for share in (row.refused, row.unparsed)):
        yield DECLINED.table(declined)


def slice_tables(parts: Sequence[Slice]) -> Iterable[Table]:
    """Every arm by slice, and the two contrasts by slice."""
    arms = [SliceArm(part, arm) for part in parts for arm in part.arms]
    effects = [SliceEffect(part, effect) for part in parts for effect in part.effects]
    if arms:
        yield SLICE_ARMS.table(arms)
    if effects:
        yield SLICE_EFFECTS.table(effects, [*_flags(effects), *SLICES_WORDS])


def _flags(rows: Sequence[SliceEffect]) -> Iterable[str]:
    """Each slice's words of caution, with the differences that they are about unless it is all of them."""
    about: dict[tuple[str, str], list[str]] = {}
    size: Counter[str] = Counter()
    for part, effect in rows:
        name = f"{part.covariate}: {part.value}"
        size[name] += 1
        for flag in effect.flags:
            words = f"{contrast_words(effect)} ({SCALES[effect.metric].name})"
            about.setdefault((name, flag), []).append(words)
    for (name, flag), found in about.items():
        where = "" if len(found) == size[name] else f"; {', '.join(found)}"
        yield f"{name}{where}: {flag}."
