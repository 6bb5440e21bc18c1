"""A transcript file into turns, by the kind that its name says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from mgllm.errors import one_line, some
from mgllm.files.text_files import read_text
from mgllm.records import Turn
from mgllm.speech.aliases import without_names
from mgllm.speech.base import NO_CHOICES, Said, SpeechChoices, SpeechFormat, Tells, speech_formats


def speech_kinds() -> Mapping[str, SpeechFormat]:
    """All kinds by name. If a recording has several files, the first kind here is read: voices,
    then times of words, then times."""
    kinds = {name: speech_formats.get(name) for name in speech_formats.names()}
    most_first = get_args(Tells)
    return dict(sorted(kinds.items(), key=lambda kind: (kind[1].last, most_first.index(kind[1].tells))))


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


def read_speech(path: Path, kind: str, choices: SpeechChoices = NO_CHOICES) -> Said:
    """What a file says; without turns if nothing is said.

    Raises:
        InputError: it cannot be read, or is not of that kind; names the place.
    """
    one = speech_formats.get(kind)
    chosen = {name: getattr(choices, name) for name in sorted(one.heeds)}
    said = one.parse(read_text(path), str(path), **chosen)
    return without_names(said if isinstance(said, Said) else Said(turns=said))


def read_turns(path: Path, kind: str, choices: SpeechChoices = NO_CHOICES) -> tuple[Turn, ...]:
    """The turns of a file, as `read_speech` reads them."""
    return read_speech(path, kind, choices).turns


def noted(said: Iterable[tuple[str, Said]]) -> dict[str, tuple[str, ...]]:
    """The notes of several files, each with the names of its files."""
    things: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {}
    for name, one in said:
        for what, named in one.notes.items():
            things.setdefault(what, []).extend(named)
            files.setdefault(what, []).append(name)
    return {f"{what} (in {some(files[what])})": tuple(named) for what, named in things.items()}


def note_lines(odd: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A line for each note: how many things it is about, and the first of their names."""
    return tuple(
        one_line(f"{len(names)} {what}: {some(list(dict.fromkeys(names)))}")
        for what, names in odd.items()
        if names
    )
