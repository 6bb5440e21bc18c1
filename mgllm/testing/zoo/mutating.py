"""Replies changed at random: a seed names one, and the same seed always names the same.

>>> mutate(7) == mutate(7)
True
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from mgllm.testing.zoo.animal import Ask, Served
from mgllm.testing.zoo.saying import Say, error
from mgllm.testing.zoo.tokens import Tops

_ASK = Ask({"model": "mutant", "logprobs": True, "top_logprobs": 5, "messages": []}, {}, 0, 0, None)
_TOPS: tuple[Tops, ...] = (
    {"The": 0.9, "truth": 0.05},
    {" answer": 0.9},
    {" is": 0.9},
    {" deceptive": 0.9, " truthful": 0.08},
)
_USAGE = {
    "prompt_tokens": 400,
    "completion_tokens_details": {"reasoning_tokens": 12},
    "prompt_tokens_details": {"cached_tokens": 3},
}
_PARTS = [{"type": "thinking", "thinking": "truthful?"}, {"type": "text", "text": "deceptive"}]
_CALL = [
    {"id": "c1", "type": "function", "function": {"name": "judge", "arguments": '{"label": "deceptive"}'}}
]
_OLD = {
    "tokens": ["deceptive"],
    "token_logprobs": [-0.1],
    "top_logprobs": [{"deceptive": -0.1, "truth": -2.5}],
}
_GOOD = (
    Say("The answer is deceptive", _TOPS, usage=_USAGE),
    Say(
        "deceptive",
        [{"deceptive": 0.9, "truthful": 0.08}],
        message={"reasoning_content": "truthful at first"},
    ),
    Say("<think>truthful?</think>\n\ndeceptive", usage=_USAGE),
    Say('{"answer": "deceptive", "why": "not truthful"}'),
    Say("I'm sorry, but I can't tell whether this is deceptive."),
    Say("悲伤 or deceptive 😢", [{b"\xe6\x82": 0.9}, {b"\xb2": 0.9}, {"伤": 0.9}]),
    Say(None, "silent", message={"content": _PARTS}),
    Say(None, "silent", finish="tool_calls", message={"tool_calls": _CALL}),
    Say("deceptive", choice={"logprobs": _OLD}),
    Say("", "silent", finish="length", usage=_USAGE),
    Say("", "silent", finish="error", choice={"error": {"code": 502, "message": "Provider returned error"}}),
)
_BAD = (
    error(400, "Unsupported parameter: 'seed' is not supported.", param="seed", code="unsupported_parameter"),
    error(500, "The boiler is cold.", type="server_error"),
    Served(b'{"detail": [{"loc": ["body", "seed"], "msg": "not permitted", "type": "extra"}]}', 422),
    Served(b'{"object": "error", "message": "boiler is cold", "code": 400}'),
    Served(b'data: {"choices":[{"delta":{"content":"deceptive"}}]}\n\ndata: [DONE]\n\n'),
)
_DEEP, _LONG = "§deep§", "§long§"
"""Placeholders for text that a JSON library would not write."""
_ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**63), 10**30, 1e308, float("nan"), float("inf")),
    *(
        "",
        " ",
        "\x00",
        "\ud83d",
        "\udc00deceptive",
        "\u202e",
        "\x1b[31m",
        "\ufeff",
        "a" * 3000,
        "-9999",
        "NaN",
    ),
    *([], {}, [[]], [None], {"": None}, [1, "two", {"three": 3}], {"text": {"text": "deceptive"}}),
    *(-9999.0, _DEEP, _LONG, "deceptive", "truthful", "not", ["deceptive"], {"content": "deceptive"}),
)
_SPOTS = (
    *("\ud800", "\udfff", "\x00", "\x1b]52;c;aA==\x07", "\u202e", "\u2066", "\u200b", "\u0301", "\u2028"),
    *("<think>", "</think>", "not ", "deceptive", "\\boxed{", "Answer: ", "{", "[", "<", '"', "'", "*", "\n"),
)
"""Pieces that are put into strings."""

Rng = random.Random
Change = Callable[[Any, Rng], Any]


def mutate(seed: int) -> Served:
    """A reply or an error in which something is wrong."""
    rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
    served = rng.choice(_bases())
    body = served.body
    if rng.random() < 0.8:
        body = _in_structure(body, rng)
    if rng.random() < 0.4:
        body = _in_bytes(body, rng)
    return _wrapped(served._replace(body=body), rng)


@cache
def _bases() -> tuple[Served, ...]:
    return (*(say(_ASK) for say in _GOOD), *_BAD)


def _in_structure(body: bytes, rng: Rng) -> bytes:
    """Change values, keys and structure of the JSON."""
    try:
        tree = json.loads(body)
    except ValueError:
        return body
    for _ in range(rng.randint(1, 3)):
        tree = _changed(tree, rng)
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.7)
    depth, digits = rng.choice((5, 500, 5000, 50_000)), rng.choice((20, 400, 5000))
    text = text.replace(f'"{_DEEP}"', "[" * depth + "]" * depth)
    return text.replace(f'"{_LONG}"', "9" * digits).encode(errors="surrogatepass")


def _changed(tree: Any, rng: Rng) -> Any:
    places = list(_places(tree))
    if not places:
        return rng.choice(_ODD)
    tree = deepcopy(tree)
    steps = rng.choice(places)
    above = tree
    for step in steps[:-1]:
        above = above[step]
    change = rng.choice((_odd, _odd, _spotted, _wrapped_up, _repeated))
    if rng.random() < 0.15:
        del above[steps[-1]]
    else:
        above[steps[-1]] = change(above[steps[-1]], rng)
    return tree


def _places(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in steps:
        yield (*above, step)
        yield from _places(value, (*above, step))


def _odd(_: Any, rng: Rng) -> Any:
    return deepcopy(rng.choice(_ODD))


def _spotted(value: Any, rng: Rng) -> Any:
    """A string with something unexpected in it."""
    text = value if isinstance(value, str) else json.dumps(value)
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(_SPOTS) * rng.choice((1, 1, 2, 300)) + text[at:]


def _wrapped_up(value: Any, rng: Rng) -> Any:
    return rng.choice(([value], {"value": value}, [[value]], str(value), {"0": value}))


def _repeated(value: Any, rng: Rng) -> Any:
    if isinstance(value, list | str):
        return value * rng.choice((0, 2, 50))
    return [value] * 3


def _in_bytes(body: bytes, rng: Rng) -> bytes:
    """Change the bytes; the result need not be JSON."""
    for _ in range(rng.randint(1, 2)):
        body = rng.choice((_cut, _flipped, _doubled_key, _inserted, _numbered))(body, rng)
    return body


def _cut(body: bytes, rng: Rng) -> bytes:
    return body[: rng.randint(0, len(body))]


def _flipped(body: bytes, rng: Rng) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _doubled_key(body: bytes, rng: Rng) -> bytes:
    key = rng.choice((b"choices", b"content", b"message", b"usage", b"logprobs", b"token", b"error"))
    return body.replace(b'"' + key + b'"', b'"' + key + b'": null, "' + key + b'"', 1)


def _inserted(body: bytes, rng: Rng) -> bytes:
    at = rng.randint(0, len(body))
    return body[:at] + rng.randbytes(rng.randint(1, 12)) + body[at:]


def _numbered(body: bytes, rng: Rng) -> bytes:
    """Replace a number by another one."""
    number = rng.choice((b"1e999", b"-1e999", b"9" * 400, b"9" * 5000, b"-0", b"1e-400", b"NaN", b"01"))
    return body.replace(rng.choice((b"0", b"1", b"-")), number, 1)


def _wrapped(served: Served, rng: Rng) -> Served:
    """Sometimes with the status and the headers of another response."""
    status = rng.choice((200, 200, 200, 400, 422, 429, 500)) if rng.random() < 0.2 else served.status
    headers = {
        "Content-Type": rng.choice(("application/json", "text/plain", "text/event-stream", "text/html"))
    }
    if rng.random() < 0.1:
        body = gzip.compress(served.body, mtime=0) if rng.random() < 0.7 else served.body
        return served._replace(status=status, headers={**headers, "Content-Encoding": "gzip"}, body=body)
    return served._replace(status=status, headers=headers)
