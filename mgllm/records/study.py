"""A study that is planned: what is assumed, and what follows."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from mgllm.records.frozen import Frozen


class StudyDesign(Frozen):
    """What is assumed of a study that compares two arms over the same items."""

    effect: float = Field(gt=0)
    """True difference between the arms: a share (0.1 is ten points of accuracy), or nats with
    `sd`."""
    items: float = Field(ge=1, le=1e5)
    """Items of a person, mean."""
    spread: float = Field(default=0.0, ge=0, le=10)
    """Standard deviation of the items of a person, divided by their mean; 0: all have equally
    many."""
    icc: float = Field(default=0.1, ge=0, le=1)
    """Correlation of the differences (arm − baseline) of two items of one person."""
    discordance: float = Field(default=0.25, gt=0, le=1)
    """Share of the pairs in which one arm is right and the other wrong; not used with `sd`."""
    sd: float | None = Field(default=None, gt=0)
    """Standard deviation of an item's difference in nats; null if accuracy is measured."""
    power: float = Field(default=0.8, gt=0.05, lt=1)
    """Chance to find the effect."""
    claims: int = Field(default=1, ge=1, le=10_000)
    """Claims in the family: each is tested at 5 % divided by their number, Holm's first step."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.sd is None and self.effect > self.discordance:
            raise ValueError(
                f"an effect of {100 * self.effect:g} points needs arms that differ in at least "
                f"{100 * self.effect:g} % of the pairs, not {100 * self.discordance:g}"
            )
        return self


class StudyPoint(Frozen):
    """A number of people, and what a study with them finds."""

    people: int
    """People."""
    items: int
    """Items of all of them."""
    df: float
    """Degrees of freedom: effective people − 1."""
    power: float
    """Chance to find the effect."""
    detectable: float | None
    """The effect that is found with the power wanted, in the effect's unit; null if it would be
    larger than the share of pairs that differ."""


class StudyNeed(Frozen):
    """People needed if each has so many items."""

    items: float
    """Items of a person."""
    people: int
    """People needed for the power wanted."""
    more_power: int
    """People needed for half the chance to miss the effect."""


class StudyPlan(Frozen):
    """What follows from a design."""

    design: StudyDesign
    """What is assumed."""
    people: int
    """People needed; or those there are, if their number was given."""
    given: bool
    """True: the number of people was given."""
    at: StudyPoint
    """The study with these people."""
    curve: tuple[StudyPoint, ...]
    """Power by number of people, rising."""
    by_items: tuple[StudyNeed, ...]
    """People needed by items of a person, the design's own among them."""
    both: float
    """Chance to find two contrasts of this effect, at least: the claim needs two."""
    from_run: str | None = None
    """Where items, spread, ICC and discordance (or sd) are from, if they are measured."""
