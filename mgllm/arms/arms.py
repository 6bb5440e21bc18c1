"""The arms that show what was recorded: nothing, the speech, the gestures, or both."""

from __future__ import annotations

from mgllm.arms.base import Case, arm
from mgllm.cues.block import Cues


@arm("none", speech=False, role="unasked", place=0)
def _nothing(case: Case, level: None) -> None:
    """Shows nothing of the item: what the model answers anyway."""


@arm("text", speech=True, place=10)
def _speech_alone(case: Case, level: None) -> None:
    """The baseline."""


@arm("mg", speech=False, needs="source", may_coincide=True, role="alone", place=20)
@arm("text+mg", speech=True, needs="source", may_coincide=True, role="main", place=30)
def _gestures(case: Case, level: None) -> Cues:
    return case.show(case.transcript())


@arm("text+oracle", speech=True, needs="annotated", may_coincide=True, place=40)
def _oracle(case: Case, level: None) -> Cues:
    return case.show(case.item.gestures["annotated"])
