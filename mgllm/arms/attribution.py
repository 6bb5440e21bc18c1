"""`mgllm run --attribute`: which gestures are left out and shown alone, and for which items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from mgllm.arms.base import Arm, Case, CueMaker
from mgllm.cues.block import Cues, shown_gestures
from mgllm.errors import InputError
from mgllm.records import POOL, AttributedGesture, CueSettings, CueSource, GestureLevel, Item

FEWEST_ITEMS, FEWEST_SUBJECTS = 10, 5
"""A gesture of fewer items or subjects is pooled with the other rare ones."""
NEEDED = ("text", "text+mg")
"""Leaving a gesture out is compared with the second, showing it alone with the first."""


def attributed_gestures(
    items: Sequence[Item], source: CueSource, settings: CueSettings
) -> tuple[AttributedGesture, ...]:
    """The empty cue block, then the gestures of these items, the most frequent first, rare ones
    pooled.

    Raises:
        InputError: no item has a gesture.
    """
    shown_by: dict[str, list[Item]] = defaultdict(list)
    groups: set[str] = set()
    for item in items:
        shown = shown_gestures(item.gestures[source], settings)
        groups |= {one.label for one in shown if one.level == "group"}
        for label in {one.label for one in shown}:
            shown_by[label].append(item)
    if not shown_by:
        raise InputError("--attribute: none of the items has a gesture to show; leave the option out")
    rare = [label for label, found in shown_by.items() if _is_rare(found)]
    if len(rare) < 2:
        rare = []
    named = sorted((label for label in shown_by if label not in rare), key=lambda x: (-len(shown_by[x]), x))
    gestures = [_gesture("", [], _showing(shown_by, shown_by))]
    for label in named:
        level: GestureLevel = "group" if label in groups else "word"
        gestures.append(_gesture(label, [label], shown_by[label], level))
    if rare:
        gestures.append(_gesture(POOL, sorted(rare), _showing(shown_by, rare)))
    return tuple(gestures)


def attribution_arms(
    gestures: Sequence[AttributedGesture], item: Item, source: CueSource, settings: CueSettings
) -> tuple[Arm, ...]:
    """The arms of one item: two for each of its gestures, and the empty cue block."""
    shown = _shown(item, source, settings)
    return tuple(
        Arm(arm, True, _cues_of(gesture.members, keep=way == "added"), "source", may_coincide=True)
        for gesture in gestures
        if shown & set(gesture.members or shown)
        for way, arm in gesture.arms.items()
    )


def check_arms(arms: Collection[str]) -> None:
    """Refuse `--attribute` without the arms that it is compared with.

    Raises:
        InputError: an arm is missing; names it.
    """
    missing = [name for name in NEEDED if name not in arms]
    if missing:
        raise InputError(f"--attribute needs the arms text and text+mg; add {', '.join(missing)} to --arms")


def _shown(item: Item, source: CueSource, settings: CueSettings) -> set[str]:
    return {gesture.label for gesture in shown_gestures(item.gestures[source], settings)}


def _showing(shown_by: Mapping[str, Sequence[Item]], labels: Iterable[str]) -> list[Item]:
    """Items with any of the labels, each once."""
    return list({item.id: item for label in labels for item in shown_by[label]}.values())


def _is_rare(found: Sequence[Item]) -> bool:
    return len(found) < FEWEST_ITEMS or len({item.subject for item in found}) < FEWEST_SUBJECTS


def _gesture(
    name: str, members: Sequence[str], found: Sequence[Item], level: GestureLevel = "word"
) -> AttributedGesture:
    subjects = len({item.subject for item in found})
    return AttributedGesture(
        name=name, members=tuple(members), items=len(found), subjects=subjects, level=level
    )


def _cues_of(members: Collection[str], *, keep: bool) -> CueMaker:
    """Makes a cue block of only these gestures, or of all others."""

    def cues(case: Case, level: None) -> Cues:
        full = case.transcript()
        # what top_k cuts off must not move up when a gesture before it is left out
        shown = shown_gestures(full, case.ground.settings)
        kept = tuple(gesture for gesture in shown if (gesture.label in members) == keep)
        return case.show(full.model_copy(update={"gestures": kept}))

    return cues
