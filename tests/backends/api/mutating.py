"""Replies of servers, changed at random by a seed: as JSON, and as bytes."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any, NamedTuple

KEY = "sesame-Open_4711/WITH+more=0"


class Mutant(NamedTuple):
    """One response."""

    status: int
    headers: dict[str, str]
    raw: bytes


_SHOWN = [{"token": "yes", "logprob": -0.1, "bytes": [121, 101, 115]}, {"token": " no", "logprob": -2.5}]
_USAGE = {
    **{"prompt_tokens": 20, "completion_tokens": 2, "total_tokens": 22},
    **{"completion_tokens_details": {"reasoning_tokens": 1}, "prompt_tokens_details": {"cached_tokens": 8}},
}


def _reply(message: Any, **choice: Any) -> dict[str, Any]:
    first = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    return {"id": "x", "object": "chat.completion", "model": "m", "choices": [first], "usage": _USAGE}


GOOD: tuple[Any, ...] = (
    _reply({"role": "assistant", "content": "yes", "refusal": None},
           logprobs={"content": [{**_SHOWN[0], "top_logprobs": _SHOWN}]}),
    _reply({"role": "assistant", "content": "yes"},
           logprobs={"tokens": ["y", "es"], "token_logprobs": [-0.1, 0.0],
                     "top_logprobs": [{"y": -0.1, "n": -2.0}, {"es": 0.0}]}),
    _reply({"role": "assistant", "content": None, "reasoning_content": "hm"}, finish_reason="length"),
    _reply({"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "no"}]}),
    _reply({"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}),
    _reply({"content": ""}, error={"code": 502, "message": "upstream", "metadata": {"raw": "busy"}}),
    {"model": "m", "choices": [{"text": " no", "finish_reason": {"type": "stop"}}], "usage": None},
    {"error": {"message": "Unsupported parameter: 'seed'", "type": "invalid_request_error", "param": "seed",
               "code": "unsupported_parameter"}},
    {"object": "error", "message": "too busy", "code": 503},
    {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 7}]},
    {"detail": "Not Found"},
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**63, 10**400, 0.5, -9999.0, 1e300, float("nan"), float("inf")),
    *("", " ", "yes", "no", "stop", "length", "\ud83d", "\udc00x", "\x00", "\x1b[31m", "\u202e", "é" * 300),
    *("x" * 5000, "<" * 3000, "9" * 5000, KEY, KEY[3:15], f"Bearer {KEY}", "temperature", "messages"),
    *([], {}, [[]], [None], [5], {"x": None}, {"text": 5}, [{"token": 5}], {"": ""}, [{}], {"loc": 5}),
)
_RAW = (
    *(
        b"\\ud83d",
        b"\\udc00",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\x00",
        b"1e999",
        b"-1e999",
        b"NaN",
        b"Infinity",
    ),
    *(
        b"9" * 5000,
        b"-" + b"9" * 400,
        b"[" * 3000,
        b'{"a":' * 3000,
        b"]",
        b"}",
        b'"',
        b"\\",
        b",",
        b"\n",
        b"null",
    ),
    *(
        b"data: ",
        b"\n\ndata: [DONE]",
        b"<html>",
        KEY.encode(),
        KEY.replace("/", "\\/").encode(),
        b"\xef\xbb\xbf",
    ),
)
_STATUSES = (*[200] * 30, 201, 204, 400, 403, 413, 422, 429, 500, 503, 529)
_HEADERS: tuple[dict[str, str], ...] = (
    {"retry-after": "soon"},
    {"retry-after": "-5"},
    {"retry-after": "1e999"},
    {"retry-after": "9" * 4000},
    {"retry-after": "Mon, 99 Foo 99999 99:99:99 GMT", "date": "\udcff"},
    {"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT", "date": "x"},
    {"retry-after-ms": "nan", "content-type": "\udcff" * 90},
    {"content-encoding": "gzip"},
    {"content-encoding": "br"},
    {"content-type": "text/event-stream"},
)


def mutant(seed: int) -> Mutant:
    """The response of a seed."""
    rng = random.Random(seed)
    body = json.loads(json.dumps(rng.choice(GOOD)))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 8))):
        body = _changed(body, rng)
    raw = json.dumps(body, ensure_ascii=rng.random() < 0.7).encode("utf-8", "surrogatepass")
    if rng.random() < 0.15:
        raw = _as_events(body)
    for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 1, 2))):
        raw = _spoilt(raw, rng)
    headers = rng.choice(_HEADERS) if rng.random() < 0.2 else {"content-type": "application/json"}
    return Mutant(rng.choice(_STATUSES), headers, raw)


def _changed(body: Any, rng: random.Random) -> Any:
    """One place made odd."""
    places = [(None, None), *_places(body)]
    holder, name = rng.choice(places)
    odd = deepcopy(rng.choice(_ODD))
    if holder is None:
        return odd if rng.random() < 0.1 else body
    kind = rng.random()
    if kind < 0.6:
        holder[name] = odd
    elif kind < 0.75:
        holder[name] = [holder[name]] if rng.random() < 0.5 else {"content": holder[name]}
    elif kind < 0.9 and isinstance(holder, dict):
        holder[odd if isinstance(odd, str) else str(odd)[:50]] = holder.pop(name)
    else:
        del holder[name]
    return body


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in parsed JSON."""
    pairs = (
        list(node.items())
        if isinstance(node, dict)
        else list(enumerate(node))
        if isinstance(node, list)
        else []
    )
    return [(node, name) for name, _ in pairs] + [place for _, value in pairs for place in _places(value)]


def _as_events(body: Any) -> bytes:
    text = json.dumps(body).replace('"message"', '"delta"')
    return f"data: {text}\n\ndata: {text}\n\ndata: [DONE]\n\n".encode()


def _spoilt(raw: bytes, rng: random.Random) -> bytes:
    """Bytes cut, put in, or put over others."""
    at = rng.randrange(len(raw) + 1)
    kind = rng.random()
    if kind < 0.2:
        return raw[:at]
    return raw[:at] + rng.choice(_RAW) + raw[at if kind < 0.6 else min(len(raw), at + rng.randrange(1, 20)) :]
