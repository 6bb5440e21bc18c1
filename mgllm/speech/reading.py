"""A transcript file into turns, by the kind that its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mgllm.files.text_files import read_text
from mgllm.records import Frozen, Turn


class SpeechKind(Frozen):
    """One kind of transcript file."""

    suffix: str
    """How file names end, in lower case."""
    parse: Callable[[str, str], tuple[Turn, ...]]
    """Makes turns of a text; the second argument is what errors call it."""


def speech_kinds() -> Mapping[str, SpeechKind]:
    """All kinds by name. Where a recording has several files, the first kind here is taken: voices, then
    times of words, then times."""
    from mgllm.speech.captions import parse_srt, parse_vtt
    from mgllm.speech.textgrid import parse_textgrid
    from mgllm.speech.whisper import parse_whisper

    return {
        "textgrid": SpeechKind(suffix=".textgrid", parse=parse_textgrid),
        "vtt": SpeechKind(suffix=".vtt", parse=parse_vtt),
        "whisper": SpeechKind(suffix=".json", parse=parse_whisper),
        "srt": SpeechKind(suffix=".srt", parse=parse_srt),
        "txt": SpeechKind(suffix=".txt", parse=_parse_plain),
    }


def speech_files(source: Path, kind: str) -> list[Path]:
    """The files of one kind in a folder (not below it), or the one file that is named."""
    suffix = speech_kinds()[kind].suffix
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
    """The turns of a file; empty where nothing is said.

    Raises:
        InputError: it cannot be read, or is not of that kind; names the place.
    """
    return speech_kinds()[kind].parse(read_text(path), str(path))


def _parse_plain(text: str, where: str) -> tuple[Turn, ...]:
    words = " ".join(text.split())
    return (Turn(text=words),) if words else ()
