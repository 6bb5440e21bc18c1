"""How a fake server behaves, and what it replies."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from mgllm.records import Frozen

Json = dict[str, Any]


class FakeReply(Frozen):
    """One completion, in more detail than its text."""

    text: str | None
    """The message's content; null as with tool calls."""
    tops: tuple[Mapping[str, float], ...] = ()
    """For each token: probability of each shown token; the most probable one is written."""
    finish_reason: str = "stop"
    """The provider's reason why the model stopped."""
    refusal: str | None = None
    """The provider's own field for a refusal."""


class Fault(Frozen):
    """One response that is not a completion."""

    status: int = 500
    """HTTP status; 0 drops the connection."""
    body: str = '{"error": {"message": "made to fail", "type": "server_error"}}'
    """The body that is sent."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Headers that are sent, such as Retry-After."""


class Behaviour(Frozen):
    """What a fake server does to its clients. Faults are a function of seed, request and
    attempt."""

    latency_s: float = Field(default=0.0, ge=0)
    """Seconds before every completion."""
    rate_429: float = Field(default=0.0, ge=0, le=1)
    """Share of requests answered with 429 and `Retry-After`."""
    retry_after_s: float = Field(default=1.0, ge=0)
    """Seconds that a 429 asks to wait."""
    limit: int | None = Field(default=None, ge=1)
    """Requests answered in each window of time; the others get 429 and `Retry-After`."""
    window_s: float = Field(default=60.0, gt=0)
    """Seconds of a window; the first one begins with the first request."""
    rate_500: float = Field(default=0.0, ge=0, le=1)
    """Share of requests answered with 500."""
    rate_drop: float = Field(default=0.0, ge=0, le=1)
    """Share of requests whose connection is cut."""
    seed: int = 0
    """Seed of the faults."""
    faults: tuple[Fault, ...] = ()
    """Responses to the first requests for a completion, one each, before anything else."""
    logprobs: Literal["on", "null", "absent"] = "on"
    """Given if a request asks for them, given as null, or left out."""
    max_top_logprobs: int = 20
    """A larger `top_logprobs` gets a 400."""
    rejects: tuple[str, ...] = ()
    """Request parameters that get a 400 which names them."""
    completions: bool = True
    """Whether there is a completions endpoint."""
    model: str | None = None
    """The only model there is; null: any."""
    max_model_len: int | None = None
    """The context that the list of models names, as vLLM's does."""
    api_key: str | None = None
    """The key that is needed; null: none."""
    context: int | None = None
    """Prompts are silently cut to this number of tokens."""


Say = Callable[[Sequence[Mapping[str, str]]], str | FakeReply]
"""From the messages of a request to the reply; a completion's prompt is one `user` message."""


def error_body(message: str, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """An error in OpenAI's form."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def messages_of(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """The messages of a chat request, or a completion's prompt as one message."""
    if "prompt" in body:
        return [{"role": "user", "content": str(body["prompt"])}]
    return [{"role": str(m["role"]), "content": str(m["content"])} for m in body.get("messages", ())]


def prompt_tokens(messages: Sequence[Mapping[str, str]], context: int | None) -> int:
    """Words and punctuation marks of all messages, at most `context`: the tokens of this server."""
    count = sum(len(re.findall(r"\w+|[^\w\s]", m["content"])) for m in messages)
    return count if context is None else min(count, context)


def completion(reply: FakeReply, model: str, used: int, top: int | None) -> Json:
    """A chat completion; `top`: tokens shown at each position, None for no log-probabilities."""
    shown = {} if top is None else {"logprobs": {"content": _positions(reply, top)}}
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, **shown}
    return _envelope("chat.completion", choice, model, _usage(used, reply))


def text_completion(reply: FakeReply, model: str, used: int, top: int | None) -> Json:
    """A completion of the old endpoint, with its own form of log-probabilities."""
    logprobs = None if top is None else _legacy(_positions(reply, top))
    choice = {"index": 0, "text": reply.text, "finish_reason": reply.finish_reason, "logprobs": logprobs}
    return _envelope("text_completion", choice, model, _usage(used, reply))


def _positions(reply: FakeReply, top: int) -> list[Json]:
    """An entry for each token: the written token and the `top` most probable ones."""
    return [_position(probabilities, top) for probabilities in _tops(reply)]


def _position(probabilities: Mapping[str, float], top: int) -> Json:
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    shown = [{"token": t, "logprob": math.log(p) if p > 0 else -9999.0} for t, p in ranked]
    return {**shown[0], "top_logprobs": shown[:top]}


def _tops(reply: FakeReply) -> Sequence[Mapping[str, float]]:
    """The given probabilities, or each word of the text with 90 % and one other token."""
    if reply.tops or not reply.text:
        return reply.tops
    return [{piece: 0.9, " …": 0.05} for piece in re.findall(r"\s*\S+|\s+", reply.text)]


def _legacy(positions: list[Json]) -> Json:
    return {
        "tokens": [p["token"] for p in positions],
        "token_logprobs": [p["logprob"] for p in positions],
        "top_logprobs": [{t["token"]: t["logprob"] for t in p["top_logprobs"]} for p in positions],
    }


def _usage(used: int, reply: FakeReply) -> Json:
    wrote = len(_tops(reply))
    return {"prompt_tokens": used, "completion_tokens": wrote, "total_tokens": used + wrote}


def _envelope(kind: str, choice: Json, model: str, usage: Json) -> Json:
    return {"id": "fake-1", "object": kind, "created": 0, "model": model, "choices": [choice], "usage": usage}
