"""Position bias: was a label answered because of its position in the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import share_words
from mgllm.pages.plots.look import ACCENT, FAINT, INK, Look
from mgllm.pages.plots.svg import label_outer, panel_grid, short
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, picture_per_row, section
from mgllm.records import ArmBias, RowName

LEAD = (
    "The labels were listed in different orders for different items. So each position should be answered as "
    "often as any other (dashed line), or as often as the true label is there (short lines). If answers are "
    "far above both, the model prefers the position. Bars are 95 % intervals by person. For none: the mean "
    "probability of the label in this position, when nothing is shown."
)


@section("places")
def places_section(content: PageContent) -> Section | None:
    """One picture per row, a panel per arm; null if all labels were listed in one order."""
    found = [each for each in content.summary.bias if each.positions and each.orders > 1]
    pictures = picture_per_row("places", found, _picture, content.summary.arms)
    return Section("places", "Position in the list", LEAD, pictures, order=60) if pictures else None


def _picture(name: str, row: RowName, arms: Sequence[ArmBias]) -> Picture:
    size = (max(1.22, 0.25 * len(arms[0].positions) + 0.6), 1.7)

    def draw(look: Look) -> Any:
        figure, panels = panel_grid(len(arms), size, look, ("position", "% of answers"))
        for panel, arm in zip(panels, arms, strict=True):
            _draw(panel, arm, _top(arms))
        label_outer(panels)
        return figure

    words = "; ".join(map(_described, arms))
    wide, narrow = in_both_widths(draw, name, f"Position in the list: {row.words}", words)
    return Picture(row.words, wide, (_numbers(arms),), narrow)


def _top(arms: Sequence[ArmBias]) -> float:
    """Percent at the top of a row's panels: 25, 50 or 100, the smallest in which everything
    fits."""
    shares = [place.value for arm in arms for place in arm.positions]
    ends = [place.interval[1] for arm in arms for place in arm.positions if place.interval]
    highest = 100 * max(*shares, *ends, *(target for arm in arms for target in arm.targets), 0.0)
    return next(top for top in (25.0, 50.0, 100.0) if highest <= top or top == 100.0)


def _draw(axes: Any, arm: ArmBias, top: float) -> None:
    axes.axhline(100 / len(arm.positions), color=FAINT, linewidth=1, linestyle="--")
    for x, target in enumerate(arm.targets, 1):
        axes.plot([x - 0.22, x + 0.22], [100 * target, 100 * target], color=INK, linewidth=1.4)
    for x, place in enumerate(arm.positions, 1):
        if place.interval is not None:
            axes.plot([x, x], [100 * end for end in place.interval], color=ACCENT, linewidth=1.6)
        axes.plot([x], [100 * place.value], "o", color=ACCENT, markersize=6)
    axes.set(xlim=(0.4, len(arm.positions) + 0.6), ylim=(-0.04 * top, 1.04 * top), yticks=(0, top / 2, top))
    axes.set_xticks(range(1, len(arm.positions) + 1))
    axes.set_title(short(arm.arm), fontsize=10)


def _described(arm: ArmBias) -> str:
    shares = ", ".join(f"position {n} {100 * place.value:.1f} %" for n, place in enumerate(arm.positions, 1))
    return f"{short(arm.arm)}: {shares}"


def _numbers(arms: Sequence[ArmBias]) -> Table:
    return Table(
        "Numbers in the picture",
        ("arm", "position", "answers there % [95 %]", "targets there %", "items", "orders"),
        tuple(
            (arm.arm, str(n), share_words(place), _target(arm, n), _items(arm), str(arm.orders))
            for arm in arms
            for n, place in enumerate(arm.positions, 1)
        ),
        names=2,
    )


def _target(arm: ArmBias, place: int) -> str:
    return f"{100 * arm.targets[place - 1]:.1f}" if arm.targets else ""


def _items(arm: ArmBias) -> str:
    """How many items; `none` shows no person and was asked once for each order."""
    return str(arm.items) if arm.subjects else ""
