"""A confusion file: what a recogniser finds for each true gesture; `recognizer evaluate` writes
one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from mgllm.cues.vocabularies import Vocabulary
from mgllm.errors import InputError, unknown
from mgllm.files.formulas import unguarded
from mgllm.files.opening import file_bytes
from mgllm.files.tables import csv_rows, repeated
from mgllm.records import Frozen, Gesture

MISSED = "missed"
"""Column of a confusion file: the recogniser finds no gesture."""
NONE = "(none)"
"""Row of a confusion file: there was no gesture, so what is found is a false alarm."""
ROWS_FROM = "rows_from"
"""Column of a confusion file that says whose counts a row has; it is not read."""
MAX_BYTES = 1_000_000
"""Largest confusion file that is read: 100 by 100 cells of five characters are 50 kB."""


class Confusion(Frozen):
    """What a recogniser finds for each true gesture."""

    rows: Mapping[str, Mapping[str, float]]
    """By true label: probability of each label found, and of `missed`; each row sums to 1."""
    false_alarms: Mapping[str, float] = {}
    """By label, the expected number of false alarms per item at level 1."""

    def row(self, gesture: Gesture, vocabulary: Vocabulary) -> Mapping[str, float]:
        """What the gesture may become. Of a group without a row of its own: what its members become
        on average, by their groups.

        Raises:
            InputError: the gesture's label has no row.
        """
        if gesture.label in self.rows:
            return self.rows[gesture.label]
        members = [one for one, group in vocabulary.group_of.items() if group == gesture.label]
        rows = [self.rows[one] for one in members if one in self.rows]
        if gesture.level == "word" or not rows:
            raise InputError(f"--confusion {unknown('true label', gesture.label, self.rows)}")
        found: dict[str, float] = {}
        for row in rows:
            for label, share in row.items():
                group = vocabulary.group_of.get(label, label)
                found[group] = found.get(group, 0.0) + share / len(rows)
        return found


def load_confusion(path: Path) -> Confusion:
    """Read a confusion file.

    Raises:
        InputError: it cannot be read, is not a table, or has a wrong row; with file and line.
    """
    lines = _without_marks(path, _lines(path))
    line, header = next(lines, (1, []))
    said = [unguarded(name.strip()) for name in header[1:]]
    if not said or "" in said or NONE in said:
        raise InputError(f"{path}:{line} is not a header; write 'true,LABEL,LABEL,…,{MISSED}'")
    _refuse_twice(path, line, said, "column")
    rows: dict[str, Mapping[str, float]] = {}
    for line, cells in lines:
        name, shares = unguarded(cells[0].strip()), _shares(path, line, cells, said)
        if name in rows:
            _refuse_twice(path, line, [name, name], "row")
        rows[name] = shares if name == NONE else _normalised(path, line, shares)
    false_alarms = dict(rows.pop(NONE, {}))
    if false_alarms.pop(MISSED, 0):
        raise InputError(f"{path} row '{NONE}' has a number under '{MISSED}'; leave it empty")
    if not rows:
        raise InputError(f"{path} has no row with a true label; write a row for each gesture")
    return Confusion(rows=rows, false_alarms=false_alarms)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not blank."""
    try:
        raw = file_bytes(path)
        if len(raw) > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES:,} bytes, too large for a confusion table")
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read as UTF-8 text: {said}") from None
    for line, cells in csv_rows(StringIO(text, newline=""), path, refusal=":{line} is not valid CSV"):
        if any(cell.strip() for cell in cells):
            yield line, cells


def _without_marks(path: Path, lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The lines without the column `rows_from`."""
    line, header = next(lines, (1, []))
    names = [name.strip() for name in header]
    if ROWS_FROM not in names[1:]:
        yield line, header
        yield from lines
        return
    place = names.index(ROWS_FROM, 1)
    yield line, header[:place] + header[place + 1 :]
    for line, cells in lines:
        if len(cells) != len(header):
            raise InputError(_uneven(path, line, len(cells), len(header)))
        yield line, cells[:place] + cells[place + 1 :]


def _uneven(path: Path, line: int, cells: int, header: int) -> str:
    return f"{path}:{line} has {cells} cells, the header {header}; give each row as many cells"


def _shares(path: Path, line: int, cells: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """The numbers of a row by label found; empty cells are 0."""
    if not cells[0].strip():
        raise InputError(f"{path}:{line} has no true label in its first column")
    if len(cells) != len(said) + 1:
        raise InputError(_uneven(path, line, len(cells), len(said) + 1))
    return {name: _share(path, line, name, cell) for name, cell in zip(said, cells[1:], strict=True)}


def _share(path: Path, line: int, name: str, cell: str) -> float:
    try:
        value = float(cell) if cell.strip() else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1e9:
        raise InputError(f"{path}:{line} column '{name}' has '{cell:.30}'; write a number, 0 or more")
    return value


def _normalised(path: Path, line: int, shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    if total <= 0:
        raise InputError(f"{path}:{line} sums to 0; write what this gesture is taken for, or missed")
    return {name: share / total for name, share in shares.items()}


def _refuse_twice(path: Path, line: int, names: Sequence[str], what: str) -> None:
    if twice := repeated(names):
        raise InputError(f"{path}:{line} {what} '{twice[0]:.60}' appears twice; keep one of them")
