"""The queue against a deque."""

from __future__ import annotations

from collections import deque

import pytest
import torch
from hypothesis import given, settings, strategies as st

from mgllm.recognizer.training.dual_stream import KeyQueue


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 9), batches=st.lists(st.integers(0, 25), max_size=8))
def test_it_holds_the_last_keys_whatever_the_sizes(size: int, batches: list[int]) -> None:
    queue, slow, clip = KeyQueue(size, 2), deque[int](maxlen=size), 0
    for count in batches:
        ids_N = torch.arange(clip, clip + count)
        queue.enter(torch.stack([ids_N, -ids_N], 1).float(), ids_N)
        slow.extend(ids_N.tolist())
        clip += count
        bank = queue.bank()
        assert sorted(bank.ids_K.tolist()) == sorted(slow)
        assert len(queue) == len(slow)
        assert torch.equal(bank.z_KD, torch.stack([bank.ids_K, -bank.ids_K], 1).float())


def test_an_empty_queue_gives_no_rows() -> None:
    bank = KeyQueue(4, 3).bank()
    assert bank.z_KD.shape == (0, 3)
    assert bank.ids_K.shape == (0,)


def test_entering_keeps_storage_and_cuts_gradients() -> None:
    queue = KeyQueue(4, 3)
    before = queue.z_KD.data_ptr()
    queue.enter(torch.randn(3, 3, requires_grad=True), torch.arange(3))
    assert queue.z_KD.data_ptr() == before
    assert not queue.z_KD.requires_grad


def test_it_is_saved_and_goes_on_where_it_was() -> None:
    first, second = KeyQueue(5, 2), KeyQueue(5, 2)
    first.enter(torch.randn(7, 2), torch.arange(7))
    second.load_state_dict(first.state_dict())
    for queue in (first, second):
        queue.enter(torch.ones(1, 2), torch.tensor([50]))
    assert torch.equal(first.bank().z_KD, second.bank().z_KD)
    assert first.bank().ids_K.tolist() == second.bank().ids_K.tolist()
    assert 2 not in first.bank().ids_K.tolist()


def test_a_queue_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold keys"):
        KeyQueue(0, 3)
