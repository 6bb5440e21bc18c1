"""`mgllm items set`: who the people are and what else is known of them, into a new item file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mgllm.commands._places import items_place
from mgllm.commands.select_items import KEYS
from mgllm.datasets.subjects import read_subjects, same_recording
from mgllm.errors import InputError, some, unknown
from mgllm.files.tables import read_rows, refuse_twice
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.alike import alike_notes
from mgllm.items.loading import check_characters, item_line, load_items
from mgllm.items.official import POOLS, VIDEO_LISTS
from mgllm.records import Frozen, Item

CLEAN, SIDE = "clean", "official"
"""Covariates that this command makes."""
PEOPLE = ("subject", "sub_id")
"""Columns of a table that name people."""
HINT = f"one column must be {', '.join(KEYS)} or subject"


class SetOptions(Frozen):
    """Options of `mgllm items set`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    subjects: Path | None = None
    """`--subjects`: a csv file that says who is in which item."""
    covariates: Path | None = None
    """`--covariates`: a csv file with other facts, a row for each item or person."""
    official: str | None = None
    """`--official`: a protocol whose sides become the covariate `official`."""
    clean_of: tuple[str, ...] = ()
    """`--clean-of`: pools of people from whom recognisers have learned: checkpoints, or names."""
    dataset: str | None = None
    """`--dataset`: only what a checkpoint has learned from this data set counts."""
    out: Path
    """`-o`: a `.jsonl` file, or a folder that gets an `items.jsonl`."""


class SetItems(Frozen):
    """What was written."""

    file: str
    """Path of the item file."""
    items: int
    """Items in it."""
    subjects: int
    """People among them."""
    subject_known: bool
    """False if some items are counted by recording."""
    covariates: tuple[str, ...]
    """Names of the covariates that were set."""
    clean: int | None
    """Items whose person is in no pool; None if nothing was asked."""
    notes: tuple[str, ...]
    """What has no partner, was replaced or is unusual, a line each."""


class _Changed(NamedTuple):
    """Items after a step, and what the user should know."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def set_items(options: SetOptions) -> SetItems:
    """Write all items with these facts into a new file.

    Raises:
        InputError: nothing to set, a file that does not fit the items, or the new file already
            exists.
    """
    if not (options.subjects or options.covariates or options.official or options.clean_of):
        what = "--subjects FILE, --covariates FILE, --official NAME or --clean-of POOL"
        raise InputError(f"nothing to set; give {what}")
    if options.dataset and not options.clean_of:
        raise InputError(
            "--dataset is about what a checkpoint has learned from; give it with --clean-of FOLDER"
        )
    folder, name = items_place(options.out)
    refuse_existing(folder, (name,))
    items, notes, names = load_items(options.items), list[str](), list[str]()
    for changed in (_with_people, _with_covariates, _with_side, _with_clean):
        made = changed(items, options)
        items, notes, names = made.items, [*notes, *made.notes], [*names, *made.names]
    items = tuple(check_characters(item, f"item '{item.id}'") for item in items)
    write_texts(folder, {name: "".join(f"{item_line(item)}\n" for item in items)})
    return SetItems(
        file=str(folder / name),
        items=len(items),
        subjects=len({item.subject for item in items}),
        subject_known=all(item.subject_known for item in items),
        covariates=tuple(dict.fromkeys(names)),
        clean=sum(item.covariates[CLEAN] is True for item in items) if options.clean_of else None,
        notes=(*alike_notes(items), *notes),
    )


def _with_people(items: tuple[Item, ...], options: SetOptions) -> _Changed:
    """The items with the person that a file names.

    Raises:
        InputError: the file cannot be used, or does not name an item.
    """
    if options.subjects is None:
        return _Changed(items)
    people = read_subjects(options.subjects)
    notes = people.notes([item.id for item in items])
    other = [one.id for one in items if one.subject_known and people.person(one.id) != one.subject]
    if other:
        notes = (*notes, f"{len(other)} items had another subject, which is replaced: {some(other)}")
    return _Changed(
        tuple(
            item.model_copy(update={"subject": people.person(item.id), "subject_known": True})
            for item in items
        ),
        notes,
    )


def _with_covariates(items: tuple[Item, ...], options: SetOptions) -> _Changed:
    """The items with the facts of a table.

    Raises:
        InputError: the table cannot be used, or has a row for none of the items.
    """
    if options.covariates is None:
        return _Changed(items)
    path = options.covariates
    header, rows = read_rows(path, (), HINT, (*KEYS, *PEOPLE))
    refuse_twice(path, header)
    by_item = next((name for name in KEYS if name in header), None)
    key = by_item or next((name for name in PEOPLE if name in header), None)
    names = [name for name in header if name and name not in (*KEYS, *PEOPLE)]
    if key is None:
        raise InputError(f"{path}:1 has no column that says which item a row is of; {HINT}")
    if not names:
        raise InputError(f"{path}:1 has no column with facts besides '{key}'")
    if wrong := [name for name in names if name in Item.model_fields]:
        raise InputError(f"{path}:1 column '{wrong[0]}' is a field of items, not a covariate; rename it")
    facts: dict[str, Mapping[str, str]] = {}
    for row in rows:
        if same_recording(row.cells[key]) in facts:
            raise InputError(f"{row.where} {key}: '{row.cells[key]:.60}' appears twice")
        facts[same_recording(row.cells[key])] = {name: row.cells[name] for name in names if row.cells[name]}
    keys = {item.id: same_recording(item.id if by_item else item.subject) for item in items}
    if not facts.keys() & set(keys.values()):
        what = (
            f"has no row for any item; its first {key} is '{rows[0].cells[key]:.60}'"
            if rows
            else "has no rows"
        )
        raise InputError(f"{path} {what}; items are {some([item.id for item in items])}")
    made = tuple(_having(item, facts.get(keys[item.id], {})) for item in items)
    return _Changed(made, tuple(_odd_rows(items, keys, facts, path)), tuple(names))


def _odd_rows(
    items: Sequence[Item], keys: Mapping[str, str], facts: Mapping[str, Mapping[str, str]], path: Path
) -> list[str]:
    """Notes on items and rows without a partner, and on what is replaced."""
    without = [item.id for item in items if keys[item.id] not in facts]
    extra = sorted(facts.keys() - set(keys.values()), key=lambda name: (len(name), name))
    replaced = [
        item.id
        for item in items
        if any(item.covariates.get(name, v) != v for name, v in facts.get(keys[item.id], {}).items())
    ]
    notes = [
        (without, f"items have no row in {path.name}"),
        (extra, f"rows of {path.name} belong to no item"),
        (replaced, "items had another value of a covariate, which is replaced"),
    ]
    return [f"{len(names)} {what}: {some(names)}" for names, what in notes if names]


def _with_side(items: tuple[Item, ...], options: SetOptions) -> _Changed:
    """The items with their side of a published protocol, where they are on a list of it.

    Raises:
        InputError: the protocol is unknown, or none of the items is in it.
    """
    if options.official is None:
        return _Changed(items)
    protocols = sorted({name.rpartition("-")[0] for name in VIDEO_LISTS})
    if options.official not in protocols:
        raise InputError(unknown("protocol", options.official, protocols))
    sides = {
        str(number): name.rpartition("-")[2]
        for name, numbers in VIDEO_LISTS.items()
        for number in numbers
        if name.rpartition("-")[0] == options.official
    }
    outside = [item.id for item in items if same_recording(item.id) not in sides]
    if len(outside) == len(items):
        what = "ids must be numbers of its videos, such as 0009"
        raise InputError(
            f"--official {options.official}: no item is on its lists; {what}, not {some(outside)}"
        )
    made = tuple(
        _having(item, {SIDE: sides[key]} if (key := same_recording(item.id)) in sides else {})
        for item in items
    )
    line = f"{len(outside)} items are on neither side of {options.official}: {some(outside)}"
    return _Changed(made, (line,) if outside else (), (SIDE,))


def _with_clean(items: tuple[Item, ...], options: SetOptions) -> _Changed:
    """The items with `clean`: whether the person is in none of the pools.

    Raises:
        InputError: people are not known, or a pool is neither a checkpoint nor known.
    """
    if not options.clean_of:
        return _Changed(items)
    if unknown_people := [item.id for item in items if not item.subject_known]:
        what = f"the people of {len(unknown_people)} items are not known: {some(unknown_people)}"
        raise InputError(f"--clean-of: {what}; give --subjects FILE, too")
    pools = {pool: _pool(pool, options.dataset) for pool in options.clean_of}
    learned = {person for people in pools.values() for person in people}
    made = tuple(_having(item, {CLEAN: same_recording(item.subject) not in learned}) for item in items)
    everyone = {same_recording(item.subject) for item in items}
    notes = [
        f"{len(everyone & people)} of {len(everyone)} people are among the {len(people)} of {pool}"
        for pool, people in pools.items()
    ]
    return _Changed(made, tuple(notes), (CLEAN,))


def _pool(pool: str, dataset: str | None) -> set[str]:
    """The people from whom a recogniser has learned, with labels or without."""
    if pool in POOLS:
        return {str(number) for number in POOLS[pool]}
    if not Path(pool).exists():
        raise InputError(f"--clean-of {pool}: there is no such checkpoint. {unknown('pool', pool, POOLS)}")
    from mgllm.recognizer.network.checkpoint import read_config

    seen = read_config(Path(pool)).subjects_seen
    if dataset is not None:
        names = {name for one in seen for name in (one.dataset, *one.made_of)}
        if dataset not in names:
            raise InputError(f"--dataset: {unknown(f'data set of {pool}', dataset, names)}")
        seen = tuple(one for one in seen if dataset in (one.dataset, *one.made_of))
    return {same_recording(person) for one in seen for person in one.subjects}


def _having(item: Item, facts: Mapping[str, str | bool]) -> Item:
    return item.model_copy(update={"covariates": {**item.covariates, **facts}}) if facts else item
