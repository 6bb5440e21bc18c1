"""What moves answers beside the item: where a label stands, whom it is about, when a model declines."""

from __future__ import annotations

from mgllm.records.effect import ArmSummary, Effect, RowName
from mgllm.records.frozen import Frozen


class Share(Frozen):
    """A share of items, epochs and shuffles averaged inside the item."""

    value: float
    """From 0 to 1."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, held inside 0..1."""
    flag: str | None = None
    """Why there is no interval, or how little it rests on."""


class ArmBias(Frozen):
    """One arm's answers by the place of the label, and how often it declines."""

    row: RowName
    """What the row is about."""
    arm: str
    """Name of the arm."""
    items: int
    """Items answered; for `none` the label orders it was asked under."""
    subjects: int
    """Subjects among them; 0 for `none`, which is about nobody."""
    orders: int = 0
    """Orders in which the labels of these answers were listed; from one alone nothing is learnt of places."""
    positions: tuple[Share, ...] = ()
    """Share of answers that are the first, second … label of the prompt; for `none` the mean probability."""
    targets: tuple[float, ...] = ()
    """Share of items whose true label stands there: what an unbiased reader's answers follow."""
    refused: Share | None = None
    """Of the records with a reply; null without any."""
    unparsed: Share | None = None
    """Of the records with a reply; null without any."""


class Slice(Frozen):
    """The items that share a value of a covariate."""

    row: RowName
    """What the rows are about."""
    covariate: str
    """Its name."""
    value: str
    """The value, or the range."""
    items: int
    """Items asked."""
    subjects: int
    """Subjects among them."""
    arms: tuple[ArmSummary, ...]
    """Each arm over these items."""
    effects: tuple[Effect, ...]
    """The two primary contrasts over these items, all exploratory here."""
