"""Cells of csv files that no spreadsheet takes for formulas, and back."""

from __future__ import annotations

import math

FORMULA = tuple("=+-@\t\r\n＝＋－＠'")
"""A spreadsheet takes a cell that begins with one of these for a formula, or drops it (the
apostrophe). OWASP, CSV Injection."""


def guarded(cell: str) -> str:
    """A cell with an apostrophe before it if a spreadsheet would take it for a formula; numbers
    stay.

    >>> guarded("=1+1"), guarded("-1.5"), guarded("head up")
    ("'=1+1", '-1.5', 'head up')
    """
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def unguarded(cell: str) -> str:
    """The cell before `guarded` changed it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _is_number(cell: str) -> bool:
    try:
        return cell.isascii() and math.isfinite(float(cell)) and cell == cell.strip()
    except ValueError:
        return False
