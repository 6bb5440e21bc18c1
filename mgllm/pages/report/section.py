"""A section of the page: words, pictures, and each picture's numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from markupsafe import Markup

from mgllm.analysis import Account
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.naming import apart
from mgllm.analysis.tables.verdict import ScenarioVerdict
from mgllm.pages.plots.look import NARROW, WIDE, Look
from mgllm.pages.plots.reasons import doubtful
from mgllm.pages.plots.svg import drawing, to_svg
from mgllm.records import ArmSummary, Figures, Gesture, Prompt, Record, RowName, RunManifest, Summary, Turn
from mgllm.registry import Shelf


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the numbers behind it."""

    caption: str
    """How it differs from others of its section; empty if there is only one."""
    svg: Markup
    """The drawing, with a description in words."""
    tables: Sequence[Table] = ()
    """Its numbers."""
    narrow: Markup | None = None
    """The same drawn for a phone; null if the drawing is narrow anyway."""
    further: Sequence[tuple[str, Sequence[Table]]] = ()
    """More numbers, each with a heading."""
    remarks: Sequence[str] = ()
    """Words of caution below it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page."""

    id: str
    """Its anchor."""
    heading: str
    """Its heading."""
    lead: str
    """How to read it."""
    pictures: Sequence[Picture] = ()
    """Drawings, each with its table."""
    tables: Sequence[tuple[str, Sequence[Table]]] = ()
    """Tables that are not folded, each with a heading."""
    order: int = 1000
    """Its place on the page: smaller ones come first, equal ones by name."""


class AboutRow(Protocol):
    """Anything with a row name."""

    @property
    def row(self) -> RowName:
        """The row name."""


T = TypeVar("T", bound=AboutRow)


def in_both_widths(
    draw: Callable[[Look], Any], name: str, title: str, description: str
) -> tuple[Markup, Markup]:
    """A drawing for a window and for a phone.

    Args:
        draw: makes a figure in the look asked for.
        name: unique on the page.
        title: what it shows.
        description: what a reader who cannot see it should know.
    """
    with drawing():
        wide = to_svg(draw(WIDE), name, title, description)
        return wide, to_svg(draw(NARROW), f"{name}-narrow", title, description)


def picture_per_row(
    name: str,
    found: Iterable[T],
    draw: Callable[[str, RowName, list[T]], Picture | None],
    arms: Iterable[ArmSummary] = (),
) -> tuple[Picture, ...]:
    """One picture for each row, in the order of their first appearance.

    Args:
        name: name of the pictures; a number is added to make it unique.
        found: what is drawn.
        draw: makes a picture from its name, the row and what is found there; null if there is
        nothing to see.
        arms: their flags are below the pictures if they make what is drawn unreliable.
    """
    by_row: dict[RowName, list[T]] = {}
    for each in found:
        by_row.setdefault(each.row, []).append(each)
    drawn = [(row, draw(f"{name}{nth}", row, there)) for nth, (row, there) in enumerate(by_row.items())]
    names, known = names_of(row for row, picture in drawn if picture is not None), list(arms)
    return tuple(
        replace(picture, caption=names[row.words], remarks=_cautions(row, by_row[row], known))
        for row, picture in drawn
        if picture is not None
    )


def _cautions(row: RowName, found: Iterable[AboutRow], arms: Iterable[ArmSummary]) -> tuple[str, ...]:
    """Each flag that makes a drawn arm unreliable, with the arms that have it."""
    drawn = {getattr(each, "arm", None) for each in found}
    about: dict[str, list[str]] = {}
    for arm in arms:
        for flag in arm.flags if arm.row == row and arm.arm in drawn else ():
            if doubtful([flag]):
                about.setdefault(flag, []).append(arm.arm)
    return tuple(f"{', '.join(names)}: {flag}." for flag, names in about.items())


def names_of(rows: Iterable[RowName]) -> Mapping[str, str]:
    """By a row's words, how it differs from the others of the page; empty if it is the only one,
    because the page's heading says it."""
    distinct = list(dict.fromkeys(rows))
    return {row.words: apart(row, distinct) if len(distinct) > 1 else "" for row in distinct}


@dataclass(frozen=True, slots=True)
class PageItem:
    """What an item file says in addition to the records: times of gestures and speech."""

    gestures: tuple[Gesture, ...] = ()
    """Gestures from the source that the run shows."""
    turns: tuple[Turn, ...] = ()
    """The speech."""
    duration: float | None = None
    """Length of the recording in seconds."""


@dataclass(frozen=True, slots=True)
class PageRun:
    """A run as the page shows it."""

    manifest: RunManifest
    """Its manifest."""
    records: Sequence[Record]
    """The last record of every key."""
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    """By sha256; empty if they are not stored or not to be shown."""
    items: Mapping[tuple[str, str], PageItem] = field(default_factory=dict)
    """By scenario and item id, if there is an item file."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """Everything that a page shows."""

    runs: Sequence[PageRun]
    """The runs, in order."""
    summary: Summary
    """The numbers."""
    figures: Figures
    """Calibration and confusion."""
    accounts: Sequence[Account]
    """The numbers in words."""
    verdicts: Sequence[ScenarioVerdict]
    """One per scenario."""
    arm_tables: Mapping[str, Sequence[Table]]
    """By heading: what was answered, and how well."""
    other_tables: Mapping[str, Sequence[Table]]
    """By heading: differences, and the tables beside them."""
    gesture_tables: Mapping[str, Sequence[Table]] = field(default_factory=dict)
    """By heading: what each gesture adds."""
    claim_tables: Sequence[Table] = ()
    """All claims of the page, with p corrected for their number."""
    texts_left_out: bool = False
    """Prompts and replies were left out on request."""


sections: Shelf[Callable[[PageContent], Section | None]] = Shelf("section", "mgllm.pages.report")
"""Sections of the page by name; each returns None if there is nothing to show."""
section = sections.register
"""Decorator: register a section of the page under a name."""
