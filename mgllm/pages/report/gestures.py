"""What each gesture adds: left out of all cues, and shown alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.analysis.metric import scale_of
from mgllm.analysis.tables.attribution_tables import WAYS
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import axis_words, difference
from mgllm.pages.plots.look import ACCENT, FAINT, INK, SECOND, Look
from mgllm.pages.plots.svg import new_figure, short
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, picture_per_row, section
from mgllm.records import Attribution, RowName

LEAD = (
    "Each gesture over the items that have it, most frequent first. Filled: text+mg minus text+mg "
    "without the gesture. Open: a cue block with this gesture only, minus an empty block; the empty "
    "block itself: minus text. To the right of the line the gesture helps towards the true label. Bars "
    "are 95 % intervals by person. Everything here is exploratory. A number is about how this model "
    "reads a word in a prompt, not about what the movement means in a person."
)
APART = 0.17
"""Distance of a gesture's two marks from its line, in lines."""


@section("gestures")
def gestures_section(content: PageContent) -> Section | None:
    """One picture per row with its table; null if no run was made with --attribute."""

    def draw(name: str, row: RowName, found: list[Attribution]) -> Picture:
        return _picture(name, row, found, content.gesture_tables.get(row.words, ()))

    pictures = picture_per_row("gestures", content.summary.attribution, draw)
    return Section("gestures", "What each gesture adds", LEAD, pictures, order=30) if pictures else None


def _picture(name: str, row: RowName, found: Sequence[Attribution], tables: Sequence[Table]) -> Picture:
    metric = found[0].effect.metric
    shown = [e for e in found if e.effect.metric == metric and e.effect.difference is not None]
    lines = list(dict.fromkeys(each.gesture.words for each in shown))

    def draw(look: Look) -> Any:
        figure, axes = new_figure(look.width, 0.9 + 0.34 * len(lines), look=look)
        _draw(axes[0, 0], shown, lines, look)
        return figure

    title = f"What each gesture adds: {row.words}"
    wide, narrow = in_both_widths(draw, name, title, _described(shown))
    return Picture(row.words, wide, tables, narrow)


def _draw(axes: Any, shown: Sequence[Attribution], lines: Sequence[str], look: Look) -> None:
    metric = shown[0].effect.metric
    scale = scale_of(metric)
    axes.axvline(0, color=FAINT, linewidth=1)
    for each in shown:
        out = each.way == "left_out"
        y = lines.index(each.gesture.words) + (-APART if out else APART)
        colour = ACCENT if out else SECOND
        if each.effect.interval is not None:
            axes.plot(
                [scale.factor * end for end in each.effect.interval], [y, y], color=colour, linewidth=1.5
            )
        fill = colour if out else "none"
        x = scale.factor * (each.effect.difference or 0.0)
        axes.plot([x], [y], "o", color=colour, markerfacecolor=fill, markersize=5.5)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks(range(len(lines)), [short(line, look.characters // 3) for line in lines], color=INK)
    axes.set_xlabel(axis_words(shown[0].row, metric))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _described(shown: Sequence[Attribution]) -> str:
    return "; ".join(
        f"{short(each.gesture.words)}, {WAYS[each.way]} {difference(each.effect)}" for each in shown
    )
