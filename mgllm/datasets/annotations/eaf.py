"""ELAN files (`.eaf`): the annotations of one tier, timed by its slots.

Format: EAF 2.7 to 3.0 (Max Planck Institute for Psycholinguistics). The XML is untrusted: a
document type is refused, because its entities could grow without bound or name other files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of, tidy
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files import elan
from mgllm.files.text_files import read_annotation
from mgllm.records import Frozen

Times = tuple[float | None, float | None]

_LANE = re.compile(r"(.*) \(\d+\)", re.DOTALL)
UNITS = {"milliseconds": 0.001, "PAL-frames": 0.04, "NTSC-frames": 1001 / 30_000}
"""Seconds of a time value's unit."""


@dataset("eaf")
class Eaf(AnnotationImporter):
    """Importer of ELAN files."""

    title = "Annotation made with ELAN"
    terms = "The terms of the recordings that were annotated."
    citation = (
        "ELAN. Nijmegen: Max Planck Institute for Psycholinguistics, The Language Archive.\n"
        "Wittenburg, P., Brugman, H., Russel, A., Klassmann, A., & Sloetjes, H. (2006). ELAN: A professional "
        "framework for multimodality research. LREC 2006."
    )
    caution = "One tier is read. Its annotations are taken as movements that a human saw."
    heeds: ClassVar[frozenset[str]] = frozenset({"tier", "vocabulary"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a file, or all `*.eaf` of a folder; the item is the file's name.

        Raises:
            InputError: a file is not an ELAN file, or it is not clear which tier to read.
        """
        paths = annotation_files(source, ("*.eaf",))
        return transcribe([_recording(path) for path in paths], self.choices)


def _recording(path: Path) -> Recording:
    document = read_eaf(path)
    try:
        tracks = _tracks(document)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    elsewhere = "files say that the video starts at another time (TIME_ORIGIN), which is ignored"
    return Recording(
        where=str(path),
        item=item_of(path),
        tracks=tracks,
        vocabulary=document.properties.get(elan.VOCABULARY),
        duration=_number(document.properties.get(elan.DURATION, "")) or None,
        odd={elsewhere: 1} if document.offset else {},
    )


def _tracks(document: EafDocument) -> dict[str, Track]:
    """Tiers by name; tiers that together are one transcript are joined."""
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
    """The tier's name; of several tiers that together are one transcript, the first one's."""
    lane = _LANE.fullmatch(tier.name) if tier.type == elan.GESTURES else None
    return lane[1] if lane else tier.name


def _spans(document: EafDocument) -> dict[str, Times]:
    """Start and end by annotation; one that refers to another has that one's times."""
    by_id: dict[str, Annotation] = {}
    for tier in document.tiers:
        for one in tier.annotations:
            if by_id.setdefault(one.id, one) is not one:
                raise ValueError(f"the annotation id '{one.id:.40}' appears twice")
    return {name: _span(one, by_id, document.times) for name, one in by_id.items()}


def _span(one: Annotation, by_id: Mapping[str, Annotation], times: Mapping[str, float | None]) -> Times:
    seen = {one.id}
    while one.slots is None:
        above = by_id.get(one.parent or "")
        if above is None or above.id in seen:
            raise ValueError(f"annotation '{one.id:.40}' refers to '{one.parent:.40}', which has no times")
        seen.add(above.id)
        one = above
    if lost := [slot for slot in one.slots if slot not in times]:
        raise ValueError(f"annotation '{one.id:.40}' names the time slot '{lost[0]:.40}', which is missing")
    return times[one.slots[0]], times[one.slots[1]]


def _confidences(document: EafDocument) -> dict[str, float]:
    """Confidence by annotation; text that is not a number from 0 to 1 is left out."""
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


class Annotation(Frozen):
    """One annotation of a tier."""

    id: str
    """Its name in the file."""
    slots: tuple[str, str] | None = None
    """Time slots of its start and end; None if it refers to another annotation."""
    parent: str | None = None
    """The annotation that it refers to."""
    text: str
    """What was annotated, or chosen from a controlled vocabulary."""


class Tier(Frozen):
    """One tier: a line of annotations in ELAN."""

    name: str
    type: str
    """Its linguistic type."""
    annotations: tuple[Annotation, ...]
    """In the file's order."""
    offered: tuple[str, ...]
    """Entries of its controlled vocabulary."""


class EafDocument(Frozen):
    """The parts of a file that are used here."""

    times: Mapping[str, float | None]
    """Seconds by time slot; None where a slot has no time."""
    tiers: tuple[Tier, ...]
    """In the file's order."""
    properties: Mapping[str, str]
    """The header's properties."""
    offset: bool
    """Whether the file says that a video does not start at the annotations' zero."""


def read_eaf(path: Path) -> EafDocument:
    """The content of an ELAN file.

    Raises:
        InputError: it is not one, or something in it refers to a part that is missing.
    """
    root = _parse(path)
    try:
        entries = {_name(one, "CV_ID"): _entries(one) for one in root.iter("CONTROLLED_VOCABULARY")}
        types = {
            _name(one, "LINGUISTIC_TYPE_ID"): one.get("CONTROLLED_VOCABULARY_REF", "")
            for one in root.iter("LINGUISTIC_TYPE")
        }
        return EafDocument(
            times=_times(root),
            tiers=tuple(_tier(one, types, entries) for one in root.iter("TIER")),
            properties={
                one.get("NAME", ""): (one.text or "").strip() for one in root.iterfind("HEADER/PROPERTY")
            },
            offset=any(
                one.get("TIME_ORIGIN", "0") != "0" for one in root.iterfind("HEADER/MEDIA_DESCRIPTOR")
            ),
        )
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


def _parse(path: Path) -> Element:
    raw = read_annotation(path)
    try:
        root = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        what = "has a document type or entities. ELAN never writes these, so the file is not read"
        raise InputError(f"{path} {what}") from None
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{path} is not XML: {error}") from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise InputError(f"{path} is not an ELAN file: it begins with <{root.tag:.40}>")
    return root


def _times(root: Element) -> dict[str, float | None]:
    header = root.find("HEADER")
    unit = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if unit not in UNITS:
        raise ValueError(f"TIME_UNITS '{unit:.40}' is not one of {', '.join(UNITS)}")
    times: dict[str, float | None] = {}
    for slot in root.iterfind("TIME_ORDER/TIME_SLOT"):
        name, value = _name(slot, "TIME_SLOT_ID"), slot.get("TIME_VALUE")
        if value is not None and not (value.isascii() and value.isdecimal() and len(value) <= 12):
            raise ValueError(f"time slot {name} TIME_VALUE: must be a whole number (given '{value:.30}')")
        times[name] = None if value is None else round(int(value) * UNITS[unit], 6)
    return times


def _tier(tier: Element, types: Mapping[str, str], entries: Mapping[str, Mapping[str, str]]) -> Tier:
    kind = tier.get("LINGUISTIC_TYPE_REF", "")
    choices = entries.get(types.get(kind, ""), {})
    return Tier(
        name=_name(tier, "TIER_ID"),
        type=kind,
        annotations=tuple(_annotation(one, choices) for one in tier.iterfind("ANNOTATION/*")),
        offered=tuple(choices.values()),
    )


def _annotation(one: Element, choices: Mapping[str, str]) -> Annotation:
    text = tidy(one.findtext("ANNOTATION_VALUE") or "")
    text = text or choices.get(one.get("CVE_REF", ""), "")
    name = _name(one, "ANNOTATION_ID")
    if one.tag == "REF_ANNOTATION":
        return Annotation(id=name, parent=_name(one, "ANNOTATION_REF"), text=text)
    return Annotation(id=name, slots=(_name(one, "TIME_SLOT_REF1"), _name(one, "TIME_SLOT_REF2")), text=text)


def _entries(vocabulary: Element) -> dict[str, str]:
    """Entries by id: of EAF 2.8 and later in their first language, or of older files."""
    newer = {
        _name(one, "CVE_ID"): _first(one.iterfind("CVE_VALUE")) for one in vocabulary.iter("CV_ENTRY_ML")
    }
    older = {str(n): _first([one]) for n, one in enumerate(vocabulary.iter("CV_ENTRY"))}
    return newer or older


def _first(values: Iterable[Element]) -> str:
    return next((tidy(one.text or "") for one in values), "")


def _name(element: Element, attribute: str) -> str:
    value = element.get(attribute)
    if value is None:
        raise ValueError(f"<{element.tag:.40}> has no {attribute}")
    return value
