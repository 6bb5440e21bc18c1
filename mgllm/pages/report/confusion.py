"""Confusion matrices, arm by arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.analysis.tables.columns import Table
from mgllm.pages.plots.look import ACCENT, INK, Look
from mgllm.pages.plots.svg import label_outer, panel_grid, short
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, picture_per_row, section
from mgllm.records import Confusion, RowName

LEAD = (
    "Rows are the true labels, columns the answers. The darker a cell, the larger its share of the row. A "
    "column that is dark from top to bottom means that the arm gives this answer to everything."
)
DEEPEST = 0.5
"""Opacity of a cell with all of its row: letters stay readable on it."""


@section("confusion")
def confusion_section(content: PageContent) -> Section | None:
    """One picture per row, a panel per arm; null if nothing with a known target was answered."""
    found = [each for each in content.figures.confusions if any(map(any, each.counts))]
    pictures = picture_per_row("confusion", found, _picture, content.summary.arms)
    return Section("confusion", "Confusion matrix", LEAD, pictures, order=50) if pictures else None


def _picture(name: str, row: RowName, arms: Sequence[Confusion]) -> Picture:
    labels = len(arms[0].labels)
    width, height = (1.45, 1.5) if labels < 3 else (0.45 * labels + 1.6, 0.4 * labels + 1.6)

    def draw(look: Look) -> Any:
        figure, panels = panel_grid(len(arms), (width, height), look, ("answer", "true label"))
        for panel, arm in zip(panels, arms, strict=True):
            _draw(panel, arm)
        label_outer(panels)
        return figure

    words = "; ".join(map(_described, arms))
    wide, narrow = in_both_widths(draw, name, f"Confusion: {row.words}", words)
    return Picture(row.words, wide, (_numbers(arms),), narrow)


def _draw(axes: Any, arm: Confusion) -> None:
    names = [short(label, 14) for label in arm.labels]
    few = len(names) < 3
    for y, counts in enumerate(arm.counts):
        for x, count in enumerate(counts):
            share = count / sum(counts) if sum(counts) else 0.0
            axes.fill(
                [x - 0.47, x + 0.47, x + 0.47, x - 0.47],
                [y - 0.47, y - 0.47, y + 0.47, y + 0.47],
                color=ACCENT,
                alpha=max(0.06, DEEPEST * share),
                linewidth=0,
            )
            axes.text(x, y, str(count), ha="center", va="center", fontsize=9, color=INK)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks(range(len(names)), names, rotation=0 if few else 90, fontsize=8)
    axes.set_yticks(range(len(names)), names, rotation=90 if few else 0, va="center", fontsize=8)
    axes.set_title(short(arm.arm), fontsize=10)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _described(arm: Confusion) -> str:
    cells = ", ".join(
        f"{count} {short(target)} answered as {short(answer)}"
        for target, counts in zip(arm.labels, arm.counts, strict=True)
        for answer, count in zip(arm.labels, counts, strict=True)
    )
    return f"{short(arm.arm)}: {cells}"


def _numbers(arms: Sequence[Confusion]) -> Table:
    labels = arms[0].labels
    return Table(
        "Numbers in the picture (records)",
        ("arm", "true label", *(f"answered {label}" for label in labels), "no answer"),
        tuple(
            (arm.arm, label, *map(str, counts), str(missing))
            for arm in arms
            for label, counts, missing in zip(arm.labels, arm.counts, arm.missing, strict=True)
        ),
        names=2,
    )
