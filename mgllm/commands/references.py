"""`mgllm items references`: what is possible without a language model."""

from __future__ import annotations

from pathlib import Path

from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes
from mgllm.items.joining import join_gestures
from mgllm.items.loading import load_items
from mgllm.records import Frozen, References
from mgllm.references import ReferenceChoices, make_references
from mgllm.references.files import NAMES, reference_files


class ReferencesOptions(Frozen):
    """Options of `mgllm items references`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    gestures: Path | None = None
    """`--gestures`: a folder of `*.mg.json` files to join first."""
    choices: ReferenceChoices = ReferenceChoices()
    """What is learned from what."""
    out: Path | None = None
    """`-o`: a folder for the table and every guess; None writes nothing."""


class ReferencesReport(Frozen):
    """A table, and where it was written."""

    references: References
    """The table."""
    files: tuple[str, ...] = ()
    """Files that were written."""
    notes: tuple[str, ...] = ()
    """Names that are probably written in two ways; gestures that were not joined."""


def references(options: ReferencesOptions) -> ReferencesReport:
    """Guess the targets of items from facts, words and gestures; write every guess if asked to.

    Raises:
        InputError: the items cannot be read, have too few people or targets, or a file is there
            already.
    """
    if options.out is not None:
        refuse_existing(options.out, NAMES)
    items = load_items(options.items)
    notes = list(alike_notes(items))
    if options.gestures is not None:
        joined = join_gestures(items, options.gestures)
        items, notes = joined.items, [*notes, *joined.notes]
    made = make_references(items, options.choices)
    files: tuple[str, ...] = ()
    if options.out is not None:
        write_texts(options.out, reference_files(made))
        files = tuple(str(options.out / name) for name in NAMES)
    return ReferencesReport(references=made.references, files=files, notes=tuple(notes))
