"""ELAN files (`.eaf`): the annotations of one tier, timed by its slots."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of
from mgllm.datasets.annotations._eaf_document import Annotation, EafDocument, Tier, read_eaf
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files import elan

Times = tuple[float | None, float | None]

_LANE = re.compile(r"(.*) \(\d+\)", re.DOTALL)


@dataset("eaf")
class Eaf(AnnotationImporter):
    """Importer of ELAN files."""

    title = "Annotation made with ELAN"
    terms = "Those of the recordings that were annotated."
    citation = (
        "ELAN. Nijmegen: Max Planck Institute for Psycholinguistics, The Language Archive.\n"
        "Wittenburg, P., Brugman, H., Russel, A., Klassmann, A., & Sloetjes, H. (2006). ELAN: A professional "
        "framework for multimodality research. LREC 2006."
    )
    caution = "One tier is read. What is on it is taken for a person's movements as a human saw them."
    heeds: ClassVar[frozenset[str]] = frozenset({"tier", "vocabulary"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a file, or all `*.eaf` of a folder; the item is the file's name.

        Raises:
            InputError: a file is no ELAN file, or it is not clear which tier to read.
        """
        paths = annotation_files(source, ("*.eaf",))
        return transcribe([_recording(path) for path in paths], self.choices)


def _recording(path: Path) -> Recording:
    document = read_eaf(path)
    try:
        tracks = _tracks(document)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    elsewhere = "files say that a medium begins elsewhere (TIME_ORIGIN); times are taken as they stand"
    return Recording(
        where=str(path),
        item=item_of(path),
        tracks=tracks,
        vocabulary=document.properties.get(elan.VOCABULARY),
        duration=_number(document.properties.get(elan.DURATION, "")) or None,
        odd={elsewhere: 1} if document.offset else {},
    )


def _tracks(document: EafDocument) -> dict[str, Track]:
    """Tiers by name, those of one transcript joined."""
    spans, sure = _spans(document), _confidences(document)
    marks: dict[str, list[Mark]] = {}
    offered: dict[str, tuple[str, ...]] = {}
    for tier in document.tiers:
        if tier.type == elan.CONFIDENCES:
            continue
        own = marks.setdefault(_track_name(tier), [])
        offered[_track_name(tier)] = tier.offered
        for one in tier.annotations:
            start, end = spans[one.id]
            own.append(Mark(label=one.text, start=start, end=end, confidence=sure.get(one.id)))
    return {
        name: Track(marks=tuple(own), offered=offered[name], odd=_open_ends(own))
        for name, own in marks.items()
    }


def _open_ends(marks: list[Mark]) -> dict[str, int]:
    count = sum(mark.start is not None and mark.end is None for mark in marks)
    return {"annotations have no end: their time slot has no time": count} if count else {}


def _track_name(tier: Tier) -> str:
    """The tier's name; of tiers that hold one transcript, the first one's."""
    lane = _LANE.fullmatch(tier.name) if tier.type == elan.GESTURES else None
    return lane[1] if lane else tier.name


def _spans(document: EafDocument) -> dict[str, Times]:
    """Start and end by annotation; one that hangs on another has the other's."""
    by_id: dict[str, Annotation] = {}
    for tier in document.tiers:
        for one in tier.annotations:
            if by_id.setdefault(one.id, one) is not one:
                raise ValueError(f"the annotation id '{one.id:.40}' stands twice")
    return {name: _span(one, by_id, document.times) for name, one in by_id.items()}


def _span(one: Annotation, by_id: Mapping[str, Annotation], times: Mapping[str, float | None]) -> Times:
    seen = {one.id}
    while one.slots is None:
        above = by_id.get(one.parent or "")
        if above is None or above.id in seen:
            raise ValueError(f"annotation '{one.id:.40}' hangs on '{one.parent:.40}', which leads nowhere")
        seen.add(above.id)
        one = above
    if lost := [slot for slot in one.slots if slot not in times]:
        raise ValueError(f"annotation '{one.id:.40}' names the time slot '{lost[0]:.40}', which is not there")
    return times[one.slots[0]], times[one.slots[1]]


def _confidences(document: EafDocument) -> dict[str, float]:
    """Confidence by annotation; what is no number 0..1 is none."""
    written = {
        one.parent: _number(one.text)
        for tier in document.tiers
        if tier.type == elan.CONFIDENCES
        for one in tier.annotations
        if one.parent is not None
    }
    return {name: value for name, value in written.items() if value is not None and value <= 1}


def _number(text: str) -> float | None:
    """A finite number, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None
