"""How a token is picked."""

from __future__ import annotations

import torch

from mgllm.backends.weights.engine import picker


def test_draws_follow_the_probabilities() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    pick = picker(2.0, seed=3)
    drawn = torch.tensor([pick(logits) for _ in range(4000)]).bincount(minlength=3) / 4000
    assert torch.allclose(drawn, (logits / 2).softmax(-1), atol=0.03)
    assert picker(0.0, seed=3)(logits) == 2
