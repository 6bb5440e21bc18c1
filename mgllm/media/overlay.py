"""A picture to check a transcript with: moments with the skeleton, and all gestures in time.

This module also chooses the moments. Colours are those of the previews of made-up gestures: the
person's right side red, the left side blue.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.media.video import Pixels
from mgllm.records import Gesture
from mgllm.skeleton import Layout
from mgllm.skeleton.layouts import FINGERS

MOMENTS = 12
"""On one sheet: three rows, our choice."""
APART = 0.1
"""Seconds: moments that are closer together look the same."""
GRID = 8
"""Other times that are tried on each side of a moment."""
COLOURS = {"right": "#e74c3c", "left": "#3498db", "": "#f4d03f"}
ON_BLANK = {"right": "#c0392b", "left": "#2471a3", "": "#333333"}
UNSURE = 0.5
"""A joint with less confidence is drawn thin and pale: our choice."""
COLUMNS = 4
PANEL = 3.3
"""Inches across a panel."""
DPI = 100
SAID = 2
"""Gestures named above a panel."""
WORDS = 44
"""Characters of such a name."""


class Moment(NamedTuple):
    """A point in time, and the gestures then."""

    time: float
    """Seconds from the recording's beginning."""
    gestures: tuple[Gesture, ...]
    """Highest confidence first."""


def choose_moments(
    gestures: Sequence[Gesture], begins: float, end: float, count: int = MOMENTS
) -> tuple[Moment, ...]:
    """The middle of each gesture, highest confidence first; the rest as far from the others as
    possible.

    In the order of time. A gesture without times has no moment.
    """
    timed = [one for one in gestures if one.start is not None]
    surest = sorted(timed, key=lambda one: -(one.confidence or 0))
    middles = [((one.start or 0) + _end(one)) / 2 for one in surest]
    times: list[float] = []
    for middle in (min(max(middle, begins), end) for middle in middles):
        if len(times) < count and all(abs(middle - time) >= APART for time in times):
            times.append(middle)
    grid = np.linspace(begins, end, 2 * GRID * count + 1)[GRID :: 2 * GRID]
    if times:
        fine = np.linspace(begins, end, 2 * GRID * count + 1)[1:-1]
        while len(times) < count:
            times.append(float(max(fine, key=lambda time: min(abs(time - one) for one in times))))
    else:
        times = [float(time) for time in grid]
    return tuple(Moment(time, _then(timed, time)) for time in sorted(times))


def _end(gesture: Gesture) -> float:
    return (gesture.end if gesture.end is not None else gesture.start) or 0.0


def _then(gestures: Sequence[Gesture], time: float) -> tuple[Gesture, ...]:
    there = [one for one in gestures if (one.start or 0) <= time <= _end(one)]
    return tuple(sorted(there, key=lambda one: -(one.confidence or 0)))


@dataclass(frozen=True, eq=False)
class Panel:
    """One moment."""

    moment: Moment
    """Its time and gestures."""
    joints: NDArray[np.float32]
    """[V, 3]: pixels of the whole picture, and confidence; NaN = missing."""
    rgb: Pixels | None = None
    """The picture; None: a blank one."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is drawn."""

    title: str
    """One line at the top."""
    layout: Layout
    """Of the joints."""
    view: tuple[float, float, float, float]
    """The part of the picture that is drawn: left, upper, right and lower side in pixels."""
    panels: Sequence[Panel]
    """In the order of time."""
    gestures: Sequence[Gesture]
    """The whole transcript."""
    span: tuple[float, float]
    """Seconds of the recording's beginning and end."""


def draw_sheet(sheet: Sheet) -> bytes:
    """The sheet as a PNG."""
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    rows = -(-len(sheet.panels) // COLUMNS)
    labels = _labels(sheet.gestures)
    left, upper, right, lower = sheet.view
    heights = (
        0.45 + rows * (PANEL * (lower - upper) / (right - left) + 0.55),
        0.75 + 0.24 * max(1, len(labels)),
    )
    figure = plt.figure(figsize=(PANEL * COLUMNS, sum(heights)), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=heights)
    above, below = parts
    above.suptitle(sheet.title, fontsize=12, parse_math=False)
    panels = above.subplots(rows, COLUMNS, squeeze=False).flat
    for number, axes in enumerate(panels, 1):
        if number > len(sheet.panels):
            axes.set_axis_off()
        else:
            _draw_panel(axes, sheet.panels[number - 1], number, sheet)
    _draw_strip(below.subplots(), sheet, labels)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    plt.close(figure)
    return buffer.getvalue()


def _draw_panel(axes: Any, panel: Panel, number: int, sheet: Sheet) -> None:
    left, upper, right, lower = sheet.view
    if panel.rgb is not None:
        height, width = panel.rgb.shape[:2]
        axes.imshow(panel.rgb, extent=(0, width, height, 0), interpolation="antialiased")
    axes.set_xlim(left, right)
    axes.set_ylim(lower, upper)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    _draw_skeleton(axes, panel, sheet.layout)
    axes.set_title(_caption(panel.moment, number), fontsize=8, loc="left", pad=3, parse_math=False)
    lost = _lost(panel.joints, sheet.layout)
    if lost:
        look = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
        axes.text(0.015, 0.02, lost, transform=axes.transAxes, fontsize=7, color="#444444", bbox=look)


def _draw_skeleton(axes: Any, panel: Panel, layout: Layout) -> None:
    colours = ON_BLANK if panel.rgb is None else COLOURS
    points, sure = panel.joints[:, :2], panel.joints[:, 2] >= UNSURE
    for a, b in layout.edges:
        ends = [layout.index(a), layout.index(b)]
        if np.isnan(points[ends]).any():
            continue
        side, _, part = b.partition("_")
        width = 1.2 if part in FINGERS else 2.2
        faint = not sure[ends].all()
        axes.plot(
            *points[ends].T,
            color=colours.get(side, colours[""]),
            linewidth=width * (0.6 if faint else 1),
            alpha=0.45 if faint else 0.95,
            solid_capstyle="round",
        )
    for place, name in enumerate(layout.joints):
        side, _, part = name.partition("_")
        size = 1.5 if part in FINGERS else 2.6
        colour = colours.get(side, colours[""])
        axes.plot(*points[place], "o", color=colour, markersize=size, alpha=0.95 if sure[place] else 0.45)


def _draw_strip(axes: Any, sheet: Sheet, labels: Sequence[str]) -> None:
    """All gestures in time, a row for each label; the moments as numbered lines."""
    for one in sheet.gestures:
        if one.start is None:
            continue
        row = labels.index(one.label)
        end = one.end if one.end is not None else one.start
        alpha = 0.25 + 0.75 * (one.confidence if one.confidence is not None else 1)
        length = max(end - one.start, (sheet.span[1] - sheet.span[0]) / 400)
        axes.barh(row, length, left=one.start, height=0.7, color="#5b7f3b", alpha=alpha)
    for number, panel in enumerate(sheet.panels, 1):
        axes.axvline(panel.moment.time, color="#999999", linewidth=0.7, zorder=0)
        axes.annotate(
            str(number),
            (panel.moment.time, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color="#555555",
        )
    names = [_short(name, 48) for name in labels] or ["no gesture found"]
    axes.set_yticks(range(len(names)), names, fontsize=8, parse_math=False)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(*sheet.span)
    axes.set_xlabel("seconds", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)


def _labels(gestures: Sequence[Gesture]) -> list[str]:
    """Labels of gestures with times, in the order of their first gesture."""
    timed = sorted((one for one in gestures if one.start is not None), key=lambda one: one.start or 0)
    return list(dict.fromkeys(one.label for one in timed))


def _lost(joints_VC: NDArray[np.float32], layout: Layout) -> str:
    """Which part of the person is not seen, in words."""
    missing = np.isnan(joints_VC[:, 0])
    if missing.all():
        return "nobody seen"
    hands = {side: [f"{side}_{finger}" for finger in FINGERS] for side in ("right", "left")}
    lost = [
        side
        for side, tips in hands.items()
        if set(tips) <= set(layout.joints) and all(missing[layout.index(tip)] for tip in tips)
    ]
    return f"{' and '.join(lost)} hand not found" if lost else ""


def _caption(moment: Moment, number: int) -> str:
    """Number and time, and below them as many gestures as there is room for; always the same
    height."""
    said = [f"{_short(one.label, WORDS)}{_sure(one)}" for one in moment.gestures[:SAID]]
    more = len(moment.gestures) - SAID
    head = f"{number}    {_clock(moment.time)}" + (f"    and {more} more" if more > 0 else "")
    return "\n".join([head, *said, *[" "] * (SAID - len(said))])


def _sure(gesture: Gesture) -> str:
    return "" if gesture.confidence is None else f" {gesture.confidence:.2f}"


def _clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> _clock(62.34)
    '1:02.3'
    """
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
