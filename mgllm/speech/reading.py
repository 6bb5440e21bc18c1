"""A transcript file into turns, by the kind that its name says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from mgllm.files.text_files import read_text
from mgllm.records import Turn
from mgllm.speech.base import SpeechFormat, Tells, speech_format, speech_formats


def speech_kinds() -> Mapping[str, SpeechFormat]:
    """All kinds by name. If a recording has several files, the first kind here is read: voices,
    then times of words, then times."""
    kinds = {name: speech_formats.get(name) for name in speech_formats.names()}
    most_first = get_args(Tells)
    return dict(sorted(kinds.items(), key=lambda kind: most_first.index(kind[1].tells)))


def speech_files(source: Path, kind: str) -> list[Path]:
    """The files of one kind in a folder (not in its subfolders), or the one file that is given."""
    suffix = speech_formats.get(kind).suffix
    paths = [source] if source.is_file() else sorted(source.iterdir()) if source.is_dir() else []
    return [
        path
        for path in paths
        if path.name.casefold().endswith(suffix)
        and not path.name.startswith(".")
        and not path.name.endswith(".mg.json")
    ]


def recording_id(path: Path) -> str:
    """The recording that a transcript is of: the file's name without its last ending."""
    return path.name.rpartition(".")[0]


def read_turns(path: Path, kind: str) -> tuple[Turn, ...]:
    """The turns of a file; empty if nothing is said.

    Raises:
        InputError: it cannot be read, or is not of that kind; names the place.
    """
    return speech_formats.get(kind).parse(read_text(path), str(path))


def _parse_plain(text: str, where: str) -> tuple[Turn, ...]:
    words = " ".join(text.split())
    return (Turn(text=words),) if words else ()


speech_format("txt")(
    SpeechFormat(
        suffix=".txt",
        tells="words",
        parse=_parse_plain,
        title="Transcripts, plain text",
        citation="Plain text has no paper to cite; cite where the recordings come from.",
    )
)
