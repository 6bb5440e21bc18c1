"""Transcripts of speech, in any registered speech format: an item for each file."""

from __future__ import annotations

from pathlib import Path

from mgllm.datasets.base import ImportedItems
from mgllm.errors import InputError, one_line, some
from mgllm.files.json_files import to_model
from mgllm.records import Item
from mgllm.speech.base import speech_formats
from mgllm.speech.reading import read_turns, recording_id, speech_files


class SpeechImporter:
    """Importer of one kind of transcript file."""

    terms = "Yours: what the speakers of the recordings agreed to. Items are marked `terms: open`."
    caution = (
        "The files do not say who the person is: items are clustered by recording until you write each "
        "person's `subject`. They have no targets and no gestures yet: add these with `mgllm items join`."
    )

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.format = speech_formats.get(kind)
        self.title, self.citation = self.format.title, self.format.citation
        self.caution = f"{self.format.caution} {SpeechImporter.caution}".lstrip()

    def read(self, source: Path) -> ImportedItems:
        """Read one file, or all files of the kind in a folder (not in its subfolders).

        Raises:
            InputError: there is none, or one is not of this kind; names file and line.
        """
        paths = speech_files(source, self.kind)
        if not paths:
            suffix = self.format.suffix
            what = f"is not a *{suffix} file" if source.is_file() else f"has no *{suffix} files"
            raise InputError(f"{source} {what}")
        refuse_twins(paths)
        items = tuple(self._item(path) for path in paths)
        silent = [item.id for item in items if not item.speech]
        note = f"{len(silent)} of {len(items)} recordings have no words: {some(silent)}"
        return ImportedItems(items=items, warnings=(one_line(note),) if silent else ())

    def _item(self, path: Path) -> Item:
        name = recording_id(path)
        content = {"id": name, "subject": name, "subject_known": False}
        return to_model(Item, content | {"speech": read_turns(path, self.kind)}, str(path))


def refuse_twins(paths: list[Path]) -> None:
    """Refuse names that differ only in the case of their ending: they would be one recording.

    Raises:
        InputError: there are two.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(recording_id(path), path)
        if other != path:
            raise InputError(f"{path} and {other.name} are of the same recording; keep one of them")
