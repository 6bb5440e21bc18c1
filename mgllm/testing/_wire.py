"""The shapes of the OpenAI protocol, as a server writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mgllm.testing.behaviour import FakeReply

Json = dict[str, Any]


def error_body(message: str, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """An error as OpenAI words it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def messages_of(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """The messages of a chat request, or a completion's prompt as one message."""
    if "prompt" in body:
        return [{"role": "user", "content": str(body["prompt"])}]
    return [{"role": str(m["role"]), "content": str(m["content"])} for m in body.get("messages", ())]


def prompt_tokens(messages: Sequence[Mapping[str, str]], context: int | None) -> int:
    """Words and marks of all messages, at most `context`: what this server takes for tokens."""
    count = sum(len(re.findall(r"\w+|[^\w\s]", m["content"])) for m in messages)
    return count if context is None else min(count, context)


def completion(reply: FakeReply, model: str, used: int, top: int | None) -> Json:
    """A chat completion; `top`: tokens shown a position, None for no log-probabilities at all."""
    shown = {} if top is None else {"logprobs": {"content": _positions(reply, top)}}
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, **shown}
    return _envelope("chat.completion", choice, model, _usage(used, reply))


def text_completion(reply: FakeReply, model: str, used: int, top: int | None) -> Json:
    """A completion of the old endpoint, with its own shape of log-probabilities."""
    logprobs = None if top is None else _legacy(_positions(reply, top))
    choice = {"index": 0, "text": reply.text, "finish_reason": reply.finish_reason, "logprobs": logprobs}
    return _envelope("text_completion", choice, model, _usage(used, reply))


def _positions(reply: FakeReply, top: int) -> list[Json]:
    """One entry a token: the token written and the `top` likeliest."""
    return [_position(probabilities, top) for probabilities in _tops(reply)]


def _position(probabilities: Mapping[str, float], top: int) -> Json:
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    shown = [{"token": t, "logprob": math.log(p) if p > 0 else -9999.0} for t, p in ranked]
    return {**shown[0], "top_logprobs": shown[:top]}


def _tops(reply: FakeReply) -> Sequence[Mapping[str, float]]:
    """The probabilities given, or each word of the text at 90 % against one other token."""
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
