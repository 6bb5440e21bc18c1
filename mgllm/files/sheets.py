"""Spreadsheets (`.xlsx`), read with openpyxl: the rows of one sheet. They are untrusted: sizes are
limited, nothing is calculated, and nothing outside the file is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mgllm.errors import InputError, unknown
from mgllm.files.archives import refuse_bomb
from mgllm.files.opening import open_file

MOST_BYTES = 500_000_000
"""Bytes of all parts of a spreadsheet, unpacked: as of a json file."""
PART_BYTES = 10_000_000
"""Of a part that is not a table, such as its styles: all of it is in memory at once."""
MOST_ROWS, MOST_CELLS = 1_048_576, 10_000_000
"""Rows that spreadsheet programs can have, and cells of a sheet, empty ones too."""
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
    refuse_huge(path, source)
    books: list[Any] = []
    try:
        for computed in (True, False):
            books.append(openpyxl.load_workbook(path, read_only=True, data_only=computed, keep_links=False))
        values, formulas = books
        name = _sheet(values, source, wanted)
        rows = zip(rows_of(values[name], source), rows_of(formulas[name], source), strict=True)
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


def refuse_huge(path: Path, source: str) -> None:
    """Refuse a file that would take much memory.

    Raises:
        InputError: it would, or it is not a zip file.
    """
    try:
        with open_file(path) as file, ZipFile(file) as parts:
            refuse_bomb(parts, source, MOST_BYTES)
            sizes = {part.filename: part.file_size for part in parts.infolist()}
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{source} is not an xlsx file ({said}); save the table as xlsx or csv") from None
    if large := [name for name, size in sizes.items() if size > PART_BYTES and not _is_table(name)]:
        what = f"has a part '{large[0]:.60}' of {sizes[large[0]]:,} bytes, which is not a table"
        raise InputError(f"{source} {what}; save it as csv")


def _is_table(part: str) -> bool:
    """Whether a part is read row by row: the others are read into memory."""
    return part.startswith("xl/worksheets/") or part == "xl/sharedStrings.xml" or "/media/" in part


def rows_of(sheet: Any, source: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet, as long as their last cells: what it says about its size may be wrong.

    Raises:
        InputError: they are more than a spreadsheet can have, or too many cells.
    """
    sheet.reset_dimensions()
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells += len(row)
        if number > MOST_ROWS or cells > MOST_CELLS:
            what = f"{MOST_ROWS:,} rows" if number > MOST_ROWS else f"{MOST_CELLS:,} cells"
            raise InputError(f"{source} sheet '{sheet.title:.60}' has more than {what}; save it as csv")
        yield row


def _sheet(book: Any, source: str, wanted: str | None) -> str:
    """The sheet to read."""
    full = [sheet.title for sheet in book.worksheets if _has_rows(sheet, source)]
    if wanted is not None:
        if wanted not in book.sheetnames:
            raise InputError(f"{source}: {unknown('sheet', wanted, book.sheetnames)}")
        return wanted
    if len(full) > 1:
        shown = ", ".join(f"'{name}'" for name in full)
        raise InputError(f"{source} has {len(full)} sheets: {shown}; name one, as '{source}#{full[0]}'")
    return full[0] if full else str(book.sheetnames[0])


def _has_rows(sheet: Any, source: str) -> bool:
    return any(cell.value is not None for row in rows_of(sheet, source) for cell in row)


def _value(cell: Any, written: Any, source: str) -> Cell:
    value: Cell = cell.value
    where = f"{source} cell {getattr(cell, 'coordinate', '')}"
    if value is None and written.value is not None:
        raise InputError(f"{where} has a formula without a value; save the file in a spreadsheet program")
    if getattr(cell, "data_type", "") == "e":
        raise InputError(f"{where} has the error {value}; repair it, or empty the cell")
    return value
