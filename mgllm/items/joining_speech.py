"""`mgllm items join --speech DIR`: each transcript of a folder joins the item that its name says."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from mgllm.errors import InputError, one_line, some
from mgllm.items.loading import check_characters
from mgllm.records import Frozen, Item
from mgllm.speech.reading import read_turns, recording_id, speech_files, speech_kinds


class SpeechReport(Frozen):
    """Items with their speech joined, and what found no partner."""

    items: tuple[Item, ...]
    """All items, in their order."""
    joined: int
    """Items whose speech was read."""
    replaced: tuple[str, ...] = ()
    """Ids of items that had speech before."""
    several: tuple[str, ...] = ()
    """Ids of items with files of several kinds, of which one was taken."""
    wordless: tuple[str, ...] = ()
    """Names of files in which nothing is said."""
    items_without_file: tuple[str, ...] = ()
    """Ids of items that no file is named after."""
    files_without_item: tuple[str, ...] = ()
    """Names of files that are named after no item of the set."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should be told, a line each; empty where every file and item found its partner."""
        order = ", ".join(f"*{kind.suffix}" for kind in speech_kinds().values())
        told = {
            "items have no speech file": self.items_without_file,
            "speech files are named after no item of the set and are left out": self.files_without_item,
            "items had speech, which is replaced": self.replaced,
            f"items have several speech files, the first of {order} is taken": self.several,
            "speech files hold no words": self.wordless,
        }
        return tuple(one_line(f"{len(names)} {what}: {some(names)}") for what, names in told.items() if names)


class _Found(Frozen):
    """A transcript file."""

    kind: str
    """Name of its kind."""
    path: Path
    """Where it is."""


def join_speech(items: Iterable[Item], folder: Path) -> SpeechReport:
    """Join the transcripts of `folder` (not below it) to the items whose ids are their file names.

    Raises:
        InputError: no such folder, no transcripts, one that cannot be read, two of one kind for an item, or
            none that is named after an item of the set.
    """
    by_id = {item.id: item for item in items}
    files = _find(folder)
    found = {item: kinds for item, kinds in files.items() if item in by_id}
    if not found:
        raise InputError(_no_match(folder, files, list(by_id)))
    replaced = tuple(item for item in by_id if item in found and by_id[item].speech)
    wordless = []
    for item, kinds in found.items():
        turns = read_turns(kinds[0].path, kinds[0].kind)
        joined = by_id[item].model_copy(update={"speech": turns})
        by_id[item] = check_characters(joined, str(kinds[0].path))
        wordless += [] if turns else [kinds[0].path.name]
    return SpeechReport(
        items=tuple(by_id.values()),
        joined=len(found),
        replaced=replaced,
        several=tuple(item for item, kinds in found.items() if len(kinds) > 1),
        wordless=tuple(wordless),
        items_without_file=tuple(item for item in by_id if item not in found),
        files_without_item=tuple(
            one.path.name for item, kinds in files.items() if item not in found for one in kinds
        ),
    )


def _find(folder: Path) -> dict[str, list[_Found]]:
    """Transcripts by recording, each in the order of preference."""
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; --speech names a folder of transcripts")
    files: dict[str, list[_Found]] = {}
    for kind in speech_kinds():
        for path in speech_files(folder, kind):
            others = files.setdefault(recording_id(path), [])
            if others and others[-1].kind == kind:
                what = f"is of the same item as {others[-1].path.name}; keep one of them"
                raise InputError(f"{path} {what}")
            others.append(_Found(kind=kind, path=path))
    if not files:
        suffixes = ", ".join(f"*{kind.suffix}" for kind in speech_kinds().values())
        raise InputError(f"{folder} holds no transcripts of speech ({suffixes})")
    return dict(sorted(files.items()))


def _no_match(folder: Path, files: dict[str, list[_Found]], items: list[str]) -> str:
    name, kinds = next(iter(files.items()))
    near = get_close_matches(name, items, n=1)
    guess = f" Did you mean '{near[0]}'?" if near else f" Items are {some(items)}"
    what = f"none of its {len(files)} recordings with a transcript is named after an item of the set"
    return one_line(f"{folder}: {what}; {kinds[0].path.name} would be of item '{name}'.{guess}")
