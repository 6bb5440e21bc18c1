"""VIA, the VGG Image Annotator, version 3 for video: the csv of its two exports with temporal
segments.

Lines that begin with # name columns and attributes. Then each row is a segment. Cells contain JSON:
the file's names, `[start, end]` in seconds (or two columns for these), and the values of
attributes. A value may be the number of an option, or several numbers with commas between them; the
options' names are then taken from the head.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files.eaf_files import tidy
from mgllm.files.tables import Row, csv_rows
from mgllm.files.text_files import annotation_text
from mgllm.records import Frozen

FILES, VALUES, SPAN = "file_list", "metadata", "temporal_coordinates"
START, END = "temporal_segment_start", "temporal_segment_end"
LATEST = 1e9
"""Seconds: no recording is longer."""
_HINT = "in VIA choose Export > VIA3 annotations, or temporal segments, as csv"
_NO_SEGMENT = "rows are about a still picture or have no time, and are left out"


class Attribute(Frozen):
    """Something that annotators say of a segment."""

    name: str
    options: Mapping[str, str]
    """What could be chosen, by number; empty for free text."""


class Segment(Frozen):
    """One row: a piece of a recording with what annotators said of it."""

    recording: str
    """The first file that it is about, as VIA names it."""
    times: tuple[float, float] | None
    """Start and end in seconds; None where the row is about something else."""
    values: Mapping[str, tuple[str, ...]]
    """What was said, by attribute: more than one thing where boxes were ticked."""


@dataset("via")
class Via(AnnotationImporter):
    """Importer of VIA's csv."""

    title = "Annotation made with VIA, the VGG Image Annotator"
    terms = "The terms of the recordings that were annotated."
    citation = (
        "Dutta, A., & Zisserman, A. (2019). The VIA annotation software for images, audio and video. "
        "ACM Multimedia 2019."
    )
    caution = "The values of one attribute of temporal segments are read; regions of pictures are left out."
    heeds: ClassVar[frozenset[str]] = frozenset({"tier", "vocabulary", "map"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a file, or all `*.csv` of a folder.

        The item is the file's name; in a file about several recordings it is the recording's.

        Raises:
            InputError: a file is not such an export; names the line.
        """
        paths = annotation_files(source, ("*.csv",))
        return transcribe([one for path in paths for one in _recordings(path)], self.choices)


def _recordings(path: Path) -> list[Recording]:
    attributes, rows = _read(path)
    segments = [_segment(row, attributes) for row in rows]
    by_name: dict[str, list[Segment]] = {}
    for segment in segments:
        by_name.setdefault(segment.recording, []).append(segment)
    if len(by_name) <= 1:
        return [_recording(path, item_of(path), segments, attributes)]
    return [
        _recording(path, item_of(Path(name.replace("\\", "/"))), own, attributes)
        for name, own in by_name.items()
    ]


def _recording(
    path: Path, item: str, segments: list[Segment], attributes: Mapping[str, Attribute]
) -> Recording:
    marks: dict[str, list[Mark]] = {}
    for segment in segments:
        for name, labels in segment.values.items() if segment.times else ():
            start, end = segment.times or (None, None)
            marks.setdefault(name, []).extend(Mark(label=label, start=start, end=end) for label in labels)
    offered = {one.name: tuple(one.options.values()) for one in attributes.values()}
    names = list(marks) or [one.name for one in attributes.values()] or ["metadata"]
    still = sum(segment.times is None for segment in segments)
    return Recording(
        where=str(path),
        item=item,
        tracks={
            name: Track(marks=tuple(marks.get(name, ())), offered=offered.get(name, ())) for name in names
        },
        kind="attribute",
        odd={_NO_SEGMENT: still} if still else {},
    )


def _read(path: Path) -> tuple[dict[str, Attribute], list[Row]]:
    """Attributes by number and by name, and the rows."""
    lines = StringIO(annotation_text(path), newline="").readlines()
    head = [line.strip().strip('"').rstrip(",") for line in lines if line.lstrip('"').startswith("#")]
    columns = next((line.partition("=")[2] for line in head if line.startswith("# CSV_HEADER")), "")
    names = [name.strip() for name in columns.split(",") if name.strip()]
    if FILES not in names or VALUES not in names or not ({SPAN} <= set(names) or {START, END} <= set(names)):
        raise InputError(f"{path} is not a csv of VIA with temporal segments; {_HINT}")
    described = next((line.partition("=")[2] for line in head if line.startswith("# ATTRIBUTE")), "{}")
    body = [line for line in lines if not line.lstrip('"').startswith("#") and line.strip()]
    rows = []
    for line, cells in csv_rows(body, path, strict=False, refusal=" is not csv"):
        where = f"{path}:{len(lines) - len(body) + line}"
        if len(cells) < len(names):
            raise InputError(f"{where} has {len(cells)} cells, the header has {len(names)}")
        rows.append(Row(where=where, cells=dict(zip(names, cells, strict=False))))
    return _attributes(f"{path} # ATTRIBUTE", described), rows


def _attributes(where: str, text: str) -> dict[str, Attribute]:
    found = {}
    for number, one in _object(where, text).items():
        if isinstance(one, dict):
            options = one.get("options") if one.get("type") != 1 else {}  # type 1 is free text
            given = options.items() if isinstance(options, dict) else ()
            named = {str(key): tidy(str(value)) for key, value in given}
            found[number] = Attribute(name=str(one.get("aname", number)), options=named)
        else:
            found[number] = Attribute(name=str(one), options={})
    return found


def _segment(row: Row, attributes: Mapping[str, Attribute]) -> Segment:
    said = _object(f"{row.where} {VALUES}", row.cells[VALUES])
    values = {}
    for key, value in said.items():
        attribute = attributes.get(key, Attribute(name=key, options={}))
        values[attribute.name] = _labels(tidy(str(value)), attribute.options)
    return Segment(recording=_recording_name(row), times=_times(row), values=values)


def _recording_name(row: Row) -> str:
    files = _json(f"{row.where} {FILES}", row.cells[FILES])
    if not (isinstance(files, list) and files and isinstance(files[0], str)):
        raise InputError(f"{row.where} {FILES}: must be a list of file names")
    return files[0]


def _times(row: Row) -> tuple[float, float] | None:
    if SPAN not in row.cells:
        start, end = row.number(START), row.number(END)
        return (start, end) if start is not None and end is not None else None
    parts = _json(f"{row.where} {SPAN}", row.cells[SPAN])
    if not (isinstance(parts, list) and all(type(part) in (int, float) for part in parts)):
        raise InputError(f"{row.where} {SPAN}: must be [start, end] in seconds")
    if any(not 0 <= part < LATEST for part in parts):
        raise InputError(f"{row.where} {SPAN}: times must be from 0 to {LATEST:g} seconds")
    return (float(parts[0]), float(parts[1])) if len(parts) == 2 else None


def _labels(value: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """The names of options, where the value is their numbers."""
    parts = [part.strip() for part in value.split(",")]
    return tuple(options[part] for part in parts) if set(parts) <= set(options) else (value,)


def _object(where: str, text: str) -> dict[str, Any]:
    content = _json(where, text)
    if not isinstance(content, dict):
        raise InputError(f"{where}: must be an object {{…}} (given '{text:.40}')")
    return content


def _json(where: str, text: str) -> Any:
    """JSON; early versions of VIA write it in one more pair of braces."""
    for form in (text.strip(), text.strip()[1:-1]):
        try:
            return json.loads(form)
        except (ValueError, RecursionError):
            continue
    raise InputError(f"{where}: is not JSON (given '{text:.40}')")
