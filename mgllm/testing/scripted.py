"""A backend whose replies a test decides."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mgllm.errors import FatalBackendError
from mgllm.records import Form, LabelScores, Question, Reply, Score
from mgllm.seeds import number

Answer = Callable[[Question], Reply | str]


class Script(NamedTuple):
    """How a scripted backend presents itself."""

    form: Form = "chat"
    """Its default form."""
    score: Score = "logprob"
    """Its default score."""
    concurrency: int = 8
    """Questions at the same time."""
    delay_s: float = 0.0
    """Seconds that each answer takes."""
    context_words: int | None = None
    """Prompts with more words do not fit."""
    fatal_after: int | None = None
    """Number of questions after which every further one is a FatalBackendError."""
    uploads: bool = False
    """Whether it says that it sends questions to another machine."""


def say_by_hash(question: Question) -> Reply:
    """A choice that depends only on the prompt, as words and, if asked for, as scores."""
    chosen = question.choices[number(0, "scripted", question.prompt.sha256) % len(question.choices)]
    return say(question, chosen.label)


def say(question: Question, label: str, probability: float = 0.8) -> Reply:
    """The reply of a model that gives `label` a probability and shares the rest among the
    others."""
    text = next(choice.text for choice in question.choices if choice.label == label).strip()
    if question.score == "generate":
        return Reply(text=text, finish_reason="stop")
    rest = (1 - probability) / (len(question.choices) - 1)
    total = {c.label: math.log(probability if c.label == label else rest) for c in question.choices}
    return Reply(text=text, scores=LabelScores(total=total, mean=total), finish_reason="stop")


class ScriptedBackend:
    """Answers from a function, remembers what it was asked, and does no I/O."""

    def __init__(self, answer: Answer = say_by_hash, script: Script = Script()) -> None:  # noqa: B008  # immutable
        self.concurrency = script.concurrency
        self.facts: Mapping[str, str | int | float | bool | None] = {"scripted": True}
        self.dropped_parameters: tuple[str, ...] = ()
        self.uploads = script.uploads
        self.base_url: str | None = None
        self.asked: list[Question] = []
        self.opened = 0
        self.closed = 0
        self.most_at_once = 0
        self._answer = answer
        self._script = script
        self._now = 0

    async def open(self) -> None:
        """Count that it was opened."""
        self.opened += 1

    def default_form(self) -> Form:
        """The one of the script."""
        return self._script.form

    async def default_score(self) -> Score:
        """The one of the script."""
        return self._script.score

    def count_tokens(self, text: str) -> int | None:
        """Number of words."""
        return len(text.split())

    def fits(self, question: Question) -> str | None:
        """The one of the script."""
        words = sum(len(m.content.split()) for m in question.prompt.messages)
        limit = self._script.context_words
        return None if limit is None or words <= limit else f"{words} words do not fit a context of {limit}"

    async def ask(self, question: Question) -> Reply:
        """The reply of the function; a string is the reply's text."""
        if self._script.fatal_after is not None and len(self.asked) >= self._script.fatal_after:
            raise FatalBackendError("the script ends here; nothing more is answered")
        self.asked.append(question)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(self._script.delay_s)
            said = self._answer(question)
        finally:
            self._now -= 1
        return Reply(text=said, finish_reason="stop") if isinstance(said, str) else said

    async def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1
