"""`--gestures DIR`: each gesture transcript of a folder joins the item that it names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from mgllm.errors import InputError, one_line
from mgllm.items.gesture_files import SUFFIX, read_gesture_file, transcript_of
from mgllm.records import CueSource, Frozen, GestureTranscript, Item


class JoinReport(Frozen):
    """Items with their gestures joined, and what found no partner."""

    items: tuple[Item, ...]
    """All items, in their order."""
    joined: int
    """Files that joined an item."""
    replaced: tuple[str, ...] = ()
    """Ids of items that had a transcript of the same source before."""
    items_without_file: tuple[str, ...] = ()
    """Ids of items that no file names."""
    files_without_item: tuple[str, ...] = ()
    """Names of files whose item is not in the set."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should be told, a line each; empty where every file and item found its partner."""
        told = {
            "items have no gesture file": self.items_without_file,
            "gesture files name no item of the set and are left out": self.files_without_item,
            "items had gestures of the same source, which are replaced": self.replaced,
        }
        return tuple(
            one_line(f"{len(names)} {what}: {_some(names)}") for what, names in told.items() if names
        )


def join_gestures(items: Iterable[Item], folder: Path) -> JoinReport:
    """Join each `*.mg.json` of `folder` to the item that it names.

    Raises:
        InputError: no such folder, no files, a file that is no transcript, two files for the same item and
            source, or no file that names an item of the set.
    """
    by_id = {item.id: item for item in items}
    transcripts = read_folder(folder)
    found = {key: file for key, file in transcripts.items() if key[0] in by_id}
    if not found:
        raise InputError(_no_match(folder, transcripts, list(by_id)))
    replaced = [item for item, source in found if source in by_id[item].gestures]
    for (item, source), path in found.items():
        joined = {**by_id[item].gestures, source: path[1]}
        by_id[item] = by_id[item].model_copy(update={"gestures": joined})
    named = {item for item, _ in found}
    return JoinReport(
        items=tuple(by_id.values()),
        joined=len(found),
        replaced=tuple(replaced),
        items_without_file=tuple(item for item in by_id if item not in named),
        files_without_item=tuple(path.name for key, (path, _) in transcripts.items() if key not in found),
    )


def read_folder(folder: Path) -> dict[tuple[str, CueSource], tuple[Path, GestureTranscript]]:
    """File and transcript by item and source of all `*.mg.json` in a folder.

    Raises:
        InputError: no such folder, no files, a file that is no transcript, two of the same item and source.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; --gestures names a folder of *{SUFFIX} files")
    paths = sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    if not paths:
        raise InputError(f"{folder} holds no *{SUFFIX} files")
    transcripts: dict[tuple[str, CueSource], tuple[Path, GestureTranscript]] = {}
    for path in paths:
        file = read_gesture_file(path)
        key = (file.item, file.source)
        if key in transcripts:
            other = transcripts[key][0].name
            what = f"names item '{file.item}' with {file.source} gestures, as {other} does; keep one of them"
            raise InputError(f"{path} {what}")
        transcripts[key] = (path, transcript_of(file))
    return transcripts


def _no_match(
    folder: Path, transcripts: dict[tuple[str, CueSource], tuple[Path, GestureTranscript]], items: list[str]
) -> str:
    (named, _), (path, _) = next(iter(transcripts.items()))
    near = get_close_matches(named, items, n=1)
    guess = f" Did you mean '{near[0]}'?" if near else f" Items are {_some(tuple(items))}"
    what = f"none of its {len(transcripts)} *{SUFFIX} files names an item of the set"
    return one_line(f"{folder}: {what}; {path.name} names '{named}'.{guess}")


def _some(names: tuple[str, ...]) -> str:
    """The first five names."""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def timed_truth(folder: Path) -> dict[str, GestureTranscript]:
    """Annotated transcripts by recording.

    Raises:
        InputError: no such files, none of them annotated, or a gesture without times.
    """
    found = {item: file for (item, source), (_, file) in read_folder(folder).items() if source == "annotated"}
    if not found:
        raise InputError(f"{folder} holds no annotated transcripts; these are recognised ones")
    for item, file in found.items():
        untimed = next((one.label for one in file.gestures if one.start is None or one.end is None), None)
        if untimed is not None:
            raise InputError(f"{folder}: '{untimed}' of '{item}' has no times, which it needs")
    return found
