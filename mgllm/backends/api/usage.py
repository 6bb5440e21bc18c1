"""Counts the tokens read and written: from the server's counts, in many formats, or from the
words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from mgllm.records import Question, Usage

MOST_TOKENS = 10**9
"""A larger count is wrong: no context is so long."""
_BYTES_PER_TOKEN = 3.0
"""A cautious estimate: English text has about four, Chinese about three."""
_READ = ("prompt_tokens", "input_tokens", "prompt_eval_count")
_WRITTEN = ("completion_tokens", "output_tokens", "eval_count")
_DETAILS_READ = ("prompt_tokens_details", "input_tokens_details")
_DETAILS_WRITTEN = ("completion_tokens_details", "output_tokens_details")
_APART = "cache_read_input_tokens"
"""Anthropic's count of cached tokens, which are not counted in `input_tokens`."""


class Spent(NamedTuple):
    """The tokens that one reply used."""

    usage: Usage
    """Tokens read and written, hidden reasoning included."""
    reasoning: int | None
    """Hidden ones among those written; None if the server does not say."""
    cached: int | None
    """Cached ones among those read; None if the server does not say."""


def estimate_tokens(text: str) -> int:
    """Estimated tokens of a text; too many rather than too few."""
    return math.ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN)


def read_spent(reported: object, question: Question, written: str) -> Spent:
    """The tokens that a reply used, by the server's `usage`, else estimated from the words.

    Some servers do not count thoughts among the tokens written: then `total_tokens` shows them. A
    count of 0 for a text that is not empty is ignored.

    Args:
        reported: `usage`, which may be anything.
        question: what was read.
        written: what was written, with thoughts.
    """
    counts: Mapping[str, Any] = reported if isinstance(reported, Mapping) else {}
    read, wrote = _first(counts, _READ), _first(counts, _WRITTEN)
    reasoning = _detail(counts, _DETAILS_WRITTEN, "reasoning_tokens")
    cached = _cached(counts)
    apart = cached or 0 if "prompt_tokens" not in counts and _APART in counts else 0
    if read and wrote is not None:
        hidden = (_count(counts.get("total_tokens")) or 0) - read - wrote - (_count(counts.get(_APART)) or 0)
        reasoning = (reasoning or hidden) if hidden > 0 else reasoning
        wrote += max(hidden, 0)
    if wrote is not None and reasoning is not None and reasoning > wrote:
        wrote += reasoning
    estimated = not read or (not wrote and bool(written))
    guessed = sum(estimate_tokens(message.content) for message in question.prompt.messages)
    usage = Usage(
        prompt_tokens=read + apart if read else guessed,
        completion_tokens=wrote or estimate_tokens(written),
        estimated=estimated,
    )
    return Spent(usage, reasoning, cached)


def add_usage(first: Usage | None, second: Usage | None) -> Usage | None:
    """Tokens of two attempts."""
    if first is None or second is None:
        return first or second
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        estimated=first.estimated or second.estimated,
    )


def _cached(counts: Mapping[str, Any]) -> int | None:
    inside = _detail(counts, _DETAILS_READ, "cached_tokens")
    return inside if inside is not None else _first(counts, ("prompt_cache_hit_tokens", _APART))


def _detail(counts: Mapping[str, Any], places: tuple[str, ...], name: str) -> int | None:
    """A count in one of several inner objects, or at the top."""
    inner = (counts.get(place) for place in places)
    found = (_count(each.get(name)) for each in inner if isinstance(each, Mapping))
    return next((count for count in found if count is not None), _count(counts.get(name)))


def _first(counts: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The first count among several names; one above 0 is preferred."""
    found = [count for name in names if (count := _count(counts.get(name))) is not None]
    return next((count for count in found if count), found[0] if found else None)


def _count(value: object) -> int | None:
    """A count of tokens; None for a value that cannot be one: negative, infinite, true, a list."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_TOKENS else None
