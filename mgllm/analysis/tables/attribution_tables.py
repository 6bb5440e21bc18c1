"""The table of what each gesture adds: a line per gesture, both ways side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.wording import axis_words, difference, number, p_words
from mgllm.records import POOL, AttributedGesture, Attribution, Effect, RowName, Way

WAYS: dict[Way, str] = {"left_out": "left out", "added": "shown alone"}
"""What tables call the two ways."""
WORDS = (
    "left out: text+mg − text+mg without the gesture. shown alone: a cue block with this gesture only − an "
    "empty one (for the empty cue block itself: − text). Over the items that have the gesture; above 0 it "
    "helps towards the true label.",
    "gained : lost: items that are right only with the gesture : only without it.",
)
PULL_WORDS = (
    "pull: the label whose log-odds rise most when the gesture is added to the others (the empty cue block: "
    "added to text), whichever label is true; not a test."
)


class GestureRow(NamedTuple):
    """One gesture in both ways; a way that was not asked is missing."""

    gesture: AttributedGesture
    ways: dict[Way, Attribution]

    def effect(self, way: Way) -> Effect | None:
        """Its effect in one way."""
        return self.ways[way].effect if way in self.ways else None


def gesture_rows(found: Sequence[Attribution]) -> list[GestureRow]:
    """Attributions of one row name, joined by gesture, in their order."""
    rows: dict[str, GestureRow] = {}
    for each in found:
        rows.setdefault(each.gesture.name, GestureRow(each.gesture, {})).ways[each.way] = each
    return list(rows.values())


def attribution_table(found: Sequence[Attribution]) -> Iterable[Table]:
    """One table, if there is anything to show."""
    if not found:
        return
    rows = gesture_rows(found)
    metrics = {each.effect.metric for each in found}
    units = [_unit(found[0].row, metric) for metric in sorted(metrics)]
    remarks = [f"Differences in {' and '.join(units)}.", *WORDS]
    remarks += [PULL_WORDS] if any(each.pulls for each in found) else []
    yield GESTURES.table(rows, [*remarks, *_pooled(rows), *_flags(found)])


def _pull(row: GestureRow) -> str:
    found = row.ways.get("left_out") or row.ways.get("added")
    if found is None or not found.pulls:
        return ""
    label, most = max(found.pulls.items(), key=lambda pull: pull[1])
    return f"{label} {number(most, 2, plus=True)}"


GESTURES = TableSpec[GestureRow](
    "What each gesture adds",
    name="gestures",
    names=1,
    columns=[
        ("gesture", lambda row: row.gesture.words),
        ("items", lambda row: str(row.gesture.items)),
        ("subjects", lambda row: str(row.gesture.subjects)),
        ("left out [95 %]", lambda row: _difference(row.effect("left_out"))),
        ("q", lambda row: _q(row.effect("left_out"))),
        ("gained : lost", lambda row: _flips(row.ways.get("left_out"))),
        ("shown alone [95 %]", lambda row: _difference(row.effect("added"))),
        ("q", lambda row: _q(row.effect("added"))),
        ("gained : lost", lambda row: _flips(row.ways.get("added"))),
        ("pull", _pull),
    ],
)


def _difference(effect: Effect | None) -> str:
    if effect is None:
        return ""
    return difference(effect)


def _q(effect: Effect | None) -> str:
    return "" if effect is None else p_words(effect.q)


def _flips(found: Attribution | None) -> str:
    return "" if found is None else f"{found.gained} : {found.lost}"


def _unit(row: RowName, metric: str) -> str:
    words, _, unit = axis_words(row, metric).partition(", ")
    return words + (f" ({unit})" if unit else "")


def _pooled(rows: Sequence[GestureRow]) -> Iterable[str]:
    for row in rows:
        if row.gesture.name == POOL:
            yield f"The rare gestures together are: {', '.join(row.gesture.members)}."


def _flags(found: Sequence[Attribution]) -> Iterable[str]:
    """Each kind of caution once, with its gestures and their numbers."""
    about: dict[str, dict[str, list[Way]]] = {}
    for each in found:
        for flag in each.effect.flags:
            kind, _, detail = flag.partition(": ")
            who = f"{each.gesture.words} {f'({detail})' if detail else ''}".strip()
            about.setdefault(kind, {}).setdefault(who, []).append(each.way)
    for kind, names in about.items():
        which = [who if len(ways) == len(WAYS) else f"{who}, {WAYS[ways[0]]}" for who, ways in names.items()]
        yield f"{kind[:1].upper()}{kind[1:]}: {'; '.join(which)}."
