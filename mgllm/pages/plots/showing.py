"""A plot as a value: a notebook shows it, `save` writes it as for a paper."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

from mgllm.errors import InputError, unknown
from mgllm.pages.plots.saving import PLOTS, save_plot
from mgllm.pages.plots.svg import drawing
from mgllm.records import Summary

DOTS = 150
"""Of a notebook, per inch: sharp on a screen, and some 20 kB in the file."""


class Plot:
    """A summary as a picture.

    Args:
        summary: its numbers.
        kind: forest (differences between arms) or accuracy (of each arm).

    Raises:
        InputError: no such plot, or there is nothing to draw.
    """

    def __init__(self, summary: Summary, kind: str) -> None:
        if kind not in PLOTS:
            raise InputError(unknown("plot", kind, PLOTS))
        with drawing():
            figure = PLOTS[kind](summary)
        if figure is None:
            raise InputError(f"these runs have nothing for the {kind} plot: no answers with known targets")
        self.figure: Any = figure
        """The matplotlib Figure."""
        self._summary, self._kind = summary, kind

    def save(self, path: str | Path) -> Path:
        """Write the picture for a paper; the path ends in .svg, .png or .pdf.

        Raises:
            InputError: another ending, or the file cannot be written.
        """
        save_plot(self._summary, Path(path), self._kind)
        return Path(path)

    def __repr__(self) -> str:
        return f"<{self._kind} plot; save('plot.svg') writes it>"

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        written = BytesIO()
        with drawing(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")  # of a model's name
            self.figure.savefig(written, format="png", dpi=DOTS, metadata={"Software": None})
        return written.getvalue()
