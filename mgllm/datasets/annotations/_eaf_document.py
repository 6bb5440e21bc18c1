"""An ELAN file as values: time slots, tiers, annotations, what annotators could choose from.

Format: EAF 2.7 to 3.0 (Max Planck Institute for Psycholinguistics). It is strangers' XML: a document type,
with which entities could grow without bound or name other files, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mgllm.datasets.annotations._annotations import tidy
from mgllm.errors import InputError
from mgllm.files.text_files import read_annotation
from mgllm.records import Frozen

UNITS = {"milliseconds": 0.001, "PAL-frames": 0.04, "NTSC-frames": 1001 / 30_000}
"""Seconds of a time value's unit."""


class Annotation(Frozen):
    """One annotation of a tier."""

    id: str
    """Its name in the file."""
    slots: tuple[str, str] | None = None
    """Where it begins and ends; None where it hangs on another annotation."""
    parent: str | None = None
    """The annotation that it hangs on."""
    text: str
    """What was annotated, or chosen from a controlled vocabulary."""


class Tier(Frozen):
    """A tier."""

    name: str
    """Its name."""
    type: str
    """Its linguistic type."""
    annotations: tuple[Annotation, ...]
    """In the file's order."""
    offered: tuple[str, ...]
    """Entries of its controlled vocabulary."""


class EafDocument(Frozen):
    """All of a file that matters here."""

    times: Mapping[str, float | None]
    """Seconds by time slot; None where a slot has no time."""
    tiers: tuple[Tier, ...]
    """In the file's order."""
    properties: Mapping[str, str]
    """The header's properties."""
    offset: bool
    """Whether a medium is said to begin elsewhere than at the annotations' zero."""


def read_eaf(path: Path) -> EafDocument:
    """The content of an ELAN file.

    Raises:
        InputError: it is none, or something in it refers to what is not there.
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
        what = "has a document type or entities, which ELAN never writes; it is not read"
        raise InputError(f"{path} {what}") from None
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{path} is not XML: {error}") from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise InputError(f"{path} is no ELAN file: it begins with <{root.tag:.40}>")
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
    """Entries by id, as EAF 2.8 writes them (in their first language), or as older files do."""
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
        raise ValueError(f"<{element.tag:.40}> lacks its {attribute}")
    return value
