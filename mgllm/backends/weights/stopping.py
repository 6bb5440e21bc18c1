"""Finds where a chain of thought ends, and how much of what was written is thought."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from mgllm.answers.thoughts import MARKS, Mark
from mgllm.backends.weights.thoughts import thought_end

ANSWER = "Answer:"
"""Chain-of-thought prompts ask the model to write this before its answer."""


def answer_end(text: str, opened: Mark | None = None) -> int | None:
    """Index of the character after "Answer:"; None until it is written; thoughts do not count.

    Args:
        text: what the model wrote.
        opened: the thought that the prompt itself opened.
    """
    start = thought_end(text, opened)
    if start is None:
        return None
    at = text.find(ANSWER, start)
    return at + len(ANSWER) if at >= 0 else None


def stopper(
    decode: Callable[[Sequence[int]], str], opened: Mark | None, before_answer: bool
) -> Callable[[Sequence[int]], bool]:
    """Ends a chain of thought: at "Answer:", or at the end of that line."""

    def stop(ids: Sequence[int]) -> bool:
        text = decode(ids)
        end = answer_end(text, opened)
        if end is None or before_answer:
            return end is not None
        said = text[end:].lstrip()
        return bool(said) and "\n" in said

    return stop


def thought_tokens(ids: Sequence[int], decode: Callable[[Sequence[int]], str], opened: Mark | None) -> int:
    """Number of written tokens that are thoughts, with their marks."""
    end = thought_end(decode(ids), opened)
    if end is None:
        return len(ids)
    return bisect_left(range(len(ids)), end, key=lambda n: len(decode(ids[:n]))) if end else 0


def opener_shown(text: str, opened: Mark | None) -> str:
    """The mark to put before a reply whose thought the prompt opened; empty if the prompt opened
    none.

    Without it, a thought that is never closed looks like an answer. An unusual mark is written as
    the usual one, which `answers` understands.
    """
    if opened is None:
        return ""
    usual = opened in MARKS or thought_end(text, opened) is not None
    return f"{opened.opener if usual else MARKS[0].opener}\n"


def never(ids: Sequence[int]) -> bool:
    return False
