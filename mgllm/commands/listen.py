"""`mgllm listen`: the speech of recordings as captions, for `mgllm items join --speech`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.errors import InputError, one_line
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.media.listening import Heard, ListenOptions, open_listener
from mgllm.progress import Display, Progress
from mgllm.records import Frozen
from mgllm.speech.captions import srt_text


class HeardFile(Frozen):
    """Captions that were written."""

    source: str
    """The recording."""
    file: str
    """Path of its captions."""
    captions: int
    """Segments of speech."""
    language: str
    """The one given, or the one recognised."""
    seconds: float
    """Length of the sound."""


class Listened(Frozen):
    """What was written, and what could not be."""

    out: str
    """The folder."""
    files: tuple[HeardFile, ...]
    """In the order of the recordings."""
    notes: tuple[str, ...]
    """What is unusual about them, a line each."""
    failures: tuple[str, ...]
    """Recordings without captions and why, a line each."""

    @property
    def exit_code(self) -> int:
        """0: all were written; 1: some; 2: none."""
        return 0 if not self.failures else 1 if self.files else 2


def listen(
    sources: Sequence[Path], out: Path, options: ListenOptions, *, display: Display = "auto"
) -> Listened:
    """Write `STEM.srt` for each recording as soon as it is done.

    Raises:
        InputError: two recordings would have the same captions, some are there already, or there is
            no model.
    """
    names = _names(sources)
    refuse_existing(out, names)
    listener = open_listener(options)
    files, notes, failures = list[HeardFile](), list[str](), list[str]()
    with Progress(display, "listen", len(sources)) as steps:
        for source, name in zip(sources, names, strict=True):
            try:
                heard = listener.hear(source)
                _check_speech(heard, source)
            except InputError as error:
                failures.append(str(error))
            else:
                write_texts(out, {name: srt_text(heard.turns)})
                files.append(_file(heard, source, out / name))
                notes += _note(heard, source)
            steps.step(source.name)
    return Listened(out=str(out), files=tuple(files), notes=tuple(notes), failures=tuple(failures))


def _names(sources: Sequence[Path]) -> list[str]:
    """Recordings by the name of their captions, by which `items join` finds the item."""
    by_name: dict[str, Path] = {}
    for source in sources:
        other = by_name.setdefault(f"{source.stem}.srt", source)
        if other is not source and other == source:
            raise InputError(f"{source} is given twice; give it once")
        if other is not source:
            raise InputError(f"{other} and {source} would both become {source.stem}.srt; rename one of them")
    return list(by_name)


def _check_speech(heard: Heard, source: Path) -> None:
    """Refuse a recording without speech: no program reads an empty caption file."""
    if not heard.turns:
        what = f"no speech was found in {heard.seconds:.1f} s, so no captions were written"
        raise InputError(f"{source}: {what}")


def _file(heard: Heard, source: Path, path: Path) -> HeardFile:
    about = {"language": heard.language, "seconds": heard.seconds}
    return HeardFile(source=str(source), file=str(path), captions=len(heard.turns), **about)


def _note(heard: Heard, source: Path) -> list[str]:
    if not heard.missing:
        return []
    return [one_line(f"{source}: {heard.missing:.1f} s of its sound are missing and count as silence")]
