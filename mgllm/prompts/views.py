"""What templates see: plain values, and nothing of an item but its speech and its gestures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgllm.cues.block import Cues
from mgllm.records import Form, Frozen, Reasoning, Turn


class OfferedLabel(Frozen):
    """A label as a template sees it."""

    text: str
    """How it is listed: "happy", or "A. happy" if labels are offered as letters."""
    answer: str
    """What the model is asked to answer: "happy", or "A"."""


class Shot(Frozen):
    """A worked example as a template sees it."""

    speech: tuple[Turn, ...] = ()
    """What the other person said."""
    cues: Cues | None = None
    """How that person moved."""
    answer: str
    """The right answer, as the model should write it; in cloze with its leading space."""


class View(Frozen):
    """All that a template sees; never an item's id, subject, target, covariates or notes, nor the
    arm."""

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
    shots: tuple[Shot, ...] = ()
    """Worked examples, which come before the question."""

    def variables(self) -> dict[str, Any]:
        """As plain values, so that a template gets no methods to call."""
        return {
            **self.text,
            "question": self.question,
            "labels": [{"text": label.text, "answer": label.answer} for label in self.labels],
            "reasoning": self.reasoning,
            "speech": _spoken(self.speech),
            "cues": cue_variables(self.cues),
        }

    def shot_variables(self, nth: int, form: Form, ending: str) -> dict[str, Any]:
        """The same for a worked example."""
        shot = self.shots[nth]
        return {
            **self.variables(),
            "speech": _spoken(shot.speech),
            "cues": cue_variables(shot.cues),
            "number": nth + 1,
            "count": len(self.shots),
            "form": form,
            "answer": shot.answer,
            "ending": ending,
        }


def _spoken(speech: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"speaker": turn.alias or turn.speaker, "text": turn.text} for turn in speech]


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
