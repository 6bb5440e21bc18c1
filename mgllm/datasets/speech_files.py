"""Transcripts of speech, in any registered speech format: an item for each file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from mgllm.datasets.base import ChoosingImporter, ImportChoices, ImportedItems
from mgllm.errors import InputError, one_line, some
from mgllm.files.json_files import to_model
from mgllm.records import Item, Turn
from mgllm.speech.base import SpeechChoices, Unit, speech_formats
from mgllm.speech.reading import note_lines, noted, read_speech, recording_id, speech_files


class SpeechImporter(ChoosingImporter):
    """Importer of one kind of transcript file; its options are those of the format."""

    terms = "Yours: what the speakers of the recordings agreed to. Items are marked `terms: open`."
    caution = (
        "The files do not say who the person is: items are clustered by recording until you write each "
        "person's `subject`. They have no targets and no gestures yet: add these with `mgllm items join`."
    )

    def __init__(self, kind: str, choices: ImportChoices | None = None) -> None:
        super().__init__(choices)
        self.kind = kind
        self.format = speech_formats.get(kind)
        self.title, self.citation = self.format.title, self.format.citation
        self.heeds = self.format.heeds  # type: ignore[misc]
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
        choices = _speech_choices(self.choices)
        said = [(path, read_speech(path, self.kind, choices)) for path in paths]
        items = tuple(_item(path, one.turns) for path, one in said)
        silent = [item.id for item in items if not item.speech]
        if len(silent) == len(items):
            raise InputError(f"{source} has no words of speech in {some([path.name for path in paths])}")
        note = f"{len(silent)} of {len(items)} recordings have no words: {some(silent)}"
        notes = note_lines(noted((path.name, one) for path, one in said))
        return ImportedItems(items=items, warnings=(*((one_line(note),) if silent else ()), *notes))


def _item(path: Path, turns: tuple[Turn, ...]) -> Item:
    name = recording_id(path)
    content = {"id": name, "subject": name, "subject_known": False}
    return to_model(Item, content | {"speech": turns}, str(path))


def _speech_choices(choices: ImportChoices) -> SpeechChoices:
    """What is said about transcripts.

    Raises:
        InputError: the unit is not one of times.
    """
    if choices.unit not in (None, *get_args(Unit)):
        raise InputError(f"--unit {choices.unit}: times are in s or ms")
    tier = (choices.tier,) if isinstance(choices.tier, str) else tuple(choices.tier or ())
    return SpeechChoices.model_validate({"tier": tier, "speakers": choices.speakers, "unit": choices.unit})


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
