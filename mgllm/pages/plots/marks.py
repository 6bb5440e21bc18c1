"""Points with their intervals, line by line, with models beside each other: the base of all result
plots."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from mgllm.pages.plots.look import Look
from mgllm.pages.plots.reasons import Reasons, doubtful
from mgllm.pages.plots.series import Series
from mgllm.pages.plots.svg import new_figure, short

Interval = tuple[float, float]
CLOSEST = 0.08
"""Smallest distance between marks in inches, so that they can still be distinguished."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One number."""

    group: str
    """Heading above its lines; empty if there is only one kind of lines."""
    line: str
    """Label of its line."""
    column: str
    """Label of its axis."""
    series: Series
    """The model that it is from."""
    value: float | None
    """Its place on the axis; null if there is no number."""
    interval: Interval | None = None
    """Its bar."""
    strong: bool = True
    """False: drawn thin."""
    flags: tuple[str, ...] = ()
    """Words of caution; a number that they make unreliable is drawn hollow."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the picture."""

    group: str
    line: str
    series: tuple[Series, ...]
    top: float
    """Distance from the top, in pitches."""
    height: float
    """Height in pitches."""

    def y(self, series: Series) -> float:
        """Vertical place of a model's mark."""
        middle, at = (len(self.series) - 1) / 2, self.series.index(series)
        return self.top + self.height / 2 + at - middle


def draw_marks(
    marks: Sequence[Mark],
    look: Look,
    *,
    zero: bool,
    limits: Interval | None = None,
    tallest: float | None = None,
) -> Any:
    """A figure with one panel for each column; to be called inside `drawing`.

    Args:
        marks: what is drawn, in order; at least one.
        look: its sizes and colours.
        zero: draw a line at 0, which is then always visible.
        limits: no axis goes beyond these.
        tallest: largest height of the lines in inches; many marks are then closer together.
    """
    look = look if tallest is None else _fitted(marks, look, tallest)
    columns, every = list(dict.fromkeys(m.column for m in marks)), _series(marks)
    places, heads, height = _places(marks, look)
    reasons = Reasons(marks)
    feet = reasons.lines(look)
    rows = _legend_rows(every, look)
    captions = [_wrapped(column, _panel_characters(look, len(columns))) for column in columns]
    inches = height * look.pitch + _inches(rows, look) + _inches(2 + _most_lines(captions), look)
    figure, axes = new_figure(look.width, inches + _inches(len(feet), look) + 0.1, (1, len(columns)), look)
    for at, (column, caption) in enumerate(zip(columns, captions, strict=True)):
        panel = axes[0, at]
        _set_panel(panel, caption, look, height)
        _set_lines(panel, places, look, first=at == 0)
        _draw(panel, [m for m in marks if m.column == column], places, look, reasons)
        if zero:
            panel.vlines([0] * len(places), *_ends(places), color=look.faint, linewidth=1, zorder=0)
        _set_x(panel, look, len(columns), limits)
    _set_heads(axes[0, 0], heads, look)
    if rows:
        _legend(figure, every, look)
    if feet:
        figure.supxlabel("\n".join(feet), x=0.01, ha="left", fontsize=look.small, color=look.ink)
    return figure


def _series(marks: Sequence[Mark]) -> list[Series]:
    return sorted({mark.series for mark in marks}, key=lambda series: series.number)


def _places(marks: Sequence[Mark], look: Look) -> tuple[list[Place], list[tuple[str, float]], float]:
    """Lines from top to bottom, headings with their places, and the height of all."""
    places: list[Place] = []
    heads: list[tuple[str, float]] = []
    at, letter = 0.3, 1.25 * look.letters / 72 / look.pitch
    for group in dict.fromkeys(mark.group for mark in marks):
        if group:
            at += 0.3 * letter if heads else 0
            heads.append((short(group, look.characters), at + letter / 2))
            at += letter
        for line in dict.fromkeys(mark.line for mark in marks if mark.group == group):
            there = _series([mark for mark in marks if (mark.group, mark.line) == (group, line)])
            words = _wrapped(line, _label_characters(look))
            height = max(len(there) + 0.5, letter * (words.count("\n") + 1))
            places.append(Place(group, line, tuple(there), at, height))
            at += height
    return places, heads, at + 0.3


def _fitted(marks: Sequence[Mark], look: Look, tallest: float) -> Look:
    """The look with marks close enough to fit, but still far enough to be distinguished."""
    while look.pitch > CLOSEST and _places(marks, look)[2] * look.pitch > tallest:
        look = replace(look, pitch=look.pitch - 0.01)
    return look


def _set_panel(panel: Any, caption: str, look: Look, height: float) -> None:
    panel.set_ylim(height, 0)
    panel.set_xlabel(caption, fontsize=look.letters)
    panel.tick_params(labelsize=look.letters)
    panel.spines["left"].set_visible(False)
    panel.tick_params(axis="y", length=0)


def _set_heads(panel: Any, heads: Sequence[tuple[str, float]], look: Look) -> None:
    """Headings at the left edge of the picture; panels leave no space for them."""
    from matplotlib.transforms import blended_transform_factory

    where = blended_transform_factory(panel.figure.transFigure, panel.transData)
    how = {"va": "center", "fontsize": look.letters, "color": look.ink, "fontweight": "bold"}
    for words, y in heads:
        panel.text(0.008, y, words, transform=where, in_layout=False, **how)


def _set_lines(panel: Any, places: Sequence[Place], look: Look, *, first: bool) -> None:
    words = [_wrapped(place.line, _label_characters(look)) for place in places] if first else []
    panel.set_yticks([place.top + place.height / 2 for place in places], words, color=look.ink)
    if not any(len(place.series) > 1 for place in places):
        return
    for before, place in pairwise(places):
        if before.group == place.group:
            panel.axhline(place.top, color=look.faint, linewidth=0.5, alpha=0.4)


def _draw(panel: Any, marks: Sequence[Mark], places: Sequence[Place], look: Look, reasons: Reasons) -> None:
    by_line = {(place.group, place.line): place for place in places}
    for mark in marks:
        if mark.value is None:
            continue
        y, colour = by_line[mark.group, mark.line].y(mark.series), mark.series.colour(look)
        hollow, size = (
            doubtful(mark.flags),
            min(0.62 * look.letters, 50 * look.pitch) * (1 if mark.strong else 0.75),
        )
        end = mark.value
        if mark.interval is not None:
            end = max(mark.interval)
            panel.plot(
                list(mark.interval), [y, y], color=colour,
                linewidth=1.6 if mark.strong else 0.9, linestyle=(0, (2, 1.5)) if hollow else "-",
            )  # fmt: skip
        panel.plot(
            [mark.value], [y], mark.series.marker, color=colour, markersize=size,
            markerfacecolor=look.ground if hollow else colour,
        )  # fmt: skip
        if symbols := reasons.symbols(mark):
            panel.annotate(
                symbols, (max(end, mark.value), y), xytext=(3.5, 0), textcoords="offset points",
                va="center", fontsize=look.small, color=look.ink, annotation_clip=False,
            )  # fmt: skip


def _ends(places: Sequence[Place]) -> tuple[list[float], list[float]]:
    """Where each line begins and ends; the line at 0 crosses these, but no heading."""
    return [place.top for place in places], [place.top + place.height for place in places]


def _size(look: Look) -> float:
    """Size of a mark in points: not larger than the distance to the next."""
    return min(0.62 * look.letters, 0.7 * 72 * look.pitch)


def _set_x(panel: Any, look: Look, columns: int, limits: Interval | None) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.margins(x=0.06)
    panel.autoscale(axis="x")
    if limits is not None:
        low, high = panel.get_xlim()
        spare = 0.03 * (limits[1] - limits[0])
        panel.set_xlim(max(low, limits[0] - spare), min(high, limits[1] + spare))
    ticks = max(3, _panel_characters(look, columns) // 7)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]))


def _legend(figure: Any, every: Sequence[Series], look: Look) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=s.colour(look), marker=s.marker, markersize=_size(look)) for s in every]
    figure.legend(
        handles, _names(every, look), loc="outside upper left", ncols=_legend_columns(every, look),
        frameon=False, fontsize=look.letters, labelcolor=look.ink, borderpad=0.1, handlelength=1.6,
        columnspacing=1.2, labelspacing=0.25,
    )  # fmt: skip


def _names(every: Sequence[Series], look: Look) -> list[str]:
    return [short(series.words, look.characters - 8) for series in every]


def _legend_columns(every: Sequence[Series], look: Look) -> int:
    widest = max(len(name) for name in _names(every, look))
    return max(1, min(len(every), look.characters // (widest + 7)))


def _legend_rows(every: Sequence[Series], look: Look) -> int:
    """A single model needs no legend."""
    return 0 if len(every) < 2 else -(-len(every) // _legend_columns(every, look))


def _inches(lines: int, look: Look) -> float:
    return lines * 1.35 * look.letters / 72


def _label_characters(look: Look) -> int:
    return max(14, int(0.33 * look.characters))


def _panel_characters(look: Look, columns: int) -> int:
    return max(10, int(0.7 * look.characters / columns))


def _wrapped(words: str, characters: int) -> str:
    lines = textwrap.wrap(short(words, 3 * characters), characters, break_on_hyphens=False)
    return "\n".join(lines)


def _most_lines(captions: Sequence[str]) -> int:
    return max(caption.count("\n") for caption in captions)
