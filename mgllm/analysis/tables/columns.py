"""A table before any format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")
Column = tuple[str, Callable[[R], str]]
"""Header, and the words of a row's cell."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it, before any format."""

    title: str
    """What it shows."""
    header: tuple[str, ...]
    """The header of each column."""
    rows: tuple[tuple[str, ...], ...]
    """Cells; the first columns are names, the others numbers."""
    names: int = 1
    """How many columns are names: aligned left, the others right."""
    remarks: tuple[str, ...] = ()
    """Lines directly below."""
    strong: tuple[str, ...] = ()
    """Lines below those, in bold: only supported claims."""
    name: str = ""
    """Its name for `compare --table`; empty if it cannot be asked for."""
    label: str = ""
    """Its label in LaTeX, if two tables have the same name."""


class TableSpec(Generic[R]):
    """The columns of a table, each a function of the row; a column empty in every row is left out.

    Args:
        title: what it shows.
        names: how many columns are names.
        columns: each a header and its cell, or a function that makes a group of columns from a
        table's rows.
        name: its name for `compare --table`.
    """

    def __init__(
        self,
        title: str,
        *,
        names: int,
        columns: Sequence[Column[R] | Callable[[Sequence[R]], Iterable[Column[R]]]],
        name: str = "",
    ) -> None:
        self.title = title
        self.names = names
        self.name = name
        self._columns = columns

    def table(self, rows: Sequence[R], remarks: Iterable[str] = (), strong: Iterable[str] = ()) -> Table:
        """The rows in this table's columns."""
        groups = [made(rows) if callable(made) else [made] for made in self._columns]
        columns = [column for group in groups for column in group]
        cells = [[cell(row) for row in rows] for _, cell in columns]
        shown = [n for n, column in enumerate(cells) if n < self.names or any(column)]
        return Table(
            title=self.title,
            header=tuple(columns[n][0] for n in shown),
            rows=tuple(zip(*(cells[n] for n in shown), strict=True)),
            names=self.names,
            remarks=tuple(remarks),
            strong=tuple(strong),
            name=self.name,
        )
