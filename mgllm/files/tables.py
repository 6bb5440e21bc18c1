"""Tables as csv, read strictly: with a header, as annotation tools and spreadsheets write them, or
not."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.files.encodings import encoding_problem
from mgllm.files.text_files import annotation_text
from mgllm.records import Frozen

MAX_CELL = 5_000_000
"""Characters of the longest cell that is read: as long as a line of JSON."""
BLOCK = 2000
"""Rows of numbers that are read at a time: some 6 MB of Python's numbers with a hundred columns."""
_NOTHING = {"", "na", "nan"}


def csv_rows(
    lines: Iterable[str],
    path: Path,
    *,
    separator: str = ",",
    strict: bool = True,
    refusal: str = ":{line} is not csv",
) -> Iterator[tuple[int, list[str]]]:
    """The number of the last line and the cells of each row; a blank line has no cells.

    Args:
        lines: with their line ends; without them only if no cell contains one.
        path: named in errors.
        separator: between two cells.
        strict: refuse quotes that are inside a cell or never closed.
        refusal: what an error says after the path if it is not csv.

    Raises:
        InputError: it is not csv.
    """
    csv.field_size_limit(MAX_CELL)  # the library's own limit, 131,072, is less than an hour of speech
    reader = csv.reader(lines, delimiter=separator, strict=strict)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(f"{path}{refusal.format(line=reader.line_num)}: {error}") from None


def read_csv(path: Path, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row of a file in UTF-8, read row by row.

    Raises:
        InputError: it cannot be read, or is not csv.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv_rows(file, path, strict=strict, refusal=" cannot be read as csv")
    except UnicodeDecodeError as error:
        problem = encoding_problem(path.read_bytes()) or f"cannot be read as csv: {error}"
        raise InputError(f"{path} {problem}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read as csv: {error}") from None


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    r"""Rows as csv, with lines that end in \n.

    >>> csv_text([("label", "start"), ("nod, slow", 0.5)])
    'label,start\n"nod, slow",0.5\n'
    """
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def named_cells(where: str, header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cell by column.

    Raises:
        InputError: there are more or fewer cells than columns.
    """
    if len(cells) != len(header):
        raise InputError(f"{where} has {len(cells)} cells, the header has {len(header)}")
    return dict(zip(header, cells, strict=True))


def refuse_twice(path: Path, header: Sequence[str], names: Iterable[str] | None = None) -> None:
    """Refuse a column that a header has twice; only of `names` if they are given.

    Raises:
        InputError: a column is there twice.
    """
    for name in sorted(set(header)) if names is None else names:
        if header.count(name) > 1:
            raise InputError(f"{path}:1 has the column '{name}' twice")


class Row(Frozen):
    """One row."""

    where: str
    """FILE:LINE."""
    cells: Mapping[str, str]
    """Cell by column, without white space at its ends."""
    comma: bool = False
    """Whether decimals may have a comma, as in spreadsheets that separate cells with semicolons."""

    def number(self, column: str, *, negative: bool = False) -> float | None:
        """The number in a cell; None if it is empty or NA, or there is no such column.

        Raises:
            InputError: it is not a number, or it is infinite, or below 0 where it may not be.
        """
        text = self.cells.get(column, "")
        if text.casefold() in _NOTHING:
            return None
        try:
            value = float(text.replace(",", ".") if self.comma else text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and (negative or value >= 0)):
            raise InputError(f"{self.where} {column}: must be a number, 0 or more (given '{text:.30}')")
        return value


def read_rows(
    path: Path, needed: Sequence[str], hint: str, optional: Sequence[str] = ()
) -> tuple[list[str], list[Row]]:
    """The columns of a table, and its rows; rows without any text are skipped.

    Needed and optional columns may be in capitals; the rows spell them as `needed` and `optional`
    do.

    Raises:
        InputError: not csv, a row of another length, or a needed column is there twice or missing
            (then with `hint`).
    """
    lines = StringIO(annotation_text(path), newline="")
    separator = max("\t;,", key=lines.readline().count)
    lines.seek(0)
    table = csv_rows(lines, path, separator=separator)
    spelled = {name.casefold(): name for name in (*needed, *optional)}
    header = [spelled.get(cell.strip().casefold(), cell.strip()) for cell in next(table, (1, []))[1]]
    refuse_twice(path, header, spelled.values())
    if missing := [name for name in needed if name not in header]:
        raise InputError(f"{path}:1 has no column '{missing[0]}'; {hint}")
    rows = []
    for line, given in table:
        cells = [cell.strip() for cell in given]
        if any(cells):
            named = named_cells(f"{path}:{line}", header, cells)
            rows.append(Row(where=f"{path}:{line}", cells=named, comma=separator == ";"))
    return header, rows


def read_numbers(
    path: Path, columns: int, *, skip: int = 0, header: Sequence[str] = ()
) -> NDArray[np.float64]:
    """[rows, columns] of a comma-separated file without header, the first `skip` columns left out.

    Empty cells and `nan` are NaN. A first line that is `header`, also in capitals, is skipped.

    Raises:
        InputError: it cannot be read, or a row has another number of columns; names the line.
    """
    blocks = list(number_blocks(path, columns, skip=skip, header=header))
    return np.concatenate([np.empty((0, columns)), *blocks])


def number_blocks(
    path: Path, columns: int, *, skip: int = 0, header: Sequence[str] = ()
) -> Iterator[NDArray[np.float64]]:
    """The rows of `read_numbers`, some thousand at a time, so that a long file needs little
    memory."""
    rows: list[list[float]] = []
    spelled = [name.casefold() for name in header]
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line, text in enumerate(file, 1):
                cells = text.strip().split(",")[skip:]
                if cells == [""] or not text.strip():
                    continue
                if line == 1 and header and [cell.strip().casefold() for cell in cells] == spelled:
                    continue
                if len(cells) != columns:
                    what = f"has {len(cells) + skip} columns, not {columns + skip}"
                    raise InputError(f"{path}:{line} {what}")
                rows.append(_numbers(path, line, cells))
                if len(rows) == BLOCK:
                    yield np.array(rows, dtype=np.float64)
                    rows = []
    except UnicodeDecodeError as error:
        problem = encoding_problem(path.read_bytes()) or f"cannot be read: {error}"
        raise InputError(f"{path} {problem}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    if rows:
        yield np.array(rows, dtype=np.float64)


def read_intervals(path: Path, header: Sequence[str] = ()) -> list[tuple[int, int, int]]:
    """Class id, first and last frame of every row of a label file, which may begin with `header`.

    Raises:
        InputError: a value is not a whole number, or an interval ends before it starts; names the
            line.
    """
    numbers = read_numbers(path, 3, header=header)
    if not (np.isfinite(numbers).all() and (numbers == np.rint(numbers)).all()):
        raise InputError(f"{path}: each row must be three whole numbers: class id, start, end")
    rows = [(int(a), int(b), int(c)) for a, b, c in numbers]
    for line, (_, start, end) in enumerate(rows, 1):
        if end < start or start < 0:
            raise InputError(f"{path} row {line}: impossible times: frames {start} to {end}")
    return rows


def _numbers(path: Path, line: int, cells: list[str]) -> list[float]:
    try:
        return list(map(float, cells))
    except ValueError:
        pass  # an empty cell, or a text
    try:
        return [float(cell) if cell.strip() else np.nan for cell in cells]
    except ValueError as error:
        raise InputError(f"{path}:{line}: {error}") from None
