"""Generated text: how a token is picked, and when the answer has been reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

ANSWER = "Answer:"
THINK_OPENS, THINK_CLOSES = "<think>", "</think>"


def picker(temperature: float, seed: int) -> Callable[[torch.Tensor], int]:
    """How a token is taken from logits [V]: the likeliest at temperature 0, else a seeded draw."""
    if temperature <= 0:
        return lambda logits_V: int(logits_V.argmax())
    generator = torch.Generator().manual_seed(seed % 2**63)

    def draw(logits_V: torch.Tensor) -> int:
        p_V = (logits_V.double().cpu() / temperature).softmax(-1)
        return int(torch.multinomial(p_V, 1, generator=generator))

    return draw


def answer_end(text: str, thinks_already: bool) -> int | None:
    """The character behind "Answer:", or None while it has not been said; thoughts do not count.

    `thinks_already`: the prompt itself opened a `<think>` block.
    """
    opened = thinks_already or THINK_OPENS in text
    start = text.rfind(THINK_CLOSES)
    if opened and start < 0:
        return None
    at = text.find(ANSWER, max(start, 0))
    return at + len(ANSWER) if at >= 0 else None


def stopper(tokenizer: Any, thinks_already: bool, before_answer: bool) -> Callable[[Sequence[int]], bool]:
    """Ends a chain of thought: at "Answer:", or after the line that it begins."""

    def stop(ids: Sequence[int]) -> bool:
        text = tokenizer.decode(ids, skip_special_tokens=True)
        end = answer_end(text, thinks_already)
        if end is None or before_answer:
            return end is not None
        said = text[end:].lstrip()
        return bool(said) and "\n" in said

    return stop


def never(ids: Sequence[int]) -> bool:
    """Let the model write until it ends."""
    return False
