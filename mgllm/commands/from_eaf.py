"""`mgllm items from-eaf`: ELAN files with gestures and speech, as an item file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mgllm.commands._places import items_place
from mgllm.datasets.annotations.elan_items import ElanChoices, read_elan_items
from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes
from mgllm.items.loading import check_characters, item_line
from mgllm.records import Frozen


class FromEafOptions(Frozen):
    """Options of `mgllm items from-eaf`."""

    source: Path
    """SRC: a folder of `*.eaf`, or one file."""
    out: Path
    """`-o`: a `.jsonl` file, or a folder that gets an `items.jsonl`."""
    choices: ElanChoices = ElanChoices()
    """Which tiers are read, and who the people are."""


class ElanItemsReport(Frozen):
    """What was written."""

    file: str
    """Path of the item file."""
    items: int
    """Items in it."""
    subjects: int
    """People, or recordings where people are not known."""
    subject_known: bool
    """False if some items are counted by recording."""
    targets: Mapping[str, int]
    """Items by target."""
    turns: int
    """Turns of speech."""
    gestures: int
    """Gestures."""
    labels: int
    """Distinct labels of gestures."""
    vocabulary: str
    """Vocabulary or vocabularies of the gestures."""
    notes: tuple[str, ...]
    """Which tiers were read, what was left out or is unusual, a line each."""


def items_from_eaf(options: FromEafOptions) -> ElanItemsReport:
    """Read ELAN files and write their items into a new file.

    Raises:
        InputError: a file cannot be read, the user must say which tiers or people are meant, or the
            item file already exists.
    """
    folder, name = items_place(options.out)
    refuse_existing(folder, (name,))
    if not options.source.exists():
        raise InputError(f"{options.source} does not exist; give a folder of *.eaf files, or one file")
    imported = read_elan_items(options.source, options.choices)
    items = [check_characters(item, f"{options.source} item '{item.id}'") for item in imported.items]
    write_texts(folder, {name: "".join(f"{item_line(item)}\n" for item in items)})
    transcripts = [one for item in items for one in item.gestures.values()]
    labels = [gesture.label for one in transcripts for gesture in one.gestures]
    return ElanItemsReport(
        file=str(folder / name),
        items=len(items),
        subjects=len({item.subject for item in items}),
        subject_known=all(item.subject_known for item in items),
        targets=dict(sorted(Counter(item.target for item in items if item.target is not None).items())),
        turns=sum(len(item.speech) for item in items),
        gestures=len(labels),
        labels=len(set(labels)),
        vocabulary=", ".join(sorted({one.vocabulary for one in transcripts})),
        notes=(*alike_notes(items), *imported.warnings),
    )
