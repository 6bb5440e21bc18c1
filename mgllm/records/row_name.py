"""What every row of every table is about."""

from __future__ import annotations

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource
from mgllm.records.scenario import Form, Reasoning, Score


class RowName(Frozen):
    """What every row of every table is about; numbers of rows that differ here are never
    subtracted."""

    scenario: str
    """Name of the scenario."""
    model: str
    """Full model name."""
    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob, generate or sample."""
    cue_source: CueSource | None = None
    """Source of the gestures that the run's `text+mg` shows."""
    draws: int | None = Field(default=None, exclude_if=lambda draws: draws is None)
    """Answers drawn for each item and arm, if `score` is sample."""
    reasoning_effort: str | None = Field(default=None, exclude_if=lambda effort: effort is None)
    """`--reasoning-effort`, if it was given."""
    wording: str | None = Field(default=None, exclude_if=lambda wording: wording is None)
    """The wording asked, if it is not the scenario's first."""
    wordings: int | None = Field(default=None, exclude_if=lambda count: count is None)
    """How many wordings were averaged inside the item; null if the row is about one."""
    orders: int | None = Field(default=None, exclude_if=lambda count: count is None)
    """How many label orders a sweep averaged inside the item; null if it did not change them."""
    styles: int | None = Field(default=None, exclude_if=lambda count: count is None)
    """How many cue styles a sweep has averaged inside the item; null if it did not change them."""
    order: str | None = Field(default=None, exclude_if=lambda order: order is None)
    """The label order, if a sweep set it."""
    style: str | None = Field(default=None, exclude_if=lambda style: style is None)
    """The cue style, if a sweep set it."""
    shots: int | None = Field(default=None, exclude_if=lambda shots: shots is None)
    """Solved examples before the question, if there are any."""
    masked: bool | None = Field(default=None, exclude_if=lambda masked: masked is None)
    """True if words that give the target away were masked in the speech."""
    run: str | None = Field(default=None, exclude_if=lambda run: run is None)
    """How this row's run differs from others that would have the same name: "items b.jsonl", "seed
    2", "temperature 0.7", "limit 20", as a last resort "run 2"; null if no other has the same
    name."""

    @property
    def words(self) -> str:
        """All of it in one line."""
        cues = f" · cues: {self.cue_source.replace('_', '-')}" if self.cue_source else ""
        return f"{self.scenario} · {self.model} · {self.manner}{cues}{self._cell}"

    @property
    def manner(self) -> str:
        """How it was asked: "chat, direct, sampled × 8, effort low"."""
        times = f" × {self.draws}" if self.draws else ""
        score = f"sampled{times}" if self.score == "sample" else self.score
        effort = f", effort {self.reasoning_effort}" if self.reasoning_effort else ""
        return f"{self.form}, {self.reasoning.replace('_', ' ')}, {score}{effort}"

    @property
    def averaged(self) -> str:
        """What was averaged inside the item: "3 wordings × 2 orders"; empty if nothing was."""
        counts = {"wordings": self.wordings, "orders": self.orders, "styles": self.styles}
        return " × ".join(f"{count} {name}" for name, count in counts.items() if count)

    @property
    def _cell(self) -> str:
        """How it differs from other rows of its scenario, model and manner."""
        parts = (
            f"wording {self.wording}" if self.wording else "",
            f"mean of {self.averaged}" if self.averaged else "",
            f"order {self.order}" if self.order else "",
            f"style {self.style}" if self.style else "",
            f"{self.shots} shots" if self.shots else "",
            "masked" if self.masked else "",
            self.run or "",
        )
        return "".join(f" · {part}" for part in parts if part)
