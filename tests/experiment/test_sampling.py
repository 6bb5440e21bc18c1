"""Limits, label orders and arm orders."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.errors import InputError
from mgllm.experiment.sampling import arm_order, label_orders, limited
from mgllm.records import Item


@st.composite
def item_sets(draw: st.DrawFn) -> list[Item]:
    kinds = draw(
        st.lists(
            st.tuples(st.integers(0, 6), st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=40
        )
    )
    return [Item(id=f"i{k}", subject=f"s{s}", target=t) for k, (s, t) in enumerate(kinds)]


def limited_difference(items: list[Item], n: int, seed: int) -> set[str]:
    before = {item.id for item in limited(items, n - 1, seed)} if n > 1 else set()
    return {item.id for item in limited(items, n, seed)} - before


@settings(max_examples=60, deadline=None)
@given(item_sets(), st.integers(0, 99))
def test_samples_are_nested_balanced_and_spread(items: list[Item], seed: int) -> None:
    by_id = {item.id: item for item in items}
    left = Counter(item.target for item in items)
    taken: Counter[str | None] = Counter()
    subjects: Counter[str] = Counter()
    waiting = dict(by_id)
    for n in range(1, len(items) + 1):
        new = limited_difference(items, n, seed)
        assert len(new) == 1
        item = waiting.pop(new.pop())
        rivals = {one.subject for one in [item, *waiting.values()] if one.target == item.target}
        assert subjects[item.subject] == min(subjects[subject] for subject in rivals)
        taken[item.target] += 1
        subjects[item.subject] += 1
        known = [target for target in left if target is not None]
        assert all(taken[a] <= taken[b] + 1 or taken[b] == left[b] for a in known for b in known)
        assert taken[None] == 0 or all(taken[target] == left[target] for target in known)


@given(item_sets(), st.integers(1, 50), st.integers(0, 99))
def test_samples_keep_the_sets_order_and_ignore_it(items: list[Item], limit: int, seed: int) -> None:
    sample = limited(items, limit, seed)
    assert len(sample) == min(limit, len(items))
    assert list(sample) == [item for item in items if item in sample]
    mixed = random.Random(seed).sample(items, len(items))
    assert {item.id for item in limited(mixed, limit, seed)} == {item.id for item in sample}


def test_seeds_draw_different_samples() -> None:
    items = [Item(id=f"i{k}", subject=f"s{k}", target="ab"[k % 2]) for k in range(40)]
    times = Counter(item.id for seed in range(400) for item in limited(items, 10, seed))
    assert len(times) == 40
    assert 50 < min(times.values()) <= max(times.values()) < 160  # 100 expected, six standard errors: 52


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_must_leave_something(limit: int) -> None:
    with pytest.raises(InputError, match=f"--limit {limit}"):
        limited([Item(id="i", subject="s")], limit, 0)


@given(item_sets(), st.integers(2, 5), st.integers(0, 99))
def test_each_rotation_is_as_frequent_within_each_target(items: list[Item], count: int, seed: int) -> None:
    labels = tuple("vwxyz"[:count])
    orders = label_orders(items, labels, seed)
    assert set(orders) == {item.id for item in items}
    rotations = [labels[k:] + labels[:k] for k in range(count)]
    for target in {item.target for item in items}:
        times = Counter(orders[item.id] for item in items if item.target == target)
        assert set(times) <= set(rotations)
        assert max(times.values()) - min(times[rotation] for rotation in rotations) <= 1
    assert orders == label_orders(items[::-1], labels, seed)


@settings(max_examples=60, deadline=None)
@given(item_sets(), st.integers(2, 5), st.integers(1, 50), st.integers(0, 99))
def test_and_within_each_target_of_every_sample(items: list[Item], count: int, limit: int, seed: int) -> None:
    labels = tuple("vwxyz"[:count])
    orders = label_orders(items, labels, seed)
    sample = limited(items, limit, seed)
    for target in {item.target for item in sample}:
        times = Counter(orders[item.id][0] for item in sample if item.target == target)
        assert max(times.values()) - min(times[label] for label in labels) <= 1


@pytest.mark.parametrize("limit", [2, 6, 10, 20, 22, 60])
@pytest.mark.parametrize("people", [2, 3, 10, 60])
def test_whoever_names_the_first_label_is_right_as_often_as_by_chance(limit: int, people: int) -> None:
    items = [Item(id=f"i{k}", subject=f"s{k % people}", target="ab"[k // 2 % 2]) for k in range(60)]
    for seed in range(20):
        orders = label_orders(items, ("a", "b"), seed)
        sample = limited(items, limit, seed)
        assert sum(orders[item.id][0] == item.target for item in sample) == limit / 2


@pytest.mark.parametrize("people", [2, 4, 5])
def test_a_person_sees_all_rotations(people: int) -> None:
    items = [
        Item(id=f"i{k}", subject=f"s{k % people}", target="ab"[k // people % 2]) for k in range(20 * people)
    ]
    for seed in range(20):
        orders = label_orders(items, ("a", "b"), seed)
        for subject in {item.subject for item in items}:
            first = sum(orders[item.id][0] == "a" for item in items if item.subject == subject)
            assert 5 <= first <= 15, "of twenty items, else a person's answers by place were all alike"


def test_label_orders_by_the_first_rules_are_those_of_runs_of_before() -> None:
    items = [Item(id=f"i{k}", subject=f"s{k}", target="ab"[k % 2]) for k in range(6)]
    orders = label_orders(items, ("a", "b"), 0, "1")
    first = {item: order[0] for item, order in sorted(orders.items())}
    assert first == {"i0": "b", "i1": "a", "i2": "a", "i3": "a", "i4": "a", "i5": "b"}  # as it was then


def test_label_orders_are_by_chance() -> None:
    items = [Item(id=f"i{k}", subject="s", target="a") for k in range(20)]
    first = Counter(label_orders(items, ("a", "b"), seed)["i0"][0] for seed in range(400))
    assert 140 < first["a"] < 260  # six standard errors around 200


@given(
    st.permutations(["none", "text", "mg", "text+mg", "text+noisy@0.2"]),
    st.integers(0, 9),
    st.text(min_size=1),
)
def test_arm_orders_hold_all_arms_and_do_not_move_without_one(arms: list[str], seed: int, item: str) -> None:
    order = arm_order(arms, seed, item)
    assert sorted(order) == sorted(arms)
    assert order == arm_order(sorted(arms), seed, item)
    assert arm_order(arms[1:], seed, item) == tuple(arm for arm in order if arm != arms[0])


def test_all_arm_orders_are_as_likely() -> None:
    arms = ("text", "mg", "text+mg")
    times = Counter(arm_order(arms, 0, f"i{k}") for k in range(6000))
    assert set(times) == set(permutations(arms))
    assert sum((count - 1000) ** 2 / 1000 for count in times.values()) < 26  # 5 degrees of freedom: p = 1e-4
