"""A plot as a file for a paper: one column wide, black on white, the same bytes for the same
numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from mgllm.errors import InputError, unknown
from mgllm.files.writing import draft_of, naming_unwritten
from mgllm.pages.plots.accuracy import draw_accuracy, scored_arms
from mgllm.pages.plots.forest import draw_forest, forest_effects, key_effects
from mgllm.pages.plots.look import PAPER, Look
from mgllm.pages.plots.svg import drawing, new_figure
from mgllm.records import StudyPlan, Summary

ENDINGS: Mapping[str, Mapping[str, Any]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What a file name may end in, and what is left out of the file so that the same numbers give the
same bytes."""
DOTS = 300
"""Dots per inch of a PNG: what journals ask for."""


def _forest(summary: Summary) -> Any | None:
    """The primary contrasts; all if there are none, as between two runs."""
    found = key_effects(summary) or forest_effects(summary.effects)
    return draw_forest(found, PAPER) if found else None


def _accuracy(summary: Summary) -> Any | None:
    found = scored_arms(summary.arms)
    return draw_accuracy(found, PAPER) if found else None


PLOTS: Mapping[str, Callable[[Summary], Any | None]] = {"forest": _forest, "accuracy": _accuracy}
"""The plots by name; null if a summary has nothing to draw."""


def check_plot(path: Path, plot: str) -> None:
    """Check that a plot can be written, before anything is computed.

    Raises:
        InputError: no such plot, another ending, or the folder does not exist.
    """
    if plot not in PLOTS:
        raise InputError(f"--plot-of: {unknown('plot', plot, PLOTS)}")
    check_file(path)


def check_file(path: Path) -> None:
    """Check the name of a plot's file.

    Raises:
        InputError: another ending, or the folder does not exist.
    """
    if path.suffix.lower() not in ENDINGS:
        *others, last = ENDINGS
        raise InputError(f"--plot {path}: the file name must end in {', '.join(others)} or {last}")
    if path.is_dir():
        raise InputError(f"--plot {path} is a folder; name a file")
    if not path.parent.is_dir():
        raise InputError(f"--plot {path}: there is no folder {path.parent}; create it first")


def save_plot(summary: Summary, path: Path, plot: str = "forest") -> None:
    """Write a plot.

    Args:
        summary: its numbers.
        path: ends in .svg, .png or .pdf; a file of the same name is replaced.
        plot: forest or accuracy.

    Raises:
        InputError: as in `check_plot`, or there is nothing to draw, or the file cannot be written.
    """
    check_plot(path, plot)
    content = _bytes(lambda: PLOTS[plot](summary), path.suffix.lower(), plot)
    if content is None:
        raise InputError(
            f"--plot {path}: there is nothing to draw for {plot}: these runs have no answers with known "
            "targets"
        )
    _write(path, content)


def save_power(plan: StudyPlan, path: Path) -> None:
    """Write the curve of a planned study.

    Raises:
        InputError: as in `check_file`, or the file cannot be written.
    """
    check_file(path)
    _write(path, _bytes(lambda: _draw_power(plan, PAPER), path.suffix.lower(), "power") or b"")


def _draw_power(plan: StudyPlan, look: Look) -> Any:
    """The curve, the power wanted, and the people needed (or given)."""
    figure, found = new_figure(look.width, 0.7 * look.width, look=look)
    axes = found[0, 0]
    axes.plot(
        [point.people for point in plan.curve], [100 * point.power for point in plan.curve], "o-",
        color=look.series[0], linewidth=1.2, markersize=3,
    )  # fmt: skip
    axes.axhline(100 * plan.design.power, color=look.faint, linewidth=0.8, linestyle="--")
    axes.axvline(plan.people, color=look.faint, linewidth=0.8, linestyle="--")
    axes.set(ylim=(0, 102))
    axes.set_xlabel(f"people, {plan.design.items:g} items each", fontsize=look.letters)
    axes.set_ylabel("power, %", fontsize=look.letters)
    axes.tick_params(labelsize=look.letters)
    return figure


def _write(path: Path, content: bytes) -> None:
    with naming_unwritten(path, "; name another --plot"), draft_of(path) as draft:
        draft.write_bytes(content)


def _bytes(draw: Callable[[], Any | None], ending: str, plot: str) -> bytes | None:
    import matplotlib as mpl

    written = BytesIO()
    fixed: Any = {"svg.hashsalt": plot, "pdf.fonttype": 42}
    with drawing(), mpl.rc_context(fixed), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph .* missing"
        )  # of a model's name; the reader's fonts may have it
        figure = draw()
        if figure is None:
            return None
        figure.savefig(written, format=ending[1:], dpi=DOTS, facecolor=PAPER.ground, metadata=ENDINGS[ending])
    return written.getvalue()
