"""What is sent beside the prompt, less what this server has refused so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mgllm.backends.api.bodies import Json
from mgllm.backends.api.refusing import Trouble, names_parameter
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question

TOP = 20
"""Tokens shown a position: the most that OpenAI gives."""
_CLOZE_SCORED_TOKENS = 8
"""A scored continuation is read at its beginning alone."""
_OURS = frozenset({"model", "messages", "prompt", "stream", "n"})
"""What `--model-arg` may not set."""
_LIMITS = frozenset({"max_tokens", "max_completion_tokens"})
_TOO_LARGE = re.compile(r"too (?:large|big|high|many)|at most|less than|exceed", re.IGNORECASE)
"""In an error about the number of tokens, not about the parameter's name."""


class Parameters:
    """Builds request bodies and learns from refusals; what was learnt holds for all later questions."""

    def __init__(self, model: str, model_args: Mapping[str, str | int | float | bool]) -> None:
        taken = sorted(_OURS & set(model_args))
        if taken:
            raise InputError(f"--model-arg {taken[0]} cannot be set: mgllm decides it itself; leave it out")
        self._model = model
        self._model_args = dict(model_args)
        self._dropped: dict[str, None] = {}
        self._top = TOP

    @property
    def dropped(self) -> tuple[str, ...]:
        """What the server refused, in the order of refusal."""
        return tuple(self._dropped)

    @property
    def top(self) -> int:
        """Tokens asked for at a position."""
        return self._top

    def body(self, question: Question) -> Json:
        """The request for a question."""
        body = self._chat(question) if question.prompt.form == "chat" else self._cloze(question)
        if "max_tokens" in self._dropped and "max_tokens" in body:
            body["max_completion_tokens"] = body["max_tokens"]
        for name in self._dropped:
            body.pop(name, None)
        return {**body, **self._model_args}

    def learn(self, trouble: Trouble, sent: Json) -> bool:
        """Whether the next body will differ from the one that was refused, in what the refusal names.

        Raises:
            FatalBackendError: the server refuses what the user asked for: `--model-arg`, `--max-tokens`.
        """
        name = names_parameter(trouble, sent)
        if name is None:
            return False
        if name in self._model_args:
            raise FatalBackendError(f"the server refuses --model-arg {name} ({trouble}); leave it out")
        if name in _LIMITS and _TOO_LARGE.search(trouble.message):
            raise FatalBackendError(f"the server refuses so many tokens ({trouble}); lower --max-tokens")
        if name in {"top_logprobs", "logprobs"} and self._lower_top(trouble.message, sent):
            return True
        if name == "logprobs" and "top_logprobs" in sent:
            self._dropped.setdefault("top_logprobs")
        self._dropped.setdefault(name)
        return True

    def _chat(self, question: Question) -> Json:
        messages = [{"role": m.role, "content": m.content} for m in question.prompt.messages]
        asked: Json = {"logprobs": True, "top_logprobs": self._top} if question.score == "logprob" else {}
        return {"model": self._model, "messages": messages, **self._sampling(question), **asked}

    def _cloze(self, question: Question) -> Json:
        prompt = "".join(m.content for m in question.prompt.messages)
        body = {"model": self._model, "prompt": prompt, **self._sampling(question), "stop": ["\n"]}
        if question.score == "logprob" and question.reasoning == "direct":
            body["max_tokens"] = min(question.max_tokens, _CLOZE_SCORED_TOKENS)
            del body["stop"]
        if question.score == "logprob":
            body["logprobs"] = self._top
        return body

    def _sampling(self, question: Question) -> dict[str, Any]:
        # Protocol and OpenAI alike know seeds of 64 bits with a sign; many servers only of 32 bits without.
        return {
            "temperature": question.temperature,
            "max_tokens": question.max_tokens,
            "seed": question.seed % 2**31,
        }

    def _lower_top(self, message: str, sent: Json) -> bool:
        """Take a smaller number of shown tokens, where the message allows one."""
        top = sent.get("top_logprobs", sent.get("logprobs"))
        if isinstance(top, bool) or not isinstance(top, int):
            return False
        smaller = [int(n) for n in re.findall(r"(?<![\w.])\d{1,3}(?![\w])", message) if 1 < int(n) < top]
        if self._top < top:  # another question has learnt it meanwhile
            return True
        if smaller:
            self._top = max(smaller)
        return bool(smaller)
