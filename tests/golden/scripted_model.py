"""A model of the tests' own, found through the entry-point group `mgllm.backends`: `--model golden/NAME`.

What it says is a function of the prompt's sha256 alone, so that no order of asking and no port moves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from mgllm.testing import Script, ScriptedBackend, say

PLUGIN = "[mgllm.backends]\ngolden = tests.golden.scripted_model:make\n"
"""The entry point, as an installed plugin declares it."""

FAILED, REFUSED, SIGNALLED, UNPARSED = 4, 7, 9, 14
"""Of a hundred prompts, where each outcome ends: failed, refused by words, by signal, and unparsed."""

Answer = Callable[[Any], Any]


def fraction(sha256: str, what: str) -> float:
    """A number in 0..1 that a prompt and a word decide."""
    return int(hashlib.sha256(f"{what}:{sha256}".encode()).hexdigest()[:12], 16) / 16**12


def first_choice(question: Any) -> Any:
    """Always the first label, for runs whose prompts alone are read."""
    return say(question, question.choices[0].label)


def all_outcomes(question: Any) -> Any:
    """Failed, refused, unparsed and answered replies, the answers with probabilities that differ."""
    kind = 100 * fraction(question.prompt.sha256, "kind")
    reply = _answered(question)
    if kind < FAILED:
        return reply.model_copy(update={"text": None, "scores": None, "error": "the server gave up"})
    if kind < REFUSED:
        return reply.model_copy(update={"text": "I'm sorry, I cannot judge that.", "scores": None})
    if kind < SIGNALLED:
        return reply.model_copy(update={"text": "", "scores": None, "refusal": True})
    if kind < UNPARSED:
        return reply.model_copy(update={"text": "Perhaps one, perhaps the other.", "scores": None})
    return reply


def answered(question: Any) -> Any:
    """As `all_outcomes`, with every failed call a whole one."""
    kind = 100 * fraction(question.prompt.sha256, "kind")
    return _answered(question) if kind < FAILED else all_outcomes(question)


def _answered(question: Any) -> Any:
    sha256 = question.prompt.sha256
    chosen = int(len(question.choices) * fraction(sha256, "label"))
    reply = say(question, question.choices[chosen].label, 0.55 + 0.4 * fraction(sha256, "p"))
    without = fraction(sha256, "without") < 0.08
    return reply.model_copy(update={"scores": None}) if without else reply


class Seat:
    """What the next backend is to be: tests set it, `make` reads it."""

    answer: Answer = staticmethod(first_choice)
    script: Script = Script(concurrency=64)
    last: ScriptedBackend | None = None


def make(options: object) -> ScriptedBackend:
    """What the entry point holds: a backend made of what the seat says."""
    Seat.last = ScriptedBackend(Seat.answer, Seat.script)
    return Seat.last


def planted(targets: dict[str, tuple[str, str]]) -> Answer:
    """Answers that know more where gestures are told, from (target, arm) by a prompt's sha256."""

    def answer(question: Any) -> Any:
        sha256 = question.prompt.sha256
        target, arm = targets[sha256]
        right = fraction(sha256, "right") < (0.96 if arm == "text+mg" else 0.45)
        others = [choice.label for choice in question.choices if choice.label != target]
        return say(question, target if right else others[0], 0.6 + 0.3 * fraction(sha256, "p"))

    return answer
