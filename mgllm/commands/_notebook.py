"""Tables as html for a notebook, which sets every cell to the right and headings very large."""

from __future__ import annotations

import re

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])( scope=\"\w+\")?>([^<]*)")


def for_notebook(tables: str) -> str:
    """Columns of words set to the left, headings as small as an output may have them.

    Args:
        tables: as `render(summary, "html")` makes it; its words are escaped and stay so.
    """
    return re.sub("(?<=[</])h2>", "h4>", _TABLE.sub(lambda found: _aligned(found[0]), tables))


def _aligned(table: str) -> str:
    _, *body = [[cell[3] for cell in _CELL.finditer(row)] for row in _ROW.findall(table)]
    left = [_is_words(column) for column in zip(*body, strict=True)]
    return _ROW.sub(lambda row: _row(row[0], left), table)


def _row(row: str, left: list[bool]) -> str:
    columns = iter(left)
    return _CELL.sub(
        lambda cell: (
            f'<{cell[1]}{cell[2] or ""} style="text-align: left">{cell[3]}' if next(columns) else cell[0]
        ),
        row,
    )


def _is_words(column: tuple[str, ...]) -> bool:
    """Whether no cell begins like a number."""
    cells = [cell for cell in column if cell]
    return bool(cells) and all(cell[0].isalpha() for cell in cells)
