"""A part of the page: words, pictures, and each picture's numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mgllm.report.content import PageTable


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
