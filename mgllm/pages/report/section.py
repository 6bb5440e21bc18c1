"""A part of the page: words, pictures, and each picture's numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from markupsafe import Markup

from mgllm.records import Figures, Gesture, Prompt, Record, RowName, RunManifest, Summary, Turn


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


@dataclass(frozen=True, slots=True)
class PageItem:
    """What an item file says beside the records: times of gestures and speech."""

    gestures: tuple[Gesture, ...] = ()
    """Those of the source that the run told."""
    turns: tuple[Turn, ...] = ()
    """The speech."""
    duration: float | None = None
    """Length of the recording in seconds."""


@dataclass(frozen=True, slots=True)
class PageRun:
    """A run as the page shows it."""

    manifest: RunManifest
    """What it was."""
    records: Sequence[Record]
    """The last of every key."""
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    """By sha256; empty where they are not stored or not to be shown."""
    items: Mapping[tuple[str, str], PageItem] = field(default_factory=dict)
    """By scenario and item id, where an item file is at hand."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as people read it."""

    title: str
    """What it shows."""
    header: tuple[str, ...]
    """One word or two per column."""
    rows: tuple[tuple[str, ...], ...]
    """Cells."""
    names: int = 1
    """How many columns are names; the others are numbers."""
    remarks: tuple[str, ...] = ()
    """Lines beneath."""
    strong: tuple[str, ...] = ()
    """Lines beneath those, in bold: supported claims alone."""


@dataclass(frozen=True, slots=True)
class PageAccount:
    """What one row of the tables found, in sentences, and its tables."""

    heading: str
    """Scenario, model and how it was asked."""
    sentences: tuple[str, ...]
    """What was found."""
    claims: tuple[str, ...]
    """What was claimed and is not shown, or not tested."""
    supported: tuple[str, ...] = ()
    """Claims that are supported: these alone stand in bold."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """Everything that a page shows."""

    runs: Sequence[PageRun]
    """The runs, in order."""
    summary: Summary
    """The numbers."""
    figures: Figures
    """What is drawn beside them."""
    accounts: Sequence[PageAccount]
    """The numbers in words."""
    arm_tables: Mapping[str, Sequence[PageTable]]
    """By heading: what was answered, and how well."""
    other_tables: Mapping[str, Sequence[PageTable]]
    """By heading: differences and all that stands beside them."""
    gesture_tables: Mapping[str, Sequence[PageTable]] = field(default_factory=dict)
    """By heading: what each gesture gives."""
    claim_tables: Sequence[PageTable] = ()
    """All claims of the page, with what many comparisons cost."""
    texts_left_out: bool = False
    """Prompts and replies were left out on request."""
