"""Reads item sets from files, folders and the hub, with the place in each error; writes items as
lines."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from mgllm.errors import InputError, guess, nearest
from mgllm.files.json_files import read_json_lines, to_model
from mgllm.records import Item

LINE_SUFFIXES = (".jsonl", ".ndjson")
TABLE_SUFFIXES = (".parquet", ".xlsx", ".csv", ".json")
_SHEET = re.compile(r"(.+\.xlsx)#(.+)", re.IGNORECASE | re.DOTALL)
"""A sheet of a spreadsheet: `items.xlsx#Sheet1`."""

_NOT_IN_TEXT = re.compile(r"[\x00\ue000-\ue003]")
_NOT_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ue000-\ue003]")
"""Control characters, line breaks of Unicode, and the marks of `mgllm.prompts.sandbox`."""
_HUB = re.compile(r"[\w.-]+/[\w.-]+(:[\w.-]+)?")


def load_items(source: str | Path) -> tuple[Item, ...]:
    """All items of a set, in its order.

    Args:
        source: a JSONL file (read line by line, without heavy imports); a parquet, csv, json or
            xlsx file ("FILE.xlsx#SHEET" if it has several sheets); a folder of files of one of
            these kinds; or "org/name[:split]" on the hub.

    Raises:
        InputError: one line with file, line (or row) and field of the first problem.
    """
    path = Path(source)
    try:
        items = tuple(_unique(_checked(_rows(source, path))))
    except (OSError, RecursionError) as error:
        raise InputError(f"{source} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not items:
        raise InputError(f"{source} has no items; docs/items.md shows how to write them")
    return items


def check_targets(items: Iterable[Item], labels: Iterable[str], source: str | Path | None = None) -> None:
    """Check that every target is the id of a label.

    Args:
        items: as they were read.
        labels: ids of the labels.
        source: where the items are from, to name the line.

    Raises:
        InputError: one is not; names file and line, the item, and how many others there are.
    """
    known = tuple(labels)
    wrong = [item for item in items if item.target is not None and item.target not in known]
    if not wrong:
        return
    target = str(wrong[0].target)
    others = f" ({len(wrong) - 1} more items have wrong targets)" if len(wrong) > 1 else ""
    raise InputError(
        f"{_place(wrong[0].id, source)}item '{wrong[0].id}' target: '{target[:60]}' is not one of the labels "
        f"{', '.join(known)}.{guess(target, known)}{others}"
    )


def _place(item: str, source: str | Path | None) -> str:
    """File and line of an item, read again; nothing where it is not found."""
    if source is None:
        return ""
    places = (
        where for where, row in _rows(source, Path(source)) if isinstance(row, dict) and row.get("id") == item
    )
    return next((f"{where} " for where in places), "")


def check_characters(item: Item, where: str) -> Item:
    """The item itself, if its words have no character that prompts use as a mark (U+E000–U+E003).

    Ids, labels and names fill one line, so they may have no control character or line break either.

    Raises:
        InputError: there is such a character.
    """
    for field, text, pattern in _words(item):
        if found := pattern.search(text):
            what = f"has the character U+{ord(found[0]):04X}, which is not allowed there; remove it"
            raise InputError(f"{where} {field}: {what}")
    return item


def item_line(item: Item) -> str:
    """The item as one line of JSON without line break; `load_items` reads an equal item back."""
    content = item.model_dump(mode="json", exclude_defaults=True)
    if len(item.speech) == 1 and set(content["speech"][0]) == {"text"}:
        content["speech"] = item.speech[0].text
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def items_sha256(items: Iterable[Item]) -> str:
    """Content hash of an item set in its order: sha256 over canonical JSON lines, defaults left
    out.

    It does not depend on the order of keys, nor on the format of the file, nor on canaries.
    """
    digest = hashlib.sha256()
    for item in items:
        content = item.model_dump(mode="json", exclude_defaults=True, exclude={"canary"})
        digest.update(json.dumps(content, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _rows(source: str | Path, path: Path) -> Iterator[tuple[str, object]]:
    suffix = path.suffix.casefold()
    hub = _HUB.fullmatch(str(source)) and suffix not in (*LINE_SUFFIXES, *TABLE_SUFFIXES)
    if hub and not path.exists():
        from mgllm.items.tables import read_hub_table

        return read_hub_table(str(source))
    if (named := _SHEET.fullmatch(str(source))) and not path.exists():
        from mgllm.items.text_tables import read_xlsx_items

        book = _existing(Path(named[1]))
        return read_xlsx_items(book, str(book), named[2])
    _existing(path)
    lines = _line_files(path)
    if lines:
        return chain.from_iterable(map(read_json_lines, lines))
    from mgllm.items.tables import read_local_tables

    return read_local_tables(path)


def _line_files(path: Path) -> list[Path]:
    """The file itself, or the folder's `items.jsonl`, or all its JSONL files if it has no other
    kind."""
    if not path.is_dir():
        return [path] if path.suffix.casefold() in LINE_SUFFIXES else []
    if (path / "items.jsonl").is_file():
        return [path / "items.jsonl"]
    files = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    if any(p.suffix.casefold() in TABLE_SUFFIXES for p in files):
        return []
    return [p for p in files if p.suffix.casefold() in LINE_SUFFIXES]


def _existing(path: Path) -> Path:
    try:
        if path.exists():
            return path
        beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    near = nearest(path.name, beside)
    meant = f" Did you mean '{path.parent / near}'?" if near else ""
    hub = "" if path.suffix else ", and it is not a hub id 'org/name[:split]'"
    raise InputError(f"{path} does not exist{hub}.{meant}")


def _checked(rows: Iterator[tuple[str, object]]) -> Iterator[tuple[str, Item]]:
    for where, content in rows:
        yield where, check_characters(to_model(Item, content, where), where)


def _unique(placed: Iterator[tuple[str, Item]]) -> Iterator[Item]:
    seen: dict[str, str] = {}
    for where, item in placed:
        if item.id in seen:
            first = seen[item.id].rpartition("/")[2]
            raise InputError(
                f"{where} id: '{item.id}' is already the id of {first}; give each item its own id"
            )
        seen[item.id] = where
        yield item


def _words(item: Item) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Field and text of all words of an item that may be shown, with a pattern of forbidden
    characters."""
    yield "id", item.id, _NOT_IN_LINE
    yield "subject", item.subject, _NOT_IN_LINE
    yield "target", item.target or "", _NOT_IN_LINE
    for n, turn in enumerate(item.speech):
        yield f"speech.{n}.speaker", turn.speaker, _NOT_IN_LINE
        yield f"speech.{n}.alias", turn.alias or "", _NOT_IN_LINE
        yield f"speech.{n}.text", turn.text, _NOT_IN_TEXT
    for source, transcript in item.gestures.items():
        for n, gesture in enumerate(transcript.gestures):
            yield f"gestures.{source}.gestures.{n}.label", gesture.label, _NOT_IN_LINE
