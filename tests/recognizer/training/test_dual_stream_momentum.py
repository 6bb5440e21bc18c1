"""The key network against a loop over its numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mgllm.recognizer.training.dual_stream import follow, momentum_copy


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def test_it_starts_as_an_exact_copy_with_weights_of_its_own() -> None:
    query = network()
    key = momentum_copy(query)
    for ours, theirs in zip(key.state_dict().values(), query.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
        assert ours.data_ptr() != theirs.data_ptr()
    assert not any(weight.requires_grad for weight in key.parameters())
    assert all(weight.requires_grad for weight in query.parameters())


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.999, 1.0])
def test_following_against_a_loop_without_new_storage(momentum: float) -> None:
    query = network()
    key = momentum_copy(query)
    with torch.no_grad():
        for weight in query.parameters():
            weight.add_(torch.randn_like(weight))
    query(torch.randn(8, 3))  # moves the running statistics and their counter
    expected = [
        [
            momentum * a + (1 - momentum) * b
            for a, b in zip(k.flatten().tolist(), q.flatten().tolist(), strict=True)
        ]
        for k, q in zip(key.parameters(), query.parameters(), strict=True)
    ]
    places = [tensor.data_ptr() for tensor in key.state_dict().values()]
    follow(key, query, momentum)
    for weight, slow in zip(key.parameters(), expected, strict=True):
        assert weight.flatten().tolist() == pytest.approx(slow, abs=1e-6)
    assert [tensor.data_ptr() for tensor in key.state_dict().values()] == places
    for ours, theirs in zip(key.buffers(), query.buffers(), strict=True):
        assert torch.equal(ours, theirs)


def test_after_many_steps_it_has_arrived() -> None:
    query = network()
    key = momentum_copy(query)
    with torch.no_grad():
        for weight in query.parameters():
            weight.add_(1)
    for _ in range(200):
        follow(key, query, 0.9)
    for ours, theirs in zip(key.parameters(), query.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0, check_device=True)


def test_a_module_without_buffers_follows_too() -> None:
    query = nn.Linear(2, 2)
    key = momentum_copy(query)
    with torch.no_grad():
        query.weight.fill_(3)
    follow(key, query, 0.0)
    assert torch.equal(key.weight, query.weight)
