"""The tiers of ELAN files as tracks, timed as ELAN shows them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from mgllm.datasets.annotations._annotations import Mark, Recording, Track, item_of
from mgllm.errors import InputError
from mgllm.files import elan
from mgllm.files.eaf_files import EafDocument, Tier
from mgllm.files.eaf_times import Span, spans

_LANE = re.compile(r"(.*) \(\d+\)", re.DOTALL)
PATTERN = "*.eaf"


def eaf_recording(path: Path, document: EafDocument) -> Recording:
    """The tiers of a document, with the times of their annotations.

    Raises:
        InputError: an annotation refers to a part that is missing; names the file.
    """
    try:
        tracks = _tracks(document)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    odd = {
        "files say that the video starts at another time (TIME_ORIGIN), which is added": document.origin > 0,
        "files have videos that start at different times (TIME_ORIGIN), which is ignored": document.origins
        > 1,
    }
    return Recording(
        where=str(path),
        item=item_of(path),
        tracks=tracks,
        vocabulary=document.properties.get(elan.VOCABULARY),
        duration=_number(document.properties.get(elan.DURATION, "")) or None,
        odd={what: 1 for what, is_so in odd.items() if is_so},
    )


def _tracks(document: EafDocument) -> dict[str, Track]:
    """Tiers by name; tiers that together are one transcript are joined."""
    when, sure = spans(document), _confidences(document)
    lanes: dict[str, list[Tier]] = {}
    for tier in document.tiers:
        if tier.type != elan.CONFIDENCES:
            lanes.setdefault(_track_name(tier), []).append(tier)
    return {name: _track(tiers, when, sure) for name, tiers in lanes.items()}


def _track(tiers: Sequence[Tier], when: Mapping[str, Span], sure: Mapping[str, float]) -> Track:
    annotations = [one for tier in tiers for one in tier.annotations]
    return Track(
        marks=tuple(
            Mark(label=one.text, start=when[one.id].start, end=when[one.id].end, confidence=sure.get(one.id))
            for one in annotations
        ),
        offered=tiers[-1].offered,
        person=tiers[0].person,
        annotator=tiers[0].annotator,
        surely=tiers[0].type == elan.GESTURES,
        odd=_odd([when[one.id] for one in annotations]),
    )


def _odd(when: list[Span]) -> Counter[str]:
    divided = "annotations have no times of their own; time is divided evenly among them, as ELAN shows it"
    count = {
        divided: sum(one.divided for one in when),
        "annotations have no end: their time slot has no time": sum(
            one.start is not None and one.end is None for one in when
        ),
    }
    return +Counter(count)


def _track_name(tier: Tier) -> str:
    """The tier's name; of several tiers that together are one transcript, the first one's."""
    lane = _LANE.fullmatch(tier.name) if tier.type == elan.GESTURES else None
    return lane[1] if lane else tier.name


def _confidences(document: EafDocument) -> Mapping[str, float]:
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
