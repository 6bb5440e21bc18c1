"""A summary that shows itself: as a frame, and as a table in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mgllm.analysis import long_frame, render
from mgllm.commands._notebook import for_notebook
from mgllm.errors import one_line
from mgllm.pages.plots.showing import Plot
from mgllm.records import Summary

if TYPE_CHECKING:
    import pandas as pd


class ShownSummary(Summary):
    """A summary as `compare` and a loaded run give it: its fields, and equal to it."""

    def to_frame(self) -> pd.DataFrame:
        """One number a line, plain and unrounded: `compare --shape long` as a frame."""
        return long_frame(self)

    def plot(self, kind: Literal["forest", "accuracy"] = "forest") -> Plot:
        """Draw it: forest shows the differences between arms, accuracy each arm.

        Raises:
            InputError: no such plot, or there is nothing to draw.
        """
        return Plot(self, kind)

    def __repr__(self) -> str:
        """The short table as plain text; nothing in it controls a terminal."""
        return "\n".join(one_line(line) for line in render(self, "md", brief=True).rstrip("\n").split("\n"))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The short table, as a notebook shows it; what comes from outside is escaped."""
        return for_notebook(render(self, "html", brief=True))

    def __eq__(self, other: object) -> bool:
        """By what it says, not by how it can show itself."""
        return isinstance(other, Summary) and vars(self) == vars(other)

    __hash__ = Summary.__hash__


def shown(summary: Summary) -> ShownSummary:
    """The summary with its ways to be shown; nothing is copied or checked again."""
    made = ShownSummary.model_construct(summary.model_fields_set, **vars(summary))
    vars(made).update(vars(summary))
    return made
