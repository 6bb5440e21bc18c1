"""`mgllm items join`: gestures and speech from folders into a new item file."""

from __future__ import annotations

from pathlib import Path

from mgllm.commands._places import items_place
from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes
from mgllm.items.joining import join_gestures, join_speech
from mgllm.items.loading import item_line, load_items
from mgllm.records import Frozen


class JoinOptions(Frozen):
    """Options of `mgllm items join`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    gestures: Path | None = None
    """`--gestures`: a folder of `*.mg.json` files."""
    speech: Path | None = None
    """`--speech`: a folder of transcripts."""
    out: Path
    """`-o`: a `.jsonl` file, or a folder that gets an `items.jsonl`."""


class JoinedItems(Frozen):
    """What a join wrote."""

    file: str
    """Path of the item file."""
    items: int
    """Items in it: the whole set, joined or not."""
    subjects: int
    """People among them."""
    with_gestures: int
    """Gesture files that were joined to an item."""
    with_speech: int
    """Items that got speech."""
    notes: tuple[str, ...]
    """What has no partner, was replaced or is unusual, a line each."""


def join_items(options: JoinOptions) -> JoinedItems:
    """Join, and write all items into a new file.

    Raises:
        InputError: nothing to join is given, nothing matches, or the file already exists.
    """
    if options.gestures is None and options.speech is None:
        raise InputError("nothing to join; give --gestures DIR, --speech DIR or both")
    folder, name = items_place(options.out)
    refuse_existing(folder, (name,))
    items, notes = load_items(options.items), list[str]()
    notes += alike_notes(items)
    with_gestures = with_speech = 0
    if options.gestures is not None:
        gestures = join_gestures(items, options.gestures)
        items, with_gestures = gestures.items, gestures.joined
        notes += gestures.notes
    if options.speech is not None:
        speech = join_speech(items, options.speech)
        items, with_speech = speech.items, speech.joined
        notes += speech.notes
    write_texts(folder, {name: "".join(f"{item_line(item)}\n" for item in items)})
    return JoinedItems(
        file=str(folder / name),
        items=len(items),
        subjects=len({item.subject for item in items}),
        with_gestures=with_gestures,
        with_speech=with_speech,
        notes=tuple(notes),
    )
