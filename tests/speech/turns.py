"""Turns as tests compare them."""

from __future__ import annotations

from collections.abc import Iterable

from mgllm.records import Turn


def bare(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns without the times of their words."""
    return tuple(turn.model_copy(update={"words": ()}) for turn in turns)
