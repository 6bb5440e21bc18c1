"""Decides which parameters are sent with a question: those settled for its manner, or learnt while
asking."""

from __future__ import annotations

import math

from mgllm.backends.api.bodies import Json
from mgllm.backends.api.preset import Fragment
from mgllm.backends.api.refusing import Trouble, names_parameter
from mgllm.backends.api.sending import LIMITS, TOO_LARGE, Sending
from mgllm.backends.secret_names import refuse_secrets
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question, Reasoning, Score

_OURS = frozenset({"model", "messages", "prompt", "stream", "n"})
"""Parameters that `--model-arg` may not set, because mgllm sets them."""
_SEVERAL = "differs by question"
"""In the manifest, in place of a value that is not the same for all questions."""

Key = tuple[Reasoning, Score]
"""A manner of asking."""


class Parameters:
    """Builds request bodies. Refusals change them until the first manner is settled, and never
    later."""

    def __init__(self, model: str, model_args: Fragment, left_out: frozenset[str] = frozenset()) -> None:
        refuse_secrets(model_args)
        _refuse_args(model_args)
        self._learnt = Sending(model=model, model_args=model_args, left_out=left_out)
        self._held: dict[Key, Sending] = {}
        self._seen: dict[Key, Json] = {}

    @property
    def dropped(self) -> tuple[str, ...]:
        """Parameters that the server refused, in this order."""
        sendings = self._held.values() or (self._learnt,)
        return tuple(dict.fromkeys(name for sending in sendings for name in sending.dropped))

    @property
    def top(self) -> int:
        """Likeliest tokens asked for at each position."""
        return min((sending.top for sending in self._held.values()), default=self._learnt.top)

    @property
    def fresh(self) -> Sending:
        """The first attempt to settle a manner: it uses what was learnt for other manners."""
        last = next(reversed(self._held.values()), self._learnt)
        return last.along(self._learnt.way)

    @property
    def sent(self) -> Json:
        """Parameters as they are sent, without the prompt; by manner if manners differ."""
        seen = list(self._seen.values())
        if all(one == seen[0] for one in seen):
            return dict(seen[0]) if seen else {}
        return {f"{reasoning}, {score}": dict(one) for (reasoning, score), one in self._seen.items()}

    def hold(self, key: Key, sending: Sending, question: Question) -> None:
        """From now on, use this for a manner; refusals no longer change it."""
        self._held[key] = sending
        known = sending.parameters(question.model_copy(update={"score": key[1]}))
        self._seen[key] = {name: value for name, value in known.items() if name not in (*LIMITS, "seed")}

    def body(self, question: Question) -> Json:
        body = self._sending(question).body(question)
        if self._held:
            self._note(question, body)
        return body

    def learn(self, trouble: Trouble, sent: Json) -> bool:
        """Change the next body after a refusal; False if nothing can be changed.

        Raises:
            FatalBackendError: the server refuses what the user asked for: `--model-arg`,
                `--max-tokens`.
        """
        if self._held:  # settled before the first question: only this one fails, others are asked as before
            return False
        if names_parameter(trouble, sent) in LIMITS and TOO_LARGE.search(trouble.message):
            raise FatalBackendError(
                f"the server refuses so many tokens ({trouble}); give a lower --max-tokens"
            )
        after = self._learnt.after(trouble, sent)
        self._learnt = after or self._learnt
        return after is not None

    def _sending(self, question: Question) -> Sending:
        """What is settled for the question's manner, else for the nearest one."""
        key = (question.reasoning, question.score)
        near = (sending for (reasoning, _), sending in self._held.items() if reasoning == question.reasoning)
        return self._held.get(key) or next(near, self._learnt)

    def _note(self, question: Question, body: Json) -> None:
        seen = self._seen.setdefault((question.reasoning, question.score), {})
        for name, value in body.items():
            if name not in ("model", "messages") and seen.get(name, value) != value:
                seen[name] = _SEVERAL
            elif name not in ("model", "messages"):
                seen[name] = value


def _refuse_args(model_args: Fragment, within: str = "") -> None:
    for name, value in model_args.items():
        place = f"--model-arg {within}{name}"
        if not within and name in _OURS:
            raise InputError(f"{place} cannot be set, because mgllm sets it; leave it out")
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, float) and not math.isfinite(one):
                raise InputError(f"{place} is not a finite number; give one or leave it out")
            if isinstance(one, dict):
                _refuse_args(one, f"{within}{name}.")
