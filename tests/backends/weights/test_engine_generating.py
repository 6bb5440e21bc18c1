"""When an answer has been reached, and how a token is picked."""

from __future__ import annotations

import pytest
import torch

from mgllm.backends.weights.engine import answer_end, picker


@pytest.mark.parametrize(
    ("text", "thinks", "head"),
    [
        ("Well. Answer: won", False, "Well. Answer:"),
        ("Well. Answer", False, None),
        ("<think> Answer: lost", False, None),
        ("<think> Answer: lost </think> Answer: won", False, "<think> Answer: lost </think> Answer:"),
        ("Answer: lost", True, None),
        ("Answer: lost </think>**Answer:** won", True, "Answer: lost </think>**Answer:"),
    ],
)
def test_an_answer_is_said_outside_thoughts(text: str, thinks: bool, head: str | None) -> None:
    end = answer_end(text, thinks)
    assert (None if end is None else text[:end]) == head


def test_draws_follow_the_probabilities() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    pick = picker(2.0, seed=3)
    drawn = torch.tensor([pick(logits) for _ in range(4000)]).bincount(minlength=3) / 4000
    assert torch.allclose(drawn, (logits / 2).softmax(-1), atol=0.03)
    assert picker(0.0, seed=3)(logits) == 2
