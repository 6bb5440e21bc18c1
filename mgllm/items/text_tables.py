"""Item sets in csv, json and xlsx files. Texts stay as they are written, even an id 007, 1e5 or
2024-01-05."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mgllm.errors import InputError
from mgllm.files.encodings import encoding_problem
from mgllm.files.json_files import decode, parse_json, read_at_most, read_json_lines
from mgllm.files.sheets import Cell, read_sheet
from mgllm.files.tables import MAX_CELL, csv_rows, repeated, text_lines
from mgllm.items.rows import check_columns, row_content
from mgllm.records import Item

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""Separators of cells, in words."""
MAX_BYTES = 500_000_000
"""Largest json file: all of it is in memory at once; JSONL is read line by line."""


def read_csv_items(path: Path, source: str) -> Iterator[tuple[str, object]]:
    """Place ("FILE row N", from 1) and content of each row below the header; all cells are text.

    Cells may be separated by commas, semicolons (as spreadsheets write them where a comma is the
    decimal sign) or tabs.

    Args:
        path: the file.
        source: what errors call it.

    Raises:
        InputError: it is not csv in UTF-8, or a row has more or fewer cells than the header.
    """
    with text_lines(path, source) as file:
        separator = _separator(file.readline(MAX_CELL))
        file.seek(0)
        table = csv_rows(file, Path(source), separator=separator, refusal=" cannot be read as csv")
        rows = (cells for _, cells in table if cells)
        header = next(rows, [])
        _check_header(header, source)
        for n, cells in enumerate(rows, start=1):
            if n == 1:
                check_columns(header, source)
            where = f"{source} row {n}"
            if len(cells) != len(header):
                what = f"has {len(cells)} cells, the header {len(header)}"
                raise InputError(f"{where} {what}; put text with {_NAMES[separator]} in quotes")
            named = dict(zip(header, (cell or None for cell in cells), strict=True))
            yield where, row_content(named, where)


def read_xlsx_items(path: Path, source: str, sheet: str | None = None) -> Iterator[tuple[str, object]]:
    """Place ("FILE row N", from 1) and content of each row below the header of a spreadsheet.

    Args:
        path: the file.
        source: what errors call it.
        sheet: its name, where several have rows.

    Raises:
        InputError: it cannot be read, it is not clear which sheet is meant, or a row has more cells
            than the header.
    """
    rows = read_sheet(path, source, sheet)
    header = [str(cell or "").strip() for cell in next(rows, (1, []))[1]]
    _check_header(header, source)
    for n, (line, cells) in enumerate(rows, start=1):
        if n == 1:
            check_columns(header, source)
        where = f"{source} row {line - 1}"
        if len(cells) > len(header):
            raise InputError(f"{where} has {len(cells)} cells, the header {len(header)}")
        filled = [*cells, *[None] * (len(header) - len(cells))]
        named = {name: None if cell == "" else cell for name, cell in zip(header, filled, strict=True)}
        yield where, row_content(_as_text(named), where)


def _as_text(row: dict[str, Cell]) -> dict[str, Cell]:
    """Numbers that stand for words become text: a spreadsheet writes the speech "42" as a
    number."""
    words = ("speech", "notes")
    return {
        name: str(cell) if name in words and isinstance(cell, int | float) else cell
        for name, cell in row.items()
    }


def read_json_items(path: Path, source: str) -> Iterator[tuple[str, object]]:
    """Place and content of each item of a json file: a list of objects, one object, or one on each
    line.

    Args:
        path: the file.
        source: what errors call it.

    Raises:
        InputError: it is not JSON in UTF-8, is too large, or has a value that is not plain under an
            unknown name.
    """
    for where, value in _json_values(path, source):
        if isinstance(value, dict):
            _check_values(value, where)
            yield where, row_content(value, where)
        else:
            yield where, value


def _separator(header: str) -> str:
    """What separates the cells: the sign that the header has most of, or else a comma."""
    return max(",;\t", key=header.count)


def _check_header(header: list[str], source: str) -> None:
    if "\0" in "".join(header):
        problem = encoding_problem(",".join(header).encode()) or ""  # a sign between, or bytes shift
        said = "has NUL bytes, so it is not a csv file; save it as csv in UTF-8"
        raise InputError(f"{source} {problem if 'UTF-16' in problem else said}")
    twice = sorted({*repeated(header), *(name for name in header if not name.strip())})
    if twice:
        problem = f"two columns are called '{twice[0]}'" if twice[0].strip() else "a column has no name"
        raise InputError(f"{source}:1 {problem}; give each column its own name")


def _json_values(path: Path, source: str) -> Iterator[tuple[str, object]]:
    text = decode(read_at_most(path, MAX_BYTES, "an item file"), source).removeprefix("\ufeff").strip()
    if not text:
        return
    try:
        content = parse_json(text, source)
    except InputError as error:
        if text.startswith("[") or "Extra data" not in str(error):
            raise
        yield from read_json_lines(path, source)
        return
    values = content if isinstance(content, list) else [content]
    yield from ((f"{source} row {n}", value) for n, value in enumerate(values, start=1))


def _check_values(row: dict[str, Any], where: str) -> None:
    for name, value in row.items():
        if name not in Item.model_fields and isinstance(value, dict | list):
            raise InputError(
                f"{where} '{name}' is not a field of an item, and its value is not plain; remove it"
            )
