"""What was written down before there were data: hypotheses, margins, exclusions, the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from mgllm.records.frozen import Frozen, Name
from mgllm.records.gesture import CueSource
from mgllm.records.row_name import RowName
from mgllm.records.scenario import Form, Reasoning, Score

Expected = Literal["gain", "loss", "equal"]
"""The arm is better than the other one, worse, or within ± the margin of it."""
Result = Literal["confirmed", "not_confirmed", "not_tested"]


def _dated(value: object) -> object:
    """YAML makes dates of 2026-12-01."""
    return value.isoformat() if isinstance(value, date) else value


class Hypothesis(Frozen):
    """What is expected of one difference."""

    arm: Name
    """The arm."""
    over: Name
    """The arm that it is compared with."""
    metric: Name = "accuracy"
    """Metric of the difference."""
    expect: Expected = "gain"
    """What is expected."""
    margin: float | None = Field(default=None, gt=0)
    """Largest difference that would not matter, as tables show it: points, or nats. With it,
    equivalence is tested."""
    scenario: Name | None = None
    """Name of the scenario; null: each that the run asks."""

    @model_validator(mode="after")
    def _can_be_tested(self) -> Self:
        if self.arm == self.over:
            raise ValueError(f"'{self.arm}' is compared with itself; name another arm under over")
        if self.expect == "equal" and self.margin is None:
            raise ValueError("to expect 'equal' needs a margin: the largest difference that does not matter")
        return self


class Exclusions(Frozen):
    """Items that are not asked, for reasons that no answer can change."""

    items: tuple[Name, ...] = ()
    """Their ids."""
    subjects: tuple[Name, ...] = ()
    """People, with all their items."""
    covariates: Mapping[Name, tuple[bool | int | float | str, ...]] = Field(default_factory=dict)
    """By covariate, the values that exclude an item."""
    reason: str | None = None
    """Why, for readers."""


class Intended(Frozen):
    """How the run is to be made; what is null may be anything."""

    model: Name | None = None
    """Full model name."""
    items: int | None = Field(default=None, ge=1)
    """Fewest items of a scenario."""
    people: int | None = Field(default=None, ge=1)
    """Fewest people of a scenario."""
    seed: int | None = None
    """Seed."""
    epochs: int | None = Field(default=None, ge=1)
    """Repetitions."""
    shuffles: int | None = Field(default=None, ge=1)
    """Donors of each item."""
    form: Form | None = None
    """chat or cloze."""
    reasoning: Reasoning | None = None
    """direct or chain_of_thought."""
    score: Score | None = None
    """logprob, generate or sample."""
    cue_source: CueSource | None = None
    """Source of the gestures."""
    items_sha256: str | None = None
    """sha256 of the item set, or how it begins."""


class Registration(Frozen):
    """A preregistration, as its YAML file says it."""

    title: Name
    """Its title."""
    registered: Annotated[str | None, BeforeValidator(_dated)] = None
    """When and where it was registered, for readers."""
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=1)
    """What is expected."""
    exclusions: Exclusions = Field(default_factory=Exclusions)
    """What is not asked."""
    plan: Intended = Field(default_factory=Intended)
    """How the run is to be made."""


class Registered(Frozen):
    """The preregistration of a run."""

    sha256: str
    """Hash of the file's bytes when the run began."""
    file: str
    """Name of the file."""
    content: Registration
    """What it says."""


class RegisteredTest(Frozen):
    """One hypothesis, and what the run says about it."""

    row: RowName
    """What it is about."""
    hypothesis: Hypothesis
    """What was expected."""
    difference: float | None = None
    """arm − over."""
    interval: tuple[float, float] | None = None
    """95 %."""
    p: float | None = None
    """Of the test that was registered: of no difference, or, for 'equal', of two one-sided
    tests."""
    p_holm: float | None = None
    """The same after Holm over all registered tests of the table."""
    equivalence_p: float | None = None
    """The larger p of two one-sided tests against ± margin; null without a margin."""
    equivalence_interval: tuple[float, float] | None = None
    """90 %: it is inside ± margin exactly if equivalence is shown at 5 %."""
    result: Result
    """Whether it is confirmed."""
    words: str
    """The result as a sentence."""
    deviations: tuple[str, ...] = ()
    """What is not as registered."""
