"""Donors of another target: against brute force, and where one target is rare."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.arms.donors import Shown
from mgllm.arms.opposed import assign_opponents
from mgllm.arms.shuffled import assign_donors
from mgllm.errors import InputError


def shown(item: str, subject: str, target: str | None, gestures: str = "") -> Shown:
    return Shown(item=item, subject=subject, target=target, gestures=tuple(gestures), duration=None)


def made_up(n: int, subjects: int, targets: str, seed: int) -> list[Shown]:
    rng = random.Random(seed)
    return [
        shown(f"i{k:02d}", f"s{rng.randrange(subjects)}", targets[k % len(targets)], "x" * rng.randrange(5))
        for k in range(n)
    ]


@settings(max_examples=50, deadline=None)
@given(
    st.integers(3, 24), st.integers(2, 9), st.sampled_from(["ab", "aab", "abc", "aaaab"]), st.integers(0, 99)
)
def test_a_donor_always_has_another_target(n: int, subjects: int, targets: str, seed: int) -> None:
    items = made_up(max(n, len(targets)), subjects, targets, seed)
    by_id = {one.item: one for one in items}
    found = assign_opponents(items, seed, 2, 1)
    pairs = [(one, by_id[found.donor[one.item]]) for one in items]
    assert all(one.target != donor.target for one, donor in pairs)
    stats = found.stats
    assert (stats.epoch, stats.shuffle, stats.items, stats.same_item) == (2, 1, len(items), 0)
    assert (stats.same_target, stats.target_cells_off) == (0, 0)
    assert stats.same_subject == sum(one.subject == donor.subject for one, donor in pairs)
    assert stats.same_cues == sum(Counter(one.gestures) == Counter(donor.gestures) for one, donor in pairs)
    assert assign_opponents(items[::-1], seed, 2, 1) == found


@pytest.mark.parametrize("seed", range(12))
def test_two_balanced_targets_are_matched_as_well_as_can_be(seed: int) -> None:
    items = made_up(8, 8, "ab", seed)
    items = [one.model_copy(update={"subject": one.item}) for one in items]
    by_id = {one.item: one for one in items}
    found = assign_opponents(items, seed, 0, 0)
    assert sorted(found.donor.values()) == sorted(by_id)  # nobody serves twice

    def cost(one: Shown, other: Shown) -> tuple[int, int]:
        return (one.gestures == other.gestures, abs(len(one.gestures) - len(other.gestures)))

    for target in "ab":
        own = [one for one in items if one.target == target]
        others = [one for one in items if one.target != target]
        ranks = [[cost(a, b) for a, b in zip(own, order, strict=True)] for order in permutations(others)]
        best = min((sum(r[0] for r in rank), sum(r[1] for r in rank)) for rank in ranks)
        got = [cost(one, by_id[found.donor[one.item]]) for one in own]
        assert (sum(r[0] for r in got), sum(r[1] for r in got)) == best


def test_items_of_a_rare_target_serve_as_often_as_it_takes() -> None:
    items = [shown(f"i{k:02d}", f"s{k}", "rare" if k < 4 else "often", chr(65 + k)) for k in range(20)]
    times = Counter(assign_opponents(items, 0, 0, 0).donor[f"i{k:02d}"] for k in range(4, 20))
    assert sorted(times.values()) == [4, 4, 4, 4]


def test_a_donor_serves_more_often_before_a_person_gets_its_own_gestures() -> None:
    # of the other target there is one item of another person for five of s1
    kinds = [("s1", "a")] * 5 + [("s2", "a")] + [("s1", "b")] * 5 + [("s2", "b")]
    items = [shown(f"i{k:02d}", subject, target, chr(65 + k)) for k, (subject, target) in enumerate(kinds)]
    assert assign_opponents(items, 0, 0, 0).stats.same_subject == 0


def test_a_person_who_alone_has_the_other_target_is_relaxed_and_counted() -> None:
    items = [shown(f"i{k}", "s1" if k < 3 else "s2", "a" if k < 2 else "b", chr(65 + k)) for k in range(3)]
    assert assign_opponents(items, 0, 0, 0).stats.same_subject == 3


def test_it_differs_by_seed_epoch_and_shuffle_and_from_shuffling() -> None:
    items = [shown(f"i{k:02d}", f"s{k}", "ab"[k % 2], chr(65 + k)) for k in range(30)]
    drawn = [assign_opponents(items, *key).donor for key in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert all(one != other for n, one in enumerate(drawn) for other in drawn[:n])
    assert drawn[0] != assign_donors(items, 0, 0, 0).donor


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (("a", "b", None), "1 of 3 items have no target (first: i2)"),
        (("a", "a", "a"), "all items have the same (a)"),
    ],
)
def test_it_says_what_is_missing(targets: tuple[str | None, ...], words: str) -> None:
    items = [shown(f"i{k}", f"s{k}", target, "x" * k) for k, target in enumerate(targets)]
    with pytest.raises(InputError) as error:
        assign_opponents(items, 0, 0, 0)
    assert words in str(error.value)
    assert "leave the arm out" in str(error.value)
