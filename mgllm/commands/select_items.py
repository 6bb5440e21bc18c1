"""`mgllm items select`: some items of a set, into a new item file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mgllm.commands._places import items_place
from mgllm.datasets.subjects import same_recording
from mgllm.errors import InputError, guess, some, unknown
from mgllm.files.tables import read_rows
from mgllm.files.text_files import read_text
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes
from mgllm.items.loading import item_line, load_items
from mgllm.items.official import VIDEO_LISTS
from mgllm.records import Frozen, Item
from mgllm.skeleton.selection import matching

FIELDS: Mapping[str, Callable[[Item], str | None]] = {
    "id": lambda item: item.id,
    "subject": lambda item: item.subject,
    "target": lambda item: item.target,
    "terms": lambda item: item.terms,
}
"""What conditions can name besides covariates."""
KEYS = ("id", "recording", "video_id")
"""Columns of a table that name items."""


class SelectOptions(Frozen):
    """Options of `mgllm items select`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    where: tuple[str, ...] = ()
    """`--where`: conditions NAME=VALUE,VALUE or NAME!=VALUE; all must hold."""
    ids: Path | None = None
    """`--ids`: a file that names items."""
    official: str | None = None
    """`--official`: a list of a published protocol."""
    out: Path
    """`-o`: a `.jsonl` file, or a folder that gets an `items.jsonl`."""


class SelectedItems(Frozen):
    """What was written."""

    file: str
    """Path of the item file."""
    items: int
    """Items in it."""
    of: int
    """Items of the set that they are from."""
    subjects: int
    """People among them."""
    targets: Mapping[str, int]
    """Items by target."""
    notes: tuple[str, ...]
    """What is named and not there, or is unusual, a line each."""


def select_items(options: SelectOptions) -> SelectedItems:
    """Write the items that fit every condition into a new file, in their order.

    Raises:
        InputError: no condition, one that cannot be met, or the file already exists.
    """
    if not (options.where or options.ids or options.official):
        raise InputError("nothing to select by; give --where NAME=VALUE, --ids FILE or --official NAME")
    folder, name = items_place(options.out)
    refuse_existing(folder, (name,))
    everyone, notes = load_items(options.items), list[str]()
    kept = everyone
    if options.official is not None:
        if options.official not in VIDEO_LISTS:
            raise InputError(unknown("official list", options.official, VIDEO_LISTS))
        listed = [str(number) for number in VIDEO_LISTS[options.official]]
        kept = _named(kept, everyone, listed, f"--official {options.official}", notes)
    if options.ids is not None:
        kept = _named(kept, everyone, _read_ids(options.ids), f"--ids {options.ids}", notes)
    for condition in options.where:
        kept = _fitting(kept, everyone, condition)
    if not kept:
        raise InputError(f"no item of {options.items} fits all conditions together")
    write_texts(folder, {name: "".join(f"{item_line(item)}\n" for item in kept)})
    return SelectedItems(
        file=str(folder / name),
        items=len(kept),
        of=len(everyone),
        subjects=len({item.subject for item in kept}),
        targets=dict(sorted(Counter(item.target for item in kept if item.target is not None).items())),
        notes=(*alike_notes(kept), *notes),
    )


def _read_ids(path: Path) -> list[str]:
    """The ids that a file names: one in each line, or a table with a column for them.

    Raises:
        InputError: it cannot be read, or names none.
    """
    lines = [line.strip() for line in read_text(path).split("\n")]
    ids = [line for line in lines if line and not line.startswith("#")]
    header = [cell.strip().strip('"').casefold() for cell in _cells(ids[0])] if ids else []
    if key := next((name for name in KEYS if name in header), None):
        ids = [row.cells[key] for row in read_rows(path, (key,), "", KEYS)[1] if row.cells[key]]
    if not ids:
        raise InputError(f"{path} names no items; write an id in each line")
    return ids


def _cells(line: str) -> list[str]:
    return line.split(max("\t;,", key=line.count))


def _named(
    kept: Sequence[Item], everyone: Sequence[Item], ids: Sequence[str], what: str, notes: list[str]
) -> tuple[Item, ...]:
    """The items with one of these ids; numbers are compared as numbers.

    Raises:
        InputError: there is none in the set.
    """
    there = {same_recording(item.id) for item in everyone}
    wanted = {same_recording(one): one for one in ids}
    missing = [one for key, one in wanted.items() if key not in there]
    if len(missing) == len(wanted):
        line = f"{what}: no item of the set has one of these {len(wanted)} ids: {some(missing)}; items are "
        raise InputError(f"{line}{some([item.id for item in everyone])}")
    if missing:
        notes.append(f"{len(missing)} of {len(wanted)} ids of {what} are not in the set: {some(missing)}")
    return tuple(item for item in kept if same_recording(item.id) in wanted)


def _fitting(kept: Sequence[Item], everyone: Sequence[Item], condition: str) -> tuple[Item, ...]:
    """The items that fit a condition.

    Raises:
        InputError: it is not a condition, or no item of the set has the fact or the value.
    """
    name, equals, values = condition.partition("=")
    without = name.endswith("!")
    name = name.removesuffix("!").strip()
    if not (equals and name and values.strip()):
        raise InputError(
            f"--where '{condition:.60}' is not a condition; write NAME=VALUE,VALUE or NAME!=VALUE"
        )
    facts = {item.id: _fact(item, name) for item in everyone}
    known = {value for value in facts.values() if value is not None}
    if not known:
        names = [*FIELDS, *{fact for item in everyone for fact in item.covariates}]
        raise InputError(f"--where {condition:.60}: {unknown('fact', name, names)}")
    chosen = set[str]()
    for value in next(csv.reader([values], skipinitialspace=True)):
        found = matching(value.strip(), known)
        if not found:
            line = f"--where {condition:.60}: no item has {name} '{value.strip():.60}'."
            raise InputError(f"{line}{guess(value, known)} It is one of {some(sorted(known))}")
        chosen |= found
    return tuple(item for item in kept if (facts[item.id] in chosen) != without)


def _fact(item: Item, name: str) -> str | None:
    """A fact as text: true and false in small letters."""
    if name in FIELDS:
        return FIELDS[name](item)
    value = item.covariates.get(name)
    return value if value is None or isinstance(value, str) else str(value).lower()
