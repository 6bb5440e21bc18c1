"""Are answers right as often as their probabilities say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mgllm.analysis.tables.columns import Table
from mgllm.pages.plots.look import ACCENT, FAINT, Look
from mgllm.pages.plots.svg import label_outer, panel_grid, short
from mgllm.pages.report.section import (
    PageContent,
    Picture,
    Section,
    in_both_widths,
    names_of,
    picture_per_row,
    section,
)
from mgllm.records import Calibration, RowName

LEAD = (
    "Items in up to ten groups of equal size, from the least to the most certain. On the line, the most "
    "probable label is right as often as its probability says; below the line the model is too certain. "
    "Points have no interval; groups of ten items vary widely by chance alone."
)


@section("calibration")
def calibration_section(content: PageContent) -> Section | None:
    """One picture per row, a panel per arm; null if labels were not scored."""
    errors = {(arm.row, arm.arm): arm.calibration_error for arm in content.summary.arms}

    def draw(name: str, row: RowName, arms: list[Calibration]) -> Picture:
        return _picture(name, row, arms, [_described(arm, errors.get((row, arm.arm))) for arm in arms])

    found = content.figures.calibrations
    pictures = picture_per_row("calibration", [arm for arm in found if arm.bins], draw, content.summary.arms)
    lead = " ".join([*([LEAD] if pictures else []), *_undrawn(found)])
    return Section("calibration", "Calibration", lead, pictures, order=40) if found else None


def _undrawn(found: Sequence[Calibration]) -> Iterable[str]:
    """Arms that have too few items to be drawn, and how many they have."""
    few = [arm for arm in found if not arm.bins]
    names = names_of(arm.row for arm in found)
    named = (f"{' '.join(filter(None, [names[arm.row.words], short(arm.arm)]))} ({arm.n})" for arm in few)
    if few:
        yield f"Not drawn, because a group needs ten items with probabilities: {', '.join(named)}."


def _picture(name: str, row: RowName, arms: Sequence[Calibration], words: Sequence[str]) -> Picture:
    def draw(look: Look) -> Any:
        figure, panels = panel_grid(len(arms), (1.45, 1.6), look, ("P(most probable label)", "share right"))
        for panel, arm in zip(panels, arms, strict=True):
            _draw(panel, arm)
        label_outer(panels)
        return figure

    wide, narrow = in_both_widths(draw, name, f"Calibration: {row.words}", "; ".join(words))
    return Picture(row.words, wide, (_numbers(arms, words),), narrow)


def _draw(axes: Any, arm: Calibration) -> None:
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
    axes.plot(
        [each.confidence for each in arm.bins],
        [each.right for each in arm.bins],
        "o-",
        color=ACCENT,
        linewidth=1.2,
        markersize=5,
    )
    axes.set(xlim=(0, 1.02), ylim=(-0.04, 1.04), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    axes.set_title(short(arm.arm), fontsize=10)


def _described(arm: Calibration, error: float | None) -> str:
    """The panel in words, with the expected calibration error of the tables."""
    gap = "" if error is None else f", expected calibration error {100 * error:.1f} points"
    sure = sum(each.confidence * each.n for each in arm.bins) / arm.n
    right = sum(each.right * each.n for each in arm.bins) / arm.n
    words = f"{arm.n} items; mean probability {100 * sure:.1f} %, right {100 * right:.1f} %{gap}"
    return f"{short(arm.arm)}: {words}"


def _numbers(arms: Sequence[Calibration], words: Sequence[str]) -> Table:
    return Table(
        "Numbers in the picture",
        ("arm", "group", "items", "mean P(most probable) %", "right %"),
        tuple(
            (arm.arm, str(place), str(each.n), f"{100 * each.confidence:.1f}", f"{100 * each.right:.1f}")
            for arm in arms
            for place, each in enumerate(arm.bins, 1)
        ),
        names=2,
        remarks=tuple(f"{each}." for each in words),
    )
