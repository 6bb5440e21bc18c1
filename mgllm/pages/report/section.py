"""A part of the page: words, pictures, and each picture's numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from markupsafe import Markup

from mgllm.pages.report.content import PageTable
from mgllm.records import RowName


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the numbers behind it."""

    caption: str
    """What it is about."""
    svg: Markup
    """The drawing; it says in words what it shows."""
    tables: Sequence[PageTable]
    """Its numbers."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    id: str
    """Its anchor."""
    heading: str
    """Its heading."""
    lead: str
    """How to read it."""
    pictures: Sequence[Picture] = ()
    """Drawings, each with its table."""
    tables: Sequence[tuple[str, Sequence[PageTable]]] = ()
    """Tables shown openly, under a heading each."""


class AboutRow(Protocol):
    """Anything that stands in a row of the tables."""

    @property
    def row(self) -> RowName:
        """What the row is about."""


T = TypeVar("T", bound=AboutRow)


def picture_per_row(
    name: str, found: Iterable[T], draw: Callable[[str, RowName, list[T]], Picture | None]
) -> tuple[Picture, ...]:
    """What is found, drawn row by row in the order of their first appearance.

    Args:
        name: of the pictures; a number makes each one's own.
        found: what is drawn.
        draw: a picture from its name, the row and what is found there; null where there is nothing to see.
    """
    by_row: dict[RowName, list[T]] = {}
    for each in found:
        by_row.setdefault(each.row, []).append(each)
    drawn = (draw(f"{name}{nth}", row, there) for nth, (row, there) in enumerate(by_row.items()))
    return tuple(picture for picture in drawn if picture is not None)
