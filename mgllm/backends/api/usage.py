"""How many tokens were read and written, from counts that servers word in many ways, or from the words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from mgllm.records import Question, Usage

MOST_TOKENS = 10**9
"""A larger count is none: no context is as long."""
_BYTES_PER_TOKEN = 3.0
"""A cautious estimate: English text has about four, Chinese about three."""
_READ = ("prompt_tokens", "input_tokens", "prompt_eval_count")
_WRITTEN = ("completion_tokens", "output_tokens", "eval_count")
_DETAILS_READ = ("prompt_tokens_details", "input_tokens_details")
_DETAILS_WRITTEN = ("completion_tokens_details", "output_tokens_details")
_APART = "cache_read_input_tokens"
"""Anthropic's count of cached tokens, which `input_tokens` leaves out."""


class Spent(NamedTuple):
    """What one reply took."""

    usage: Usage
    """Tokens read and written, hidden reasoning included."""
    reasoning: int | None
    """Of those written, hidden ones; None: not told."""
    cached: int | None
    """Of those read, cached ones; None: not told."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    return math.ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN)


def read_spent(told: object, question: Question, written: str) -> Spent:
    """What a reply took, by the server's `usage`, else by the words.

    Some servers leave thoughts out of the tokens written: `total_tokens` then tells them. A count of 0 for a
    text that is there is none.

    Args:
        told: `usage`, anything.
        question: what was read.
        written: what was written, thoughts included.
    """
    counts: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
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
    """A count in one of several places inside, or at the top."""
    inner = (counts.get(place) for place in places)
    found = (_count(each.get(name)) for each in inner if isinstance(each, Mapping))
    return next((count for count in found if count is not None), _count(counts.get(name)))


def _first(counts: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The first name that holds a count; one above 0 before others."""
    found = [count for name in names if (count := _count(counts.get(name))) is not None]
    return next((count for count in found if count), found[0] if found else None)


def _count(value: object) -> int | None:
    """A count of tokens, or None for what is none: negative, endless, true, a list."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_TOKENS else None
