"""ELAN files (`.eaf`), EAF 2.7 to 3.0 (Max Planck Institute for Psycholinguistics): their tiers.

The XML is untrusted: a document type is refused, because its entities could grow without bound or
name other files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from mgllm.errors import InputError
from mgllm.files.text_files import read_annotation
from mgllm.records import Frozen

UNITS = {"milliseconds": 0.001, "PAL-frames": 0.04, "NTSC-frames": 1001 / 30_000}
"""Seconds of a time value's unit."""
MOST_PARTS = 4_000_000
"""Signs `<` and signs `=`: a file of 50 MB has one million, if ELAN has written it."""
DEEPEST = 50
"""Elements inside each other: ELAN writes five."""
MOST_OFFERED = 1_000_000
"""Entries of controlled vocabularies, counted for each tier that uses them."""
_BLANKS = re.compile(r"[ \t\n\r]+")
_HALF_PAIRS = re.compile(r"[\ud800-\udfff]")


class Annotation(Frozen):
    """One annotation of a tier."""

    id: str
    """Its name in the file."""
    slots: tuple[str, str] | None = None
    """Time slots of its start and end; None if it refers to another annotation."""
    parent: str | None = None
    """The annotation that it refers to."""
    previous: str | None = None
    """The annotation before it, where several divide one."""
    text: str
    """What was annotated, or chosen from a controlled vocabulary."""


class Tier(Frozen):
    """One tier: a line of annotations in ELAN."""

    name: str
    type: str
    """Its linguistic type."""
    parent: str
    """Name of the tier above it; empty if there is none."""
    participant: str
    """Who is annotated on it, as the file says; may be empty."""
    annotator: str
    """Who annotated it, as the file says; may be empty."""
    annotations: tuple[Annotation, ...]
    """In the file's order."""
    offered: tuple[str, ...]
    """Entries of its controlled vocabulary."""

    @property
    def person(self) -> str:
        """Who is annotated: the participant, else what stands after @ in the name; may be empty."""
        return self.participant or self.name.partition("@")[2].strip()


class EafDocument(Frozen):
    """The parts of a file that are used here."""

    times: Mapping[str, float | None]
    """Seconds by time slot, in the file's order; None where a slot has no time."""
    tiers: tuple[Tier, ...]
    """In the file's order."""
    properties: Mapping[str, str]
    """The header's properties."""
    origin: float = 0.0
    """Seconds of the video at the annotations' zero; they are in the times already."""
    origins: int = 0
    """Videos that start at different times, so that no origin could be used."""


def read_eaf(path: Path) -> EafDocument:
    """The content of an ELAN file.

    Raises:
        InputError: it is not one, or something in it refers to a part that is missing.
    """
    return parse_eaf(read_annotation(path), str(path))


def parse_eaf(raw: bytes | str, where: str) -> EafDocument:
    """The content of an ELAN file that has been read.

    Raises:
        InputError: it is not one, or something in it refers to a part that is missing.
    """
    root = _parse(raw, where)
    try:
        entries = {_name(one, "CV_ID"): _entries(one) for one in root.iter("CONTROLLED_VOCABULARY")}
        types = {
            _name(one, "LINGUISTIC_TYPE_ID"): one.get("CONTROLLED_VOCABULARY_REF", "")
            for one in root.iter("LINGUISTIC_TYPE")
        }
        used = Counter(types.get(one.get("LINGUISTIC_TYPE_REF", ""), "") for one in root.iter("TIER"))
        if sum(count * len(entries.get(name, ())) for name, count in used.items()) > MOST_OFFERED:
            raise ValueError(f"tiers offer more than {MOST_OFFERED:,} entries of controlled vocabularies")
        origins = _origins(root)
        origin = origins.pop() if len(origins) == 1 else 0.0
        return EafDocument(
            times=_times(root, origin),
            tiers=tuple(_tier(one, types, entries) for one in root.iter("TIER")),
            properties={
                one.get("NAME", ""): (one.text or "").strip() for one in root.iterfind("HEADER/PROPERTY")
            },
            origin=origin,
            origins=len(origins),
        )
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def tidy(text: str) -> str:
    """A label on one line, without white space at its ends; a half pair of UTF-16 is replaced.

    >>> tidy(" touching\\n  ears ")
    'touching ears'
    """
    return _BLANKS.sub(_one_blank, _HALF_PAIRS.sub("\ufffd", text)).strip()


def _one_blank(blanks: re.Match[str]) -> str:
    return " " if blanks[0].strip(" ") else blanks[0]


def _parse(raw: bytes | str, where: str) -> Element:
    counts = (raw.count("<"), raw.count("=")) if isinstance(raw, str) else (raw.count(b"<"), raw.count(b"="))
    if max(counts) > MOST_PARTS:
        raise InputError(f"{where} has more than {MOST_PARTS:,} parts; is it an annotation?")
    parser = DefusedXMLParser(target=_Shallow(), forbid_dtd=True)
    try:
        parser.feed(raw)
        root: Element = parser.close()
    except _TooDeep:
        raise InputError(f"{where} has more than {DEEPEST} elements inside each other") from None
    except DefusedXmlException:
        what = "has a document type or entities. ELAN never writes these, so the file is not read"
        raise InputError(f"{where} {what}") from None
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{where} is not XML: {error}") from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise InputError(f"{where} is not an ELAN file: it begins with <{root.tag:.40}>")
    return root


class _TooDeep(Exception):
    """Elements are inside each other without end."""


class _Shallow(TreeBuilder):
    """Builds a tree of few levels."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """An element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeep
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)


def _origins(root: Element) -> set[float]:
    """Seconds of the media at the annotations' zero: of videos, or of all where there is none."""
    media = root.findall("HEADER/MEDIA_DESCRIPTOR")
    videos = [one for one in media if one.get("MIME_TYPE", "").startswith("video")]
    said = {one.get("TIME_ORIGIN", "0").strip() or "0" for one in videos or media}
    if wrong := [text for text in said if not (text.isascii() and text.isdecimal() and len(text) <= 12)]:
        raise ValueError(f"TIME_ORIGIN: must be a whole number of milliseconds (given '{wrong[0]:.30}')")
    return {int(text) / 1000 for text in said}


def _times(root: Element, origin: float) -> dict[str, float | None]:
    header = root.find("HEADER")
    unit = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if unit not in UNITS:
        raise ValueError(f"TIME_UNITS '{unit:.40}' is not one of {', '.join(UNITS)}")
    times: dict[str, float | None] = {}
    for slot in root.iterfind("TIME_ORDER/TIME_SLOT"):
        name, value = _name(slot, "TIME_SLOT_ID"), slot.get("TIME_VALUE")
        if value is not None and not (value.isascii() and value.isdecimal() and len(value) <= 12):
            raise ValueError(f"time slot {name} TIME_VALUE: must be a whole number (given '{value:.30}')")
        times[name] = None if value is None else round(int(value) * UNITS[unit] + origin, 6)
    return times


def _tier(tier: Element, types: Mapping[str, str], entries: Mapping[str, Mapping[str, str]]) -> Tier:
    kind = tier.get("LINGUISTIC_TYPE_REF", "")
    choices = entries.get(types.get(kind, ""), {})
    return Tier(
        name=_name(tier, "TIER_ID"),
        type=kind,
        parent=tier.get("PARENT_REF", ""),
        participant=tidy(tier.get("PARTICIPANT", "")),
        annotator=tidy(tier.get("ANNOTATOR", "")),
        annotations=tuple(_annotation(one, choices) for one in tier.iterfind("ANNOTATION/*")),
        offered=tuple(choices.values()),
    )


def _annotation(one: Element, choices: Mapping[str, str]) -> Annotation:
    text = tidy(one.findtext("ANNOTATION_VALUE") or "")
    text = text or choices.get(one.get("CVE_REF", ""), "")
    name = _name(one, "ANNOTATION_ID")
    if one.tag == "REF_ANNOTATION":
        above, before = _name(one, "ANNOTATION_REF"), one.get("PREVIOUS_ANNOTATION")
        return Annotation(id=name, parent=above, previous=before, text=text)
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
