"""What a table is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")
Column = tuple[str, Callable[[R], str]]
"""Header, and a row's words beneath it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it, before any format."""

    title: str
    """What it shows."""
    header: tuple[str, ...]
    """One word or two per column."""
    rows: tuple[tuple[str, ...], ...]
    """Cells; the first columns are names, the others numbers."""
    names: int = 1
    """How many columns are names: set left, the others right."""
    remarks: tuple[str, ...] = ()
    """Lines directly beneath."""
    strong: tuple[str, ...] = ()
    """Lines beneath those, in bold: supported claims alone."""
    name: str = ""
    """What `compare --table` calls it; an empty word where it cannot be asked for."""
    label: str = ""
    """What its label in LaTeX says instead, where two tables have one name."""


class TableSpec(Generic[R]):
    """The columns of a table, each a function of the row; a column empty in every row is left out.

    Args:
        title: what it shows.
        names: how many columns are names.
        columns: each a header and its words, or a function that says a group of them from a table's rows.
        name: what `compare --table` calls it.
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
