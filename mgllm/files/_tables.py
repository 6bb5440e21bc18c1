"""Plain tables of numbers without a header, as micro-gesture sets hand out skeletons and labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, one_line


def read_numbers(
    path: Path, columns: int, *, skip: int = 0, header: Sequence[str] = ()
) -> NDArray[np.float64]:
    """[rows, columns] of a comma-separated file without header, the first `skip` columns left out.

    Empty cells and `nan` are NaN. A first line that is `header`, in any case, is passed over.

    Raises:
        InputError: it cannot be read, or a row has other columns; names the line.
    """
    rows = []
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
                    raise InputError(one_line(f"{path}:{line} {what}"))
                rows.append(_numbers(f"{path}:{line}", cells))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(one_line(f"{path} cannot be read: {error}")) from None
    return np.array(rows, dtype=np.float64).reshape(-1, columns)


def read_intervals(path: Path, header: Sequence[str] = ()) -> list[tuple[int, int, int]]:
    """Class id, first and last frame of every row of a label file, which may begin with `header`.

    Raises:
        InputError: a value is no whole number, or an interval ends before it starts; names the line.
    """
    numbers = read_numbers(path, 3, header=header)
    if not (np.isfinite(numbers).all() and (numbers == np.rint(numbers)).all()):
        raise InputError(one_line(f"{path}: each row must be three whole numbers: class id, start, end"))
    rows = [(int(a), int(b), int(c)) for a, b, c in numbers]
    for line, (_, start, end) in enumerate(rows, 1):
        if end < start or start < 0:
            raise InputError(one_line(f"{path} row {line}: frames {start} to {end} are no interval"))
    return rows


def _numbers(where: str, cells: list[str]) -> list[float]:
    try:
        return [float(cell) if cell.strip() else np.nan for cell in cells]
    except ValueError as error:
        raise InputError(one_line(f"{where}: {error}")) from None
