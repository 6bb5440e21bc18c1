"""Cells of a csv: numbers as they are, untrusted text so that no spreadsheet runs it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

Value = str | int | float | bool | None

RUN_BY_SPREADSHEETS = tuple("=+-@\t\r\n＝＋－＠")
"""Beginnings that make a cell a formula in Excel, LibreOffice and Google Sheets (OWASP, CSV
Injection)."""


def safe(value: Value) -> Value:
    """A cell that is not a formula: text that begins like one gets an apostrophe before it, numbers
    never.

    >>> safe("=1+1"), safe(-1.5), safe("text+mg")
    ("'=1+1", -1.5, 'text+mg')
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN_BY_SPREADSHEETS) else value


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Value]]) -> str:
    """A csv with the header first."""
    text = _Lines()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(name) for name in header])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()


class _Lines(StringIO):
    """Ends lines with "\\n". The writer is set to "\\r\\n", so that it quotes cells that contain
    either."""

    def write(self, line: str) -> int:
        """One row."""
        return super().write(f"{line.removesuffix(chr(13) + chr(10))}\n")
