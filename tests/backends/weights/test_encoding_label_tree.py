"""Label trees and the prefix cache, without a model."""

from __future__ import annotations

from itertools import pairwise

import torch
from hypothesis import given, strategies as st

from mgllm.backends.weights.encoding import grow_tree, tree_mask
from mgllm.backends.weights.engine import LayerState, PrefixCache, PrefixState

LABELS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4).map(tuple), min_size=1, max_size=5)


def state(tokens: int) -> PrefixState:
    """One layer, 8 bytes a token."""
    return (LayerState(torch.zeros(1, 1, tokens, 1), torch.zeros(1, 1, tokens, 1)),)


def test_single_tokens_need_no_node() -> None:
    tree = grow_tree([(4,), (7,)])
    assert tree.tokens == ()
    assert [[(step.row, step.token) for step in path] for path in tree.paths] == [[(0, 4)], [(0, 7)]]


def test_labels_that_begin_alike_share_nodes() -> None:
    tree = grow_tree([(5, 6, 1), (5, 6, 2), (5,), (9, 6)])
    assert tree.tokens == (5, 6, 9)
    assert tree.parents == (-1, 0, -1)
    assert tree.depths == (0, 1, 0)
    assert tree.paths[1] == ((0, 5), (1, 6), (2, 2))
    assert tree.paths[3] == ((0, 9), (3, 6))


@given(LABELS)
def test_a_tree_says_each_label_again(labels: list[tuple[int, ...]]) -> None:
    tree = grow_tree(labels)
    for label, path in zip(labels, tree.paths, strict=True):
        assert tuple(step.token for step in path) == label
        for before, step in pairwise(path):
            assert tree.tokens[step.row - 1] == before.token
            assert tree.parents[step.row - 1] == before.row - 1


@given(LABELS, st.integers(0, 3), st.integers(1, 3))
def test_a_node_sees_the_prompt_and_its_own_branch(
    labels: list[tuple[int, ...]], past: int, segment: int
) -> None:
    tree = grow_tree(labels)
    seen = tree_mask(tree, past, segment, torch.float32)[0, 0] == 0
    for row in range(segment):
        assert seen[row].nonzero().flatten().tolist() == list(range(past + row + 1))
    for node in range(len(tree.tokens)):
        branch, at = set(), node
        while at >= 0:
            branch.add(past + segment + at)
            at = tree.parents[at]
        wanted = set(range(past + segment)) | branch
        assert set(seen[segment + node].nonzero().flatten().tolist()) == wanted


def test_the_cache_drops_what_was_unused_for_longest() -> None:
    cache = PrefixCache(max_bytes=8 * 10)
    cache.put(((1,),), state(4))
    cache.put(((2,),), state(4))
    assert cache.get(((1,),)) is not None
    cache.put(((3,),), state(4))
    assert cache.get(((2,),)) is None
    assert cache.get(((1,),)) is not None
    assert cache.bytes == 8 * 8


def test_the_cache_keeps_nothing_larger_than_itself() -> None:
    cache = PrefixCache(max_bytes=8 * 10)
    cache.put(((1,),), state(11))
    assert cache.get(((1,),)) is None
    assert cache.bytes == 0


def test_the_same_tokens_cut_elsewhere_are_another_entry() -> None:
    cache = PrefixCache(max_bytes=1000)
    cache.put(((1, 2), (3,)), state(3))
    assert cache.get(((1,), (2, 3))) is None
    assert cache.get(((1, 2), (3,))) is not None
