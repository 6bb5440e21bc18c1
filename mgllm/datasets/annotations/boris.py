"""BORIS (Friard & Gamba 2016): the table of *Observations > Export aggregated events*, csv or tsv.

Each row is an event with its observation, subject, behavior, start and end in seconds. State events
have both. Point events (`POINT`) happen at a moment: they get a start and no end. Some columns have
other names in other versions of BORIS; the required ones are the same in all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files.eaf_files import tidy
from mgllm.files.tables import Row, read_rows
from mgllm.records.frozen import NAME_LENGTH

OBSERVATION, SUBJECT, BEHAVIOR = "Observation id", "Subject", "Behavior"
TYPE, START, STOP = "Behavior type", "Start (s)", "Stop (s)"
DURATIONS = ("Media duration (s)", "Total length")
OFFSET = "Time offset (s)"
_HINT = "in BORIS choose Observations > Export aggregated events, as csv or tsv"
_TYPES = ("STATE", "POINT")


@dataset("boris")
class Boris(AnnotationImporter):
    """Importer of BORIS's aggregated events."""

    title = "Annotation made with BORIS"
    terms = "The terms of the recordings that were annotated."
    citation = (
        "Friard, O., & Gamba, M. (2016). BORIS: A free, versatile open-source event-logging software for "
        "video/audio coding and live observations. Methods in Ecology and Evolution 7(11)."
    )
    caution = (
        "The events of one subject are read; modifiers, categories and comments are left out. Point events "
        "have a start and no end."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"tier", "vocabulary", "map"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a table, or all `*.tsv` and `*.csv` of a folder.

        The item is the file's name; in a file with several observations it is the observation's.

        Raises:
            InputError: a file is not such a table, or there are several subjects and none was
                named.
        """
        paths = annotation_files(source, ("*.[ct]sv",))
        found = [recording for path in paths for recording in _recordings(path)]
        return transcribe(found, self.choices)


def _recordings(path: Path) -> list[Recording]:
    needed = (OBSERVATION, SUBJECT, BEHAVIOR, TYPE, START, STOP)
    _, rows = read_rows(path, needed, _HINT)
    if not rows:
        raise InputError(f"{path} has no events, so it names no observation; {_HINT}")
    by_observation: dict[str, list[Row]] = {}
    for row in rows:
        by_observation.setdefault(row.cells[OBSERVATION], []).append(row)
    if len(by_observation) == 1:
        return [_recording(path, item_of(path), rows)]
    return [_recording(path, _named(own[0]), own) for own in by_observation.values()]


def _named(row: Row) -> str:
    name = row.cells[OBSERVATION]
    if not 0 < len(name) <= NAME_LENGTH:
        raise InputError(f"{row.where} {OBSERVATION}: must be 1 to {NAME_LENGTH} characters")
    return name


def _recording(path: Path, item: str, rows: Sequence[Row]) -> Recording:
    marks: dict[str, list[Mark]] = {}
    for row in rows:
        marks.setdefault(row.cells[SUBJECT] or "No focal subject", []).append(_mark(row))
    return Recording(
        where=str(path),
        item=item,
        tracks={subject: Track(marks=tuple(own)) for subject, own in marks.items()},
        kind="subject",
        duration=_duration(rows),
        odd=_odd(rows),
    )


def _mark(row: Row) -> Mark:
    kind = row.cells[TYPE].upper()
    if kind not in _TYPES:
        known = " or ".join(_TYPES)
        raise InputError(f"{row.where} {TYPE}: must be {known} (given '{row.cells[TYPE]:.30}')")
    offset = _offset(row)
    return Mark(
        label=tidy(row.cells[BEHAVIOR]),
        start=_seconds(row, START, offset),
        end=_seconds(row, STOP, offset) if kind == "STATE" else None,
    )


def _offset(row: Row) -> float:
    """Seconds that BORIS has added to all times of the observation; may be below 0."""
    text = row.cells.get(OFFSET, "")
    if text.casefold() in ("", "na", "nan"):
        return 0.0
    try:
        value = float(text.replace(",", ".") if row.comma else text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{row.where} {OFFSET}: must be a number (given '{text:.30}')")
    return value


def _seconds(row: Row, column: str, offset: float) -> float | None:
    """Seconds from the recording's beginning: the time without the observation's offset."""
    written = row.number(column, negative=True)
    if written is None:
        return None
    seconds = round(written - offset, 6)
    if seconds < 0 and not offset:
        raise InputError(f"{row.where} {column}: must be a number, 0 or more (given '{written:g}')")
    if seconds < 0:
        what = f"is {written:g} s, before the time offset of {offset:g} s that BORIS adds to all times"
        raise InputError(f"{row.where} {column} {what}; empty '{OFFSET}' if these times are without it")
    return seconds


def _duration(rows: Sequence[Row]) -> float | None:
    """Length of the recording, if all rows say the same number; several players have several."""
    said = {row.cells.get(column, "") for row in rows for column in DURATIONS if column in row.cells}
    text = said.pop() if len(said) == 1 else ""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds < math.inf else None


def _odd(rows: Sequence[Row]) -> Mapping[str, int]:
    modified = sum(
        any(cell for name, cell in row.cells.items() if name.startswith("Modifier")) for row in rows
    )
    shifted = sum(_offset(row) != 0 for row in rows)
    odd = {
        "events have modifiers, which are left out": modified,
        "events belong to an observation with a time offset, which is taken off": shifted,
    }
    return {what: count for what, count in odd.items() if count}
