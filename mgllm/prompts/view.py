"""What a template sees, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mgllm.cues.block import Cues
from mgllm.records import Frozen, Reasoning, Turn

SEEN = ("question", "labels", "reasoning", "speech", "cues")
"""What every template sees beside the scenario's own `text:` values."""


class OfferedLabel(Frozen):
    """A label as a template sees it."""

    text: str
    """How it is listed: "happy", or "A. happy" where labels are lettered."""
    answer: str
    """What the model is to answer: "happy", or "A"."""


class View(Frozen):
    """All that a template sees; never an item's id, subject, target, covariates or notes, nor the arm."""

    question: str
    """The scenario's question."""
    labels: tuple[OfferedLabel, ...]
    """In the item's label order."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    text: Mapping[str, str]
    """The scenario's own words."""
    speech: tuple[Turn, ...] = ()
    """Empty in the arms `none` and `mg`."""
    cues: Cues | None = None
    """None in the arms `none` and `text`."""

    def variables(self) -> dict[str, Any]:
        """As plain values: nothing in it has methods worth reaching for."""
        return {
            **self.text,
            "question": self.question,
            "labels": [{"text": label.text, "answer": label.answer} for label in self.labels],
            "reasoning": self.reasoning,
            "speech": [{"speaker": turn.speaker, "text": turn.text} for turn in self.speech],
            "cues": cue_variables(self.cues),
        }


def cue_variables(cues: Cues | None) -> dict[str, Any] | None:
    """What `_cues.j2` sees as `cues`: plain strings."""
    if cues is None:
        return None
    return {
        "heading": cues.heading,
        "definition": cues.definition,
        "lines": [str(line) for line in cues.lines],
        "nothing": cues.nothing,
    }
