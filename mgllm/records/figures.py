"""What the page draws beside the effects: how sure answers were, what is taken for what, where they stood."""

from __future__ import annotations

from mgllm.records.effect import RowName
from mgllm.records.frozen import Frozen


class CalibrationBin(Frozen):
    """Answers that were about as sure as each other."""

    confidence: float
    """Mean P(answer)."""
    right: float
    """Share of them that is right."""
    n: int
    """Answers."""


class Calibration(Frozen):
    """Whether an arm's answers are right as often as their probabilities promise."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Answers with probabilities and a known target."""
    bins: tuple[CalibrationBin, ...]
    """At most 10 of equal mass, from the least to the most sure."""
    error: float | None = None
    """Expected calibration error: mean |confidence − right| by mass; from 100 answers."""


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


class PlaceShare(Frozen):
    """How often the label in one place of the list was the answer."""

    share: float
    """Among answers, 0..1."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t; null where too few subjects."""


class AnswerPlaces(Frozen):
    """Position bias: labels are listed in rotated order, so each place should be answered as often."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Answers."""
    orders: int
    """Different orders in which the labels were listed."""
    places: tuple[PlaceShare, ...]
    """From the first place in the list."""


class Figures(Frozen):
    """Everything that the page draws beside the summary."""

    calibrations: tuple[Calibration, ...] = ()
    """One per row and arm with probabilities and targets."""
    confusions: tuple[Confusion, ...] = ()
    """One per row and arm with targets."""
    places: tuple[AnswerPlaces, ...] = ()
    """One per row and arm, where the labels were listed in more than one order."""
