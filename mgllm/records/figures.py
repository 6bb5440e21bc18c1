"""What the page draws beside the summary: how sure a model was, and what it took for what."""

from __future__ import annotations

from mgllm.records.effect import RowName
from mgllm.records.frozen import Frozen


class CalibrationBin(Frozen):
    """Items of which a model was about as sure."""

    confidence: float
    """Mean P of the most probable label."""
    right: float
    """Share of them where that label is true."""
    n: int
    """Items."""


class Calibration(Frozen):
    """Whether an arm is right as often as its probabilities promise: what `calibration_error` sums up."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Items with probabilities and a known target, epochs and shuffles averaged inside the item."""
    bins: tuple[CalibrationBin, ...]
    """Of equal mass, from the least to the most sure: ten from 100 items, else one for each ten items."""


class Confusion(Frozen):
    """What an arm's items are, and what they were taken for."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    labels: tuple[str, ...]
    """Label ids: the order of rows and columns."""
    counts: tuple[tuple[int, ...], ...]
    """Records by target (rows) and answer (columns)."""
    missing: tuple[int, ...]
    """By target: records without an answer."""


class Figures(Frozen):
    """Everything that the page draws beside the summary."""

    calibrations: tuple[Calibration, ...] = ()
    """One per row and arm with probabilities and targets."""
    confusions: tuple[Confusion, ...] = ()
    """One per row and arm with targets."""
