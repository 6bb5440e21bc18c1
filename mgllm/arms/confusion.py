"""A recogniser's mistakes, read from a CSV file: what it says for each true gesture, misses, false alarms.

    true,frown,smile,missed
    frown,8,1,1
    smile,0.5,9,0.5
    (none),0.3,0.1,

First column: the true label; other columns: what was said instead, in counts or shares (rows are
normalised); `missed`: nothing was said. The row `(none)` holds the expected number of false alarms per item.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from mgllm.errors import InputError
from mgllm.files.tables import csv_rows
from mgllm.records import Frozen

MISSED = "missed"
NONE = "(none)"
MAX_BYTES = 1_000_000


class Confusion(Frozen):
    """What a recogniser says for each true gesture."""

    rows: Mapping[str, Mapping[str, float]]
    """By true label: probability of each label said, and of `missed`; each row sums to 1."""
    false_alarms: Mapping[str, float] = {}
    """Expected number per item of each label said where there was nothing, at level 1."""


def load_confusion(path: Path) -> Confusion:
    """Read a confusion file.

    Raises:
        InputError: not readable, no table, or a row that does not fit; with file and line.
    """
    lines = _lines(path)
    line, header = next(lines, (1, []))
    said = [name.strip() for name in header[1:]]
    if not said or "" in said or NONE in said:
        raise InputError(f"{path}:{line} is no header; write 'true,LABEL,LABEL,…,{MISSED}'")
    _refuse_twice(path, line, said, "column")
    rows: dict[str, Mapping[str, float]] = {}
    for line, cells in lines:
        name, shares = cells[0].strip(), _shares(path, line, cells, said)
        _refuse_twice(path, line, [*rows, name], "row")
        rows[name] = shares if name == NONE else _normalised(path, line, shares)
    false_alarms = dict(rows.pop(NONE, {}))
    if false_alarms.pop(MISSED, 0):
        raise InputError(f"{path} row '{NONE}' has a number under '{MISSED}'; leave it empty")
    if not rows:
        raise InputError(f"{path} holds no row with a true label; write one for each gesture")
    return Confusion(rows=rows, false_alarms=false_alarms)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not blank."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES:,} bytes; a confusion table is not")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from None
    for line, cells in csv_rows(StringIO(text, newline=""), path, refusal=":{line} is not valid CSV"):
        if any(cell.strip() for cell in cells):
            yield line, cells


def _shares(path: Path, line: int, cells: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """The numbers of a row by what is said; empty cells are 0."""
    if not cells[0].strip():
        raise InputError(f"{path}:{line} has no true label in its first column")
    if len(cells) != len(said) + 1:
        raise InputError(f"{path}:{line} has {len(cells)} cells, the header {len(said) + 1}")
    return {name: _share(path, line, name, cell) for name, cell in zip(said, cells[1:], strict=True)}


def _share(path: Path, line: int, name: str, cell: str) -> float:
    try:
        value = float(cell) if cell.strip() else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1e9:
        raise InputError(f"{path}:{line} column '{name}' holds '{cell}'; write a number of 0 or more")
    return value


def _normalised(path: Path, line: int, shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    if total <= 0:
        raise InputError(f"{path}:{line} sums to 0; say what becomes of this gesture")
    return {name: share / total for name, share in shares.items()}


def _refuse_twice(path: Path, line: int, names: Sequence[str], what: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}:{line} {what} '{twice}' stands twice")
