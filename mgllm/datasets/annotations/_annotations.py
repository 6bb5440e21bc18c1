"""What annotation files say, before gestures are chosen from it; and how such files are found."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from mgllm.errors import InputError
from mgllm.records import Frozen
from mgllm.records.frozen import NAME_LENGTH, Name


class Mark(Frozen):
    """One annotation: a piece of text at a time. On a tier of speech it may be long, or empty."""

    label: str
    """As it stands in the file, on one line."""
    start: float | None = None
    """Seconds."""
    end: float | None = None
    """Seconds; None for an event without duration."""
    confidence: float | None = None
    """0..1."""


class Track(Frozen):
    """Annotations that belong together: a tier, the events of a subject, the values of an
    attribute."""

    marks: tuple[Mark, ...]
    """In the file's order."""
    offered: tuple[str, ...] = ()
    """Labels that annotators could choose from, where the file says it."""
    person: str = ""
    """Whose movements they are, where the file says it."""
    annotator: str = ""
    """Who annotated them, where the file says it."""
    surely: bool = False
    """Whether the file says that these are gestures, so that labels need not show it."""
    odd: Mapping[str, int] = {}
    """What was left out or looks wrong on it, and how often: "events have no time" → 3."""


class Recording(Frozen):
    """All that a file says of one recording."""

    where: str
    """The file."""
    item: Name
    """Id of the item that the transcript will belong to."""
    tracks: Mapping[str, Track]
    """Tracks by name."""
    kind: Literal["tier", "subject", "attribute", "table"] = "tier"
    """What a track is called in this format. Subjects are people: one is never chosen for the
    user. A table has one track, and it has gestures."""
    vocabulary: str | None = None
    """Vocabulary that the file names."""
    duration: float | None = None
    """Length of the recording in seconds."""
    odd: Mapping[str, int] = {}
    """What was left out or looks wrong in the file, and how often."""


def annotation_files(source: Path, patterns: tuple[str, ...]) -> list[Path]:
    """The file itself, or the files below a folder that fit the first pattern for which there are
    any. Patterns are in small letters; names may be in capitals.

    Raises:
        InputError: there is none, or two would be transcripts of the same item.
    """
    if source.is_file():
        return [source]
    seen = [path for path in sorted(source.rglob("*")) if path.is_file() and not _hidden(path, source)]
    found: list[Path] = []
    for pattern in patterns:
        found = found or [path for path in seen if fnmatchcase(path.name.casefold(), pattern)]
    if not found:
        raise InputError(f"{source} has no {' or '.join(patterns)} files")
    return found


def item_of(path: Path, suffix: str = "") -> str:
    """Id of the item that a file is about: its name without its ending and without `suffix`, which
    is in small letters.

    Raises:
        InputError: the name cannot be an id: longer than 200 characters, blank, or not text.
    """
    ends = suffix and path.stem.casefold().endswith(suffix)
    stem = (path.stem[: -len(suffix)] if ends else path.stem).strip()
    if not 0 < len(stem) <= NAME_LENGTH or any("\ud800" <= c <= "\udfff" for c in stem):
        raise InputError(f"{path}: its name cannot be an item's id; rename it")
    return stem


def _hidden(path: Path, source: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(source).parts)
