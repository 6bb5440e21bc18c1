"""Completions and errors in OpenAI's form, as animals send them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mgllm.testing.zoo.animal import Ask, Served
from mgllm.testing.zoo.tokens import Json, Spelling, Tops, openai, positions, tokens_of

DROPPED = object()
"""Instead of a value: the field is not sent."""


@dataclass(frozen=True)
class Say:
    """A chat completion; log-probabilities are given if they are asked for."""

    text: str | None
    """The message's content."""
    tokens: Sequence[Tops] | Literal["silent"] | None = None
    """Written tokens with rivals; None cuts the text into words; `silent` gives no
    log-probabilities."""
    spelling: Spelling = openai
    """How tokens are spelled."""
    finish: object = "stop"
    """finish_reason."""
    message: Mapping[str, object] = field(default_factory=dict)
    """More fields of the message."""
    choice: Mapping[str, object] = field(default_factory=dict)
    """More fields of the choice."""
    usage: object = field(default_factory=dict)
    """More fields of the usage, or a value instead of it."""
    body: Mapping[str, object] = field(default_factory=dict)
    """More fields of the body."""

    def __call__(self, ask: Ask) -> Served:
        """Answer a request."""
        return sent(self.json(ask))

    def json(self, ask: Ask) -> Json:
        """The completion as an object."""
        message = {"role": "assistant", "content": self.text, "refusal": None, **self.message}
        choice: Json = {"index": 0, "message": message, "finish_reason": self.finish}
        written = tokens_of(self.text or "") if self.tokens is None else self.tokens
        if ask.body.get("logprobs") and written != "silent":
            top = int(ask.body.get("top_logprobs") or 0)
            choice["logprobs"] = {"content": positions(written, top, self.spelling)}
        whole = {
            "id": "chatcmpl-zoo",
            "object": "chat.completion",
            "created": 1790000000,
            "model": str(ask.body.get("model")),
            "choices": [_kept({**choice, **self.choice})],
            "usage": self._usage(ask),
        }
        return _kept({**whole, **self.body})

    def _usage(self, ask: Ask) -> object:
        if not isinstance(self.usage, Mapping):
            return self.usage
        read, wrote = prompt_tokens(ask), len(re.findall(r"\w+|[^\w\s]", self.text or ""))
        return _kept(
            {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote, **self.usage}
        )


def prompt_tokens(ask: Ask) -> int:
    """Words and punctuation marks of all messages: the tokens of the zoo."""
    return sum(len(re.findall(r"\w+|[^\w\s]", text_of(message))) for message in messages_of(ask))


def messages_of(ask: Ask) -> list[Mapping[str, Any]]:
    """The messages of a request."""
    return [message for message in ask.body.get("messages") or () if isinstance(message, dict)]


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, which is a string or parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content)


def sent(body: object, status: int = 200, **headers: str) -> Served:
    """A response with a JSON body; half surrogates, NaN and the like are written as Python writes
    them."""
    return Served(json.dumps(body).encode(), status, headers)


def error(status: int, message: str, **more: object) -> Served:
    """An error in OpenAI's form."""
    told = {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}
    return sent({"error": told}, status)


def unsupported(name: str) -> Served:
    """OpenAI's error for a parameter that a model does not accept."""
    said = f"Unsupported parameter: '{name}' is not supported with this model."
    return error(400, said, param=name, code="unsupported_parameter")


def _kept(fields: Mapping[str, object]) -> Json:
    return {name: value for name, value in fields.items() if value is not DROPPED}
