"""A confusion file from counts: a row for every class, also for those that were never tested.

`mgllm run --confusion` needs a row for each gesture that it shows. A class without test clips has
the row of the classes of its body part, or else of all classes; the column `rows_from` says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mgllm.arms.confusion import MISSED, NONE, ROWS_FROM
from mgllm.cues.label_names import best_vocabulary, known_label
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.files.formulas import guarded
from mgllm.files.tables import csv_text
from mgllm.recognizer.network.network import BACKGROUND_NAME

TESTED, EVERYTHING = "tested", "all classes"


class ConfusionTable(NamedTuple):
    """A confusion file."""

    text: str
    """As csv."""
    rows_from: dict[str, str]
    """By class: `tested`, `group` with the name of a body part, or `all classes`."""


def confusion_table(
    counts: Mapping[str, Mapping[str, int]],
    classes: Sequence[str],
    false_alarms: Mapping[str, float] | None = None,
) -> ConfusionTable:
    """The file for counts by true label and label found.

    Background is not a gesture: found instead of one it is `missed`, and it has no row of its own.

    Args:
        counts: of test clips or annotated gestures; at least one.
        classes: those that get a row, in their order.
        false_alarms: by label, how many there are in a recording; None: not known.
    """
    tested = {label: _gestures(row) for label, row in counts.items() if any(row.values())}
    names = [name for name in dict.fromkeys((*classes, *tested)) if name != BACKGROUND_NAME]
    said = [label for row in (*tested.values(), false_alarms or {}) for label in row]
    columns = [name for name in dict.fromkeys((*names, *said)) if name != MISSED]
    parts = _body_parts(names)
    rows: list[tuple[str, ...]] = [("true", *map(guarded, columns), MISSED, ROWS_FROM)]
    rows_from: dict[str, str] = {}
    for name in names:
        row, rows_from[name] = _row(name, tested, parts)
        rows.append(
            (guarded(name), *(str(row[column]) for column in columns), str(row[MISSED]), rows_from[name])
        )
    if false_alarms is not None:
        cells = (f"{false_alarms.get(column, 0):.6g}" for column in columns)
        rows.append((NONE, *cells, "", TESTED))
    return ConfusionTable(csv_text(rows), rows_from)


def not_tested(rows_from: Mapping[str, str]) -> str | None:
    """A line on the classes whose rows are not their own; None if there are none."""
    borrowed = Counter(source for source in rows_from.values() if source != TESTED)
    if not borrowed:
        return None
    alike = borrowed.total() - borrowed[EVERYTHING]
    return (
        f"{borrowed.total()} classes were never tested: in confusion.csv {alike} have the row of their body "
        f"part and {borrowed[EVERYTHING]} that of all classes ({ROWS_FROM})"
    )


def _row(name: str, tested: Mapping[str, Counter[str]], parts: Mapping[str, str]) -> tuple[Counter[str], str]:
    """The row of a class, and whose it is."""
    if name in tested:
        return tested[name], TESTED
    rest = {label: row for label, row in tested.items() if label != BACKGROUND_NAME}
    part = parts.get(name)
    alike = [row for label, row in rest.items() if part is not None and parts.get(label) == part]
    return _sum(alike or rest.values()), f"group {part}" if alike else EVERYTHING


def _sum(rows: Iterable[Counter[str]]) -> Counter[str]:
    total = Counter[str]()
    for row in rows:
        total.update(row)
    return total


def _gestures(row: Mapping[str, int]) -> Counter[str]:
    """What was found, with background as `missed`."""
    found = Counter({label: count for label, count in row.items() if count and label != BACKGROUND_NAME})
    found[MISSED] += row.get(BACKGROUND_NAME, 0)
    return found


def _body_parts(names: Iterable[str]) -> dict[str, str]:
    """The body part of each class that has one, by the vocabulary that knows most of them."""
    names = tuple(names)
    vocabulary = best_vocabulary(names).vocabulary
    parts = {one.label: one.group for one in load_vocabulary(vocabulary).classes}
    found = {name: parts.get(known_label(vocabulary, name) or name) for name in names}
    return {name: part for name, part in found.items() if part is not None}
