"""Reads the tokens of a choice with their alternatives (rivals), in all formats of servers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mgllm.records import Position, Rival


def read_positions(choice: Mapping[str, Any]) -> tuple[Position, ...]:
    """The tokens of a choice with their rivals; none if not given, or if one of them is not a text.

    Rivals that are not a text are left out, as if they were not shown. A value that is not a number
    becomes None.
    """
    shown = choice.get("logprobs")
    if isinstance(shown, Mapping) and isinstance(shown.get("content"), list) and shown["content"]:
        return _of_entries(shown["content"])
    if isinstance(shown, list):
        return _of_entries(shown)
    if isinstance(shown, Mapping) and isinstance(shown.get("tokens"), list):
        return _of_columns(shown["tokens"], shown.get("top_logprobs"))
    return ()


def _of_entries(entries: list[Any]) -> tuple[Position, ...]:
    """The chat endpoint's format: an object for each token."""
    if not all(isinstance(entry, Mapping) and isinstance(entry.get("token"), str) for entry in entries):
        return ()
    return tuple(
        Position(entry["token"], _rivals(entry.get("top_logprobs")), _bytes(entry.get("bytes")))
        for entry in entries
    )


def _of_columns(tokens: list[Any], tops: object) -> tuple[Position, ...]:
    """The old endpoint's format: a list of tokens, and a list of their rivals."""
    if not all(isinstance(token, str) for token in tokens):
        return ()
    shown = tops if isinstance(tops, list) else []
    return tuple(
        Position(token, _rivals(shown[nth] if nth < len(shown) else None)) for nth, token in enumerate(tokens)
    )


def _rivals(tops: object) -> list[Rival]:
    if isinstance(tops, Mapping):
        return [Rival(token, _nats(value)) for token, value in tops.items()]
    if not isinstance(tops, list):
        return []
    return [
        Rival(top["token"], _nats(top.get("logprob")), _bytes(top.get("bytes")))
        for top in tops
        if isinstance(top, Mapping) and isinstance(top.get("token"), str)
    ]


def _nats(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        nats = float(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return nats if math.isfinite(nats) else None


def _bytes(value: object) -> bytes | None:
    if not isinstance(value, list):
        return None
    try:
        return bytes(value)
    except (TypeError, ValueError, OverflowError):
        return None
