"""Spreadsheets (`.xlsx`), read with openpyxl: the rows of one sheet. They are untrusted: sizes are
limited, nothing is calculated, and nothing outside the file is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mgllm.errors import InputError, unknown

MOST_BYTES = 500_000_000
"""Bytes of all parts of a spreadsheet, unpacked: as of a json file."""
_INSTALL = "in the clone, pip install '.[xlsx]'; or save the table as csv in UTF-8"
Cell = str | int | float | bool | date | datetime | time | None


def read_sheet(path: Path, source: str, wanted: str | None = None) -> Iterator[tuple[int, list[Cell]]]:
    """Number, from 1, and cells of each row with a value; empty cells at its end are left out.

    Of the wanted sheet, or of the only one that has values.

    Raises:
        InputError: it is not a spreadsheet, is too large, has several sheets with rows, a formula
            without its value or an error in a cell; or openpyxl is not installed.
    """
    openpyxl = _library(source)
    _refuse_huge(path, source)
    books: list[Any] = []
    try:
        for computed in (True, False):
            books.append(openpyxl.load_workbook(path, read_only=True, data_only=computed, keep_links=False))
        values, formulas = books
        name = _sheet(values, source, wanted)
        rows = zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=True)
        for number, (cells, written) in enumerate(rows, 1):
            row = [_value(cell, other, source) for cell, other in zip(cells, written, strict=True)]
            last = max((place for place, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
            if last:  # programs write empty cells where only a colour is set
                yield number, row[:last]
    except InputError:
        raise
    except Exception as error:  # a reader of untrusted files may raise anything; --debug shows all of it
        reason = str(error).splitlines()[:1] or [type(error).__name__]
        raise InputError(f"{source} cannot be read as xlsx: {reason[0][:200]}; save it as csv") from error
    finally:
        for book in books:
            book.close()


def _library(source: str) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise InputError(f"{source} is a spreadsheet and needs openpyxl: {_INSTALL}") from None
    return openpyxl


def _refuse_huge(path: Path, source: str) -> None:
    try:
        with ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (BadZipFile, OSError) as error:
        raise InputError(f"{source} is not an xlsx file ({error}); save the table as xlsx or csv") from None
    if size > MOST_BYTES:
        raise InputError(f"{source} has {size:,} bytes unpacked, more than {MOST_BYTES:,}; save it as csv")


def _sheet(book: Any, source: str, wanted: str | None) -> str:
    """The sheet to read."""
    full = [sheet.title for sheet in book.worksheets if _has_rows(sheet)]
    if wanted is not None:
        if wanted not in book.sheetnames:
            raise InputError(f"{source}: {unknown('sheet', wanted, book.sheetnames)}")
        return wanted
    if len(full) > 1:
        shown = ", ".join(f"'{name}'" for name in full)
        raise InputError(f"{source} has {len(full)} sheets: {shown}; name one, as '{source}#{full[0]}'")
    return full[0] if full else str(book.sheetnames[0])


def _has_rows(sheet: Any) -> bool:
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _value(cell: Any, written: Any, source: str) -> Cell:
    value: Cell = cell.value
    where = f"{source} cell {getattr(cell, 'coordinate', '')}"
    if value is None and written.value is not None:
        raise InputError(f"{where} has a formula without a value; save the file in a spreadsheet program")
    if getattr(cell, "data_type", "") == "e":
        raise InputError(f"{where} has the error {value}; repair it, or empty the cell")
    return value
