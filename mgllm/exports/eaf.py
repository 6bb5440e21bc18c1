"""ELAN files (EAF 3.0): gestures on tiers with a controlled vocabulary, and confidences below them.

Times are whole milliseconds, as in all ELAN files. `mgllm.files.elan` says how overlapping gestures
are spread over tiers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mgllm.cues.vocabularies import load_vocabulary, shown_name, vocabulary_names
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices, Exported, export
from mgllm.files import elan
from mgllm.records import Frozen, Gesture, GestureFile

SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
DATE = "1970-01-01T00:00:00+00:00"
"""ELAN requires a date. It is fixed, so that a transcript always gives the same file."""
LANGUAGE = "und"
"""Undetermined: labels may be in any language."""
MEDIA_KINDS = {".mp4": "video/mp4", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".mov": "video/quicktime"}
"""The kinds of video that ELAN knows by ending."""

_NOT_IN_XML = re.compile(r"[\ufffe\uffff]")


@export("eaf")
class Eaf:
    """Exporter of ELAN files."""

    title = "ELAN files"
    suffix = ".eaf"
    heeds: frozenset[str] = frozenset({"media"})

    def __init__(self, choices: ExportChoices) -> None:
        self.choices = choices

    def write(self, transcript: GestureFile) -> Exported:
        """All gestures that have a start.

        Raises:
            InputError: a label contains a character that is not allowed in XML.
        """
        for gesture in transcript.gestures:
            if found := _NOT_IN_XML.search(gesture.label):
                what = f"contains U+{ord(found[0]):04X}, which is not allowed in XML"
                raise InputError(f"item '{transcript.item}': '{gesture.label:.60}' {what}")
        lost: Counter[str] = Counter()
        root = _document(transcript, place(transcript.gestures, lost), self.choices.media)
        indent(root, " ")
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        return Exported(text=f"{head}{tostring(root, encoding='unicode')}\n", lost=lost)


def _document(transcript: GestureFile, placed: Sequence[Placed], media: str | None) -> Element:
    """The whole file; EAF fixes the order of its parts."""
    root = Element(
        "ANNOTATION_DOCUMENT", {"AUTHOR": "mgllm", "DATE": DATE, "FORMAT": "3.0", "VERSION": "3.0"}
    )
    root.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    root.set("xsi:noNamespaceSchemaLocation", SCHEMA)
    _header(root, transcript, 2 * len(placed), media)
    slots = _slots(root, placed)
    entries = _entries(transcript)
    for number, lane in enumerate(lay(placed), 1):
        name = elan.lane(elan.TIER, number)
        tier = SubElement(root, "TIER", {"LINGUISTIC_TYPE_REF": elan.GESTURES, "TIER_ID": name})
        for one in lane:
            text = shown_name(one.gesture, transcript.vocabulary)
            known = {"CVE_REF": entries[text].id} if text in entries else {}
            names = {"ANNOTATION_ID": f"a{one.number}", **known, **slots[one.number]}
            _annotation(tier, "ALIGNABLE_ANNOTATION", names, text)
        _confidences(root, name, lane, len(placed))
    _types(root, transcript.vocabulary, entries)
    return root


def _header(root: Element, transcript: GestureFile, last: int, media: str | None) -> None:
    header = SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if media is not None:
        SubElement(header, "MEDIA_DESCRIPTOR", _linked(media))
    properties = {elan.VOCABULARY: transcript.vocabulary, "lastUsedAnnotationId": str(last)}
    if transcript.duration is not None:
        properties[elan.DURATION] = repr(transcript.duration)
    for name, value in properties.items():
        SubElement(header, "PROPERTY", {"NAME": name}).text = value


def _linked(media: str) -> dict[str, str]:
    """Link to a video beside the file; ELAN asks where it is if it is not there."""
    kind = MEDIA_KINDS.get(PurePath(media).suffix.lower(), "video/*")
    return {"MEDIA_URL": f"./{quote(media)}", "MIME_TYPE": kind, "RELATIVE_MEDIA_URL": f"./{quote(media)}"}


def _slots(root: Element, placed: Sequence[Placed]) -> dict[int, dict[str, str]]:
    """Write two time slots for each gesture, in the order of time; return their names by its
    number."""
    ends = sorted((time, one.number, n) for one in placed for n, time in ((1, one.start), (2, one.end)))
    order = SubElement(root, "TIME_ORDER")
    names: dict[int, dict[str, str]] = {}
    for slot, (time, number, n) in enumerate(ends, 1):
        SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": f"ts{slot}", "TIME_VALUE": str(time)})
        names.setdefault(number, {})[f"TIME_SLOT_REF{n}"] = f"ts{slot}"
    return names


def _confidences(root: Element, above: str, lane: Sequence[Placed], gestures: int) -> None:
    """Write the tier of confidences below a tier of gestures, if there are any."""
    sure = [one for one in lane if one.gesture.confidence is not None]
    if not sure:
        return
    names = {"PARENT_REF": above, "TIER_ID": f"{above} confidence"}
    tier = SubElement(root, "TIER", {"LINGUISTIC_TYPE_REF": elan.CONFIDENCES, **names})
    for one in sure:
        ids = {"ANNOTATION_ID": f"a{gestures + one.number}", "ANNOTATION_REF": f"a{one.number}"}
        _annotation(tier, "REF_ANNOTATION", ids, repr(one.gesture.confidence))


def _annotation(tier: Element, kind: str, names: Mapping[str, str], text: str) -> None:
    annotation = SubElement(SubElement(tier, "ANNOTATION"), kind, dict(names))
    SubElement(annotation, "ANNOTATION_VALUE").text = text


class _Entry(NamedTuple):
    """An entry of a controlled vocabulary."""

    id: str
    gloss: str | None


def _entries(transcript: GestureFile) -> dict[str, _Entry]:
    """Entries of the controlled vocabulary by their text: the classes, and the groups that the
    transcript has; empty for a vocabulary that we do not have."""
    if transcript.vocabulary not in vocabulary_names():
        return {}
    vocabulary = load_vocabulary(transcript.vocabulary)
    glosses = {one.label: one.gloss for one in vocabulary.classes}
    used = {one.label for one in transcript.gestures if one.level == "group"}
    for group in vocabulary.groups:
        if group.label in used:
            glosses[vocabulary.marked(group.label)] = f"one of: {'; '.join(group.members)}"
    return {text: _Entry(f"cveid{n}", gloss) for n, (text, gloss) in enumerate(glosses.items())}


def _types(root: Element, vocabulary: str, entries: Mapping[str, _Entry]) -> None:
    """Linguistic types, the language, the constraint and the controlled vocabulary."""
    gestures = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": elan.GESTURES, "TIME_ALIGNABLE": "true"}
    below = gestures | {"LINGUISTIC_TYPE_ID": elan.CONFIDENCES, "TIME_ALIGNABLE": "false"}
    choice = {"CONTROLLED_VOCABULARY_REF": vocabulary} if entries else {}
    SubElement(root, "LINGUISTIC_TYPE", gestures | choice)
    SubElement(root, "LINGUISTIC_TYPE", below | {"CONSTRAINTS": "Symbolic_Association"})
    undetermined = {"LANG_DEF": "http://cdb.iso.org/lg/CDB-00130975-001", "LANG_ID": LANGUAGE}
    SubElement(root, "LANGUAGE", undetermined | {"LANG_LABEL": "undetermined (und)"})
    what = "1-1 association with a parent annotation"
    SubElement(root, "CONSTRAINT", {"DESCRIPTION": what, "STEREOTYPE": "Symbolic_Association"})
    if not entries:
        return
    table = SubElement(root, "CONTROLLED_VOCABULARY", {"CV_ID": vocabulary})
    SubElement(table, "DESCRIPTION", {"LANG_REF": LANGUAGE}).text = load_vocabulary(vocabulary).source
    for text, one in entries.items():
        entry = SubElement(table, "CV_ENTRY_ML", {"CVE_ID": one.id})
        gloss = {"DESCRIPTION": one.gloss} if one.gloss else {}
        SubElement(entry, "CVE_VALUE", {**gloss, "LANG_REF": LANGUAGE}).text = text


class Placed(Frozen):
    """A gesture with a place in time."""

    number: int
    """From 1, in the order of the transcript."""
    gesture: Gesture
    """The gesture."""
    start: int
    """Milliseconds."""
    end: int
    """Milliseconds, after the start."""


def place(gestures: Iterable[Gesture], lost: Counter[str]) -> list[Placed]:
    """The gestures that have a start; what had to be left out or changed is counted in `lost`."""
    placed: list[Placed] = []
    for gesture in gestures:
        if gesture.start is None:
            lost["gestures have no start and are left out"] += 1
            continue
        start = round(gesture.start * 1000)
        end = start if gesture.end is None else round(gesture.end * 1000)
        if end <= start:
            lost["gestures have no end, or no duration, and are written as one millisecond"] += 1
        placed.append(Placed(number=len(placed) + 1, gesture=gesture, start=start, end=max(end, start + 1)))
    return placed


def lay(placed: Sequence[Placed]) -> list[list[Placed]]:
    """The gestures on as few lanes as possible, so that none overlap on a lane; at least one lane.

    First fit in the order of the starts, which is optimal for intervals.
    """
    lanes: list[list[Placed]] = [[]]
    for one in sorted(placed, key=lambda one: (one.start, one.end)):
        free = next((lane for lane in lanes if not lane or lane[-1].end <= one.start), None)
        if free is None:
            lanes.append(free := [])
        free.append(one)
    return lanes
