"""What a sweep shows: the range over its cells, and where the variance comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mgllm.records.effect import ArmSummary, Effect
from mgllm.records.frozen import Frozen
from mgllm.records.row_name import RowName

VariancePart = Literal["item", "wording", "order", "style", "cell", "item_cell", "resample"]
"""`item`: items differ. `wording`, `order`, `style`: the mean over items moves with them. `cell`:
it moves with their combinations. `item_cell`: single items move with wording, order or style, each
in its own way. `resample`: the same question again, with another seed and other donors; without
`seeds` in the sweep it holds all that the other parts do not explain."""


class VarianceSplit(Frozen):
    """The variance of one number over items, cells and repetitions, in parts."""

    row: RowName
    """The mean over cells."""
    metric: str
    """accuracy or log_odds."""
    arm: str
    """The arm."""
    baseline: str | None = None
    """The arm that is subtracted; null for the level of one arm."""
    n: int
    """Answers, or pairs of answers, that it is computed from."""
    parts: Mapping[VariancePart, float]
    """Variance by part, in the metric's own unit squared; by the method of moments, a negative one
    is 0."""
    negative: tuple[VariancePart, ...] = ()
    """The parts that came out negative and are shown as 0."""


class SweptCell(Frozen):
    """One cell by itself; all exploratory."""

    row: RowName
    """Its name, with wording, order and style."""
    arms: tuple[ArmSummary, ...]
    """Each arm in this cell."""
    effects: tuple[Effect, ...]
    """The primary contrasts in this cell, in the primary metrics."""


class SweptContrast(Frozen):
    """A primary contrast over the cells."""

    row: RowName
    """The mean over cells."""
    metric: str
    """accuracy or log_odds."""
    arm: str
    """The arm."""
    baseline: str
    """The arm that is subtracted."""
    difference: float | None
    """The mean over cells, inside the item first."""
    interval: tuple[float, float] | None
    """95 %, by subject: for these wordings, orders and styles."""
    worst: float | None
    """The difference in the cell where the arm is worst."""
    worst_cell: str
    """That cell, in words."""
    best: float | None
    """The difference in the cell where the arm is best."""
    best_cell: str
    """That cell, in words."""
    above: int
    """Cells in which the arm is better."""
    cells: int
    """Cells with a difference."""
    wordings: int
    """Wordings among them."""
    other_wordings: tuple[float, float] | None = None
    """95 %, also for other wordings: subjects × wordings, both drawn at random, Satterthwaite; from
    five wordings on."""
    df: float | None = None
    """Its degrees of freedom."""
    why_not: str | None = None
    """Why there is no interval for other wordings."""


class Sweep(Frozen):
    """A question that was asked in several cells."""

    row: RowName
    """The mean over cells."""
    cells: tuple[SweptCell, ...] = ()
    """Each cell by itself; empty if the cells are runs, which have rows of their own."""
    contrasts: tuple[SweptContrast, ...] = ()
    """The primary contrasts, in the primary metrics."""
    variance: tuple[VarianceSplit, ...] = ()
    """Of the primary contrasts and of their arms."""
    left_out: Mapping[str, str] = Field(default_factory=dict)
    """Wordings and cue styles that could not be asked, with the reason."""
