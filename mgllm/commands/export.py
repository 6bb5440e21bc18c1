"""`mgllm export`: gesture transcripts in the formats of annotation tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.errors import InputError, one_line, some
from mgllm.exports.base import ExportChoices, Exporter, exports
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.gesture_files import SUFFIX, file_stem, read_gesture_file
from mgllm.records import Frozen, GestureFile

NO_CHOICES = ExportChoices()


class ExportReport(Frozen):
    """What an export wrote."""

    format: str
    """Name of the format."""
    files: tuple[str, ...]
    """Paths written."""
    transcripts: int
    """Transcripts read."""
    gestures: int
    """Gestures in them."""
    warnings: tuple[str, ...]
    """What the format cannot contain, a line each, with how often it was left out."""


def export_transcripts(
    format: str, sources: Sequence[Path], out: Path, choices: ExportChoices = NO_CHOICES
) -> ExportReport:
    """Write transcripts, given as files or as folders of `*.mg.json`, in a format into `out`.

    Files are named after the items; where an item has several transcripts, after item and source.
    Nothing is written unless all could be read; existing files are not replaced.

    Raises:
        InputError: the format is unknown, a file is not a transcript, or a file already exists.
    """
    exporter = _made(format, choices)
    transcripts = [read_gesture_file(path) for path in _paths(sources)]
    stems = _stems(transcripts)
    texts, lost = {}, dict[str, Counter[str]]()
    for stem, transcript in zip(stems, transcripts, strict=True):
        exported = exporter.write(transcript)
        texts[f"{stem}{exporter.suffix}"] = exported.text
        for what, count in exported.lost.items():
            lost.setdefault(what, Counter())[transcript.item] += count
    refuse_existing(out, texts)
    write_texts(out, texts)
    return ExportReport(
        format=format,
        files=tuple(str(out / name) for name in texts),
        transcripts=len(transcripts),
        gestures=sum(len(transcript.gestures) for transcript in transcripts),
        warnings=tuple(
            one_line(f"{count.total()} {what}: {some(list(count))}") for what, count in lost.items()
        ),
    )


def _made(format: str, choices: ExportChoices) -> Exporter:
    """The exporter; an option that has no effect on its format is refused."""
    exporter = exports.get(format)(choices)
    if useless := sorted(choices.model_fields_set - exporter.heeds):
        raise InputError(f"--{useless[0]} has no effect on the format {format}; leave it out")
    return exporter


def _paths(sources: Iterable[Path]) -> list[Path]:
    """The files that are named, and all transcripts of the folders that are."""
    paths: list[Path] = []
    for source in sources:
        if not source.exists():
            raise InputError(f"{source} does not exist; give *{SUFFIX} files or a folder of them")
        found = [source]
        if source.is_dir():
            found = sorted(path for path in source.glob(f"*{SUFFIX}") if not path.name.startswith("."))
        if not found:
            raise InputError(f"{source} has no *{SUFFIX} files")
        paths.extend(path for path in found if path not in paths)
    return paths


def _stems(transcripts: Sequence[GestureFile]) -> list[str]:
    """A file's stem for each transcript."""
    count = Counter(transcript.item for transcript in transcripts)
    stems = [file_stem(one.item) + (f".{one.source}" if count[one.item] > 1 else "") for one in transcripts]
    if twice := [stem for stem, times in Counter(stems).items() if times > 1]:
        raise InputError(f"two files have the same item and source, '{twice[0]}'; give one of them")
    return stems
