"""Position bias: was a label answered because of its place in the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.records import AnswerPlaces, RowName
from mgllm.report.content import PageContent, PageTable
from mgllm.report.section import Picture, Section
from mgllm.report.svg import ACCENT, FAINT, drawing, panel_grid, to_svg
from mgllm.report.words import short

LEAD = (
    "The labels were listed in different orders for different items, so each place should be answered as "
    "often as any other (the line). A place far above it is liked for its place alone."
)


def places_section(content: PageContent) -> Section | None:
    """One picture per row, a panel per arm; null where labels stood in one order."""
    found = content.figures.places
    rows = list(dict.fromkeys(each.row for each in found))
    pictures = tuple(
        _picture(f"places{number}", row, [p for p in found if p.row == row])
        for number, row in enumerate(rows)
    )
    return Section("places", "Place in the list", LEAD, pictures) if pictures else None


def _picture(name: str, row: RowName, arms: Sequence[AnswerPlaces]) -> Picture:
    with drawing():
        figure, panels = panel_grid(len(arms), 1.9, 2.1)
        for place, (panel, arm) in enumerate(zip(panels, arms, strict=True)):
            _draw(panel, arm, first=place == 0)
        svg = to_svg(figure, name, f"Place in the list: {row.words}", "; ".join(map(_described, arms)))
    return Picture(row.words, svg, (_numbers(arms),))


def _draw(axes: Any, arm: AnswerPlaces, *, first: bool) -> None:
    axes.axhline(100 / len(arm.places), color=FAINT, linewidth=1, linestyle="--")
    for x, place in enumerate(arm.places, 1):
        if place.interval is not None:
            axes.plot([x, x], [100 * end for end in place.interval], color=ACCENT, linewidth=1.6)
        axes.plot([x], [100 * place.share], "o", color=ACCENT, markersize=6)
    axes.set(xlim=(0.4, len(arm.places) + 0.6), ylim=(-4, 104), yticks=(0, 50, 100))
    axes.set_xticks(range(1, len(arm.places) + 1))
    axes.set_title(short(arm.arm), fontsize=10)
    axes.set_xlabel("place", fontsize=9)
    axes.set_ylabel("% of answers" if first else "", fontsize=9)


def _described(arm: AnswerPlaces) -> str:
    shares = ", ".join(f"place {n} {100 * place.share:.1f} %" for n, place in enumerate(arm.places, 1))
    return f"{short(arm.arm)}: {shares}"


def _numbers(arms: Sequence[AnswerPlaces]) -> PageTable:
    return PageTable(
        "Numbers in the picture",
        ("arm", "place", "% of answers [95 %]", "answers", "orders"),
        tuple(
            (arm.arm, str(n), f"{100 * place.share:.1f}{_span(place.interval)}", str(arm.n), str(arm.orders))
            for arm in arms
            for n, place in enumerate(arm.places, 1)
        ),
        names=2,
    )


def _span(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"
