"""What people are asked, and what they answered: the plan of a human baseline and the raters'
files."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource, Exposure
from mgllm.records.manifest import ScenarioManifest
from mgllm.records.prompt import Prompt

HUMAN = "human"
"""Backend, and first word of the model's name, of a run that people answered."""
PLAN = "plan.json"
"""Name of the file that says who sees what."""
FEWEST_PER_CELL = 2
"""Raters that each item needs in each arm: agreement needs two."""


class HumanQuestion(Frozen):
    """One item in one arm, as every rater who sees it reads it."""

    item: str
    """The item's id; never in a form."""
    subject: str
    """The person it is about; never in a form."""
    subject_known: bool = True
    """False where `subject` is only the recording's id."""
    target: str | None
    """The true label; never in a form."""
    arm: str
    """The arm; never in a form."""
    prompt: Prompt
    """What is read: the chat prompt that a model gets."""
    label_order: tuple[str, ...]
    """Label ids in the order listed."""
    cue_source: CueSource | None = None
    """Where the gestures shown come from."""
    exposure: Exposure | None = None
    """Whether the recogniser had seen the subject; only for recognised gestures."""


class RaterPlan(Frozen):
    """What one rater sees, in order."""

    form: str
    """Id of the rater's form, which the rater's file repeats."""
    shown: tuple[int, ...]
    """Indices into the plan's questions."""


class HumanPlan(Frozen):
    """`plan.json`: who sees what. It contains the true labels, so no rater may see it."""

    schema_: Literal["mgllm.human/1"] = Field(default="mgllm.human/1", alias="schema")
    """Name and version of the file format."""
    created: str
    """UTC, ISO 8601."""
    seed: int
    """Decides labels' order, items' order and who sees which arm."""
    scenario: ScenarioManifest
    """What is asked."""
    limit: int | None = None
    """Items asked at most."""
    questions: tuple[HumanQuestion, ...]
    """Every item in every arm."""
    raters: tuple[RaterPlan, ...]
    """One per rater, from the first."""

    @model_validator(mode="after")
    def _shows_what_there_is(self) -> Self:
        most = len(self.questions) - 1
        if any(not 0 <= index <= most for rater in self.raters for index in rater.shown):
            raise ValueError(f"raters: shown has a number that is not from 0 to {most}")
        return self

    def rater_name(self, nth: int) -> str:
        """Name of a rater's files: `rater-01` for 0."""
        return f"rater-{nth + 1:0{max(2, len(str(len(self.raters))))}d}"


class Rating(Frozen):
    """What a rater said of one item."""

    n: int = Field(ge=1, strict=True)
    """Which of the rater's items, from 1."""
    label: str | None
    """Id of the label chosen; null: does not know."""
    seconds: float = Field(default=0.0, ge=0)
    """How long it was on the screen."""


class RaterFile(Frozen):
    """`rater-01.json`, as the form saves it. No name, no address, days instead of times."""

    schema_: Literal["mgllm.ratings/1"] = Field(default="mgllm.ratings/1", alias="schema")
    """Name and version of the file format."""
    form: str
    """Id of the form."""
    consent: bool = Field(strict=True)
    """The rater agreed to the text shown; a file without it is refused."""
    started: date
    """Day of the first answer."""
    finished: date
    """Day of saving."""
    ratings: tuple[Rating, ...]
    """One per item answered."""

    @field_validator("consent")
    @classmethod
    def _agreed(cls, value: bool) -> bool:
        if not value:
            raise ValueError("the rater did not give consent; this file may not be used")
        return value
