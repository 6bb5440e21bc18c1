"""Joins the gestures of a folder to items: each file to the item that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mgllm.errors import InputError, guess, some
from mgllm.items.gesture_files import SUFFIX, read_gesture_file, transcript_of
from mgllm.records import CueSource, Frozen, GestureTranscript, Item
from mgllm.speech.reading import note_lines


class JoinReport(Frozen):
    """Items with what was joined to them, and what could not be joined."""

    items: tuple[Item, ...]
    """All items, in their order."""
    joined: int
    """Number of gesture files joined, or of items whose speech was read."""
    odd: Mapping[str, tuple[str, ...]]
    """Ids of items and names of files, by what the user should know about them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, a line each; empty if every file and item was joined."""
        return note_lines(self.odd)


def join_gestures(items: Iterable[Item], folder: Path) -> JoinReport:
    """Join each `*.mg.json` of `folder` to the item that it names.

    Raises:
        InputError: no such folder, no files, a file that is not a transcript, two files for the
            same item and source, or no file that names an item of the set.
    """
    by_id = {item.id: item for item in items}
    transcripts = read_folder(folder)
    found = {key: file for key, file in transcripts.items() if key[0] in by_id}
    if not found:
        (named, _), (path, _) = next(iter(transcripts.items()))
        what = f"none of its {len(transcripts)} *{SUFFIX} files names an item of the set"
        raise InputError(f"{folder}: {what}; {path.name} names '{named}'.{_guess(named, list(by_id))}")
    replaced = [item for item, source in found if source in by_id[item].gestures]
    for (item, source), (_, transcript) in found.items():
        joined = {**by_id[item].gestures, source: transcript}
        by_id[item] = by_id[item].model_copy(update={"gestures": joined})
    served = {item for item, _ in found}
    return JoinReport(
        items=tuple(by_id.values()),
        joined=len(found),
        odd={
            "items have no gesture file": tuple(item for item in by_id if item not in served),
            "gesture files name an item that is not in the set and are left out": tuple(
                path.name for key, (path, _) in transcripts.items() if key not in found
            ),
            "items had gestures of the same source, which are replaced": tuple(replaced),
        },
    )


def read_folder(folder: Path) -> dict[tuple[str, CueSource], tuple[Path, GestureTranscript]]:
    """File and transcript by item and source of all `*.mg.json` in a folder.

    Raises:
        InputError: no such folder, no files, a file that is not a transcript, two of the same item
            and source.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; --gestures needs a folder of *{SUFFIX} files")
    paths = sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    if not paths:
        raise InputError(f"{folder} has no *{SUFFIX} files; `mgllm transcribe` and `mgllm import` write them")
    transcripts: dict[tuple[str, CueSource], tuple[Path, GestureTranscript]] = {}
    for path in paths:
        file = read_gesture_file(path)
        key = (file.item, file.source)
        if key in transcripts:
            other = transcripts[key][0].name
            what = f"has {file.source} gestures of item '{file.item}', and so has {other}; keep one of them"
            raise InputError(f"{path} {what}")
        transcripts[key] = (path, transcript_of(file))
    return transcripts


def _guess(named: str, items: Sequence[str]) -> str:
    return guess(named, items) or f" Items are {some(items)}"
