"""A plain table of gestures: `label,start,end[,confidence]` in seconds, a row for each gesture.

With `--fps` start and end are frames: from 0, the end included. Whole numbers alone may be frames,
too, so that a note says what they were read as.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files.eaf_files import tidy
from mgllm.files.formulas import unguarded
from mgllm.files.tables import Row, read_rows
from mgllm.records.frozen import NAME_LENGTH

COLUMNS = ("label", "start", "end")
CONFIDENCE, LEVEL = "confidence", "level"
"""The second is not read: the vocabulary knows which labels are groups."""
MAYBE = "tables have whole numbers alone, read as seconds; if they are frames, give --fps N"


@dataset("csv")
class Csv(AnnotationImporter):
    """Importer of plain tables."""

    title = "Gestures in a plain table"
    terms = "The terms of the recordings that were annotated."
    citation = "Yours: the table does not name its authors."
    caution = (
        "The table is read as movements that a human saw, with times in seconds; with --fps N, in frames "
        "from 0, the end included."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"vocabulary", "map", "fps"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a table, or all `*.csv` and `*.tsv` of a folder; the item is the file's name.

        A row without times says that the gesture happens somewhere. A table without rows says that
        no gesture was seen.

        Raises:
            InputError: a file is not such a table; names the line.
        """
        paths = annotation_files(source, ("*.[ct]sv",))
        return transcribe([_recording(path, self.choices.fps) for path in paths], self.choices)


def _recording(path: Path, fps: float | None) -> Recording:
    hint = "the first line must be label,start,end[,confidence]"
    header, rows = read_rows(path, COLUMNS, hint, optional=(CONFIDENCE, LEVEL))
    others = [name for name in header if name not in (*COLUMNS, CONFIDENCE, LEVEL)]
    odd = {f"tables have other columns, which are left out ({', '.join(others)[:80]})": 1} if others else {}
    marks = tuple(_mark(row) for row in rows)
    if fps is not None:
        marks = tuple(_of_frames(mark, fps) for mark in marks)
    elif _may_be_frames(marks):
        odd[MAYBE] = 1
    tracks = {"table": Track(marks=marks)}
    return Recording(where=str(path), item=item_of(path), tracks=tracks, kind="table", odd=odd)


def _may_be_frames(marks: tuple[Mark, ...]) -> bool:
    """Whether all times are whole numbers, several of them beyond a minute."""
    times = [time for mark in marks for time in (mark.start, mark.end) if time is not None]
    return all(time.is_integer() for time in times) and sum(time > 60 for time in times) > 1


def _of_frames(mark: Mark, fps: float) -> Mark:
    start = None if mark.start is None else mark.start / fps
    return mark.model_copy(update={"start": start, "end": None if mark.end is None else (mark.end + 1) / fps})


def _mark(row: Row) -> Mark:
    label = unguarded(tidy(row.cells["label"]))
    if not 0 < len(label) <= NAME_LENGTH:
        raise InputError(f"{row.where} label: must be 1 to {NAME_LENGTH} characters")
    start, end, confidence = (row.number(name) for name in ("start", "end", CONFIDENCE))
    if start is not None and end is not None and end < start:
        raise InputError(f"{row.where} end: {end:g} s is before the start at {start:g} s")
    if confidence is not None and confidence > 1:
        raise InputError(f"{row.where} {CONFIDENCE}: must be from 0 to 1 (given {confidence:g})")
    return Mark(label=label, start=start, end=end, confidence=confidence)
