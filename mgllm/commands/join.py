"""`mgllm items join`: gestures and speech from folders into a new item file."""

from __future__ import annotations

from pathlib import Path

from mgllm.commands._options import parse_options
from mgllm.commands._places import items_place
from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes, unknown_labels
from mgllm.items.joining import join_gestures
from mgllm.items.joining_speech import join_speech
from mgllm.items.loading import item_line, load_items
from mgllm.records import Frozen
from mgllm.speech.base import SpeechChoices


class JoinOptions(Frozen):
    """Options of `mgllm items join`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    gestures: Path | None = None
    """`--gestures`: a folder of `*.mg.json` files."""
    speech: Path | None = None
    """`--speech`: a folder of transcripts."""
    tier: tuple[str, ...] = ()
    """`--tier`: tiers of the transcripts that are speech."""
    speakers: str | None = None
    """`--speakers`: which names before words are speakers."""
    unit: str | None = None
    """`--unit`: s or ms, the unit of times that do not say it."""
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
    choices = _choices(options)
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
        speech = join_speech(items, options.speech, choices)
        items, with_speech = speech.items, speech.joined
        notes += speech.notes
    notes += unknown_labels(items)
    write_texts(folder, {name: "".join(f"{item_line(item)}\n" for item in items)})
    return JoinedItems(
        file=str(folder / name),
        items=len(items),
        subjects=len({item.subject for item in items}),
        with_gestures=with_gestures,
        with_speech=with_speech,
        notes=tuple(notes),
    )


def _choices(options: JoinOptions) -> SpeechChoices:
    """What is said about speech; refused without speech."""
    said = {name: getattr(options, name) for name in SpeechChoices.model_fields}
    given = {name: value for name, value in said.items() if value}
    if given and options.speech is None:
        raise InputError(f"--{min(given)} is about transcripts of speech; give it with --speech DIR")
    return parse_options(SpeechChoices, given)
