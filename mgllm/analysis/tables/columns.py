"""What a table is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it, before any format."""

    title: str
    """What it shows."""
    header: tuple[str, ...]
    """One word or two per column."""
    rows: tuple[tuple[str, ...], ...]
    """Cells; the first columns are names, the others numbers."""
    names: int
    """How many columns are names: set left, the others right."""
    remarks: tuple[str, ...] = ()
    """Lines directly beneath."""
    strong: tuple[str, ...] = ()
    """Lines beneath those, in bold: supported claims alone."""


class TableSpec(Generic[R]):
    """The columns of a table, each a function of the row; a column empty in every row is left out."""

    def __init__(self, title: str, *, names: int) -> None:
        self.title = title
        self.names = names
        self._columns: list[tuple[str, Callable[[R], str]]] = []

    def column(self, header: str) -> Callable[[Callable[[R], str]], Callable[[R], str]]:
        """Decorator: the function's words are the cells under `header`."""

        def add(cell: Callable[[R], str]) -> Callable[[R], str]:
            self._columns.append((header, cell))
            return cell

        return add

    def table(self, rows: Sequence[R], remarks: Iterable[str] = (), strong: Iterable[str] = ()) -> Table:
        """The rows in this table's columns."""
        cells = [[cell(row) for row in rows] for _, cell in self._columns]
        shown = [n for n, column in enumerate(cells) if n < self.names or any(column)]
        return Table(
            title=self.title,
            header=tuple(self._columns[n][0] for n in shown),
            rows=tuple(zip(*(cells[n] for n in shown), strict=True)),
            names=self.names,
            remarks=tuple(remarks),
            strong=tuple(strong),
        )
