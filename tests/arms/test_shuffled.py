"""Donors against brute force over all permutations, and on the real set where it is at hand."""

from __future__ import annotations

import csv
import math
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mgllm.arms.donors import Donors, Shown, scale_times
from mgllm.arms.shuffled import assign_donors
from mgllm.errors import InputError
from mgllm.records import Gesture, GestureTranscript

Rank = tuple[float, ...]


def shown(
    item: str, subject: str, target: str | None, gestures: str = "", duration: float | None = None
) -> Shown:
    return Shown(item=item, subject=subject, target=target, gestures=tuple(gestures), duration=duration)


def made_up(n: int, subjects: int, targets: str, seed: int, most: int = 5) -> list[Shown]:
    rng = random.Random(seed)
    return [
        shown(
            f"i{k:04d}",
            f"s{rng.randrange(subjects)}",
            rng.choice(targets),
            "".join(rng.choices("abcde", k=rng.randrange(most + 1))),
            rng.choice([None, rng.uniform(1, 100)]),
        )
        for k in range(n)
    ]


def table_excess(items: Sequence[Shown], donors: Sequence[Shown]) -> float:
    sizes = Counter(one.target for one in items)
    cells = Counter((one.target, other.target) for one, other in zip(items, donors, strict=True))
    return sum(
        max(0.0, abs(cells[a, b] - sizes[a] * sizes[b] / len(items)) - 1 - 1e-9) for a in sizes for b in sizes
    )


def upper_ranks(items: Sequence[Shown], donors: Sequence[Shown]) -> Rank:
    """Priorities 1 to 4: own donor, own subject, table, own cues."""
    pairs = list(zip(items, donors, strict=True))
    return (
        sum(one.item == other.item for one, other in pairs),
        sum(one.subject == other.subject for one, other in pairs),
        round(table_excess(items, donors), 6),
        sum(sorted(one.gestures) == sorted(other.gestures) for one, other in pairs),
    )


def steps(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return 9
    return min(9.0, math.floor(abs(math.log(one) - math.log(other)) / math.log(1.25) + 1e-9))


def lower_ranks(items: Sequence[Shown], donors: Sequence[Shown]) -> Rank:
    """Priorities 4 and 5: own cues, difference in number, difference in duration."""
    pairs = list(zip(items, donors, strict=True))
    return (
        sum(sorted(one.gestures) == sorted(other.gestures) for one, other in pairs),
        sum(abs(len(one.gestures) - len(other.gestures)) for one, other in pairs),
        sum(steps(one.duration, other.duration) for one, other in pairs),
    )


def best_of_all(
    items: Sequence[Shown],
    rank: Callable[[Sequence[Shown], Sequence[Shown]], Rank],
    admitted: Callable[[Sequence[Shown]], bool] = lambda donors: True,
) -> Rank:
    return min(rank(items, donors) for donors in permutations(items) if admitted(donors))


def donors_of(items: Sequence[Shown], found: Donors) -> list[Shown]:
    by_id = {one.item: one for one in items}
    return [by_id[found.donor[one.item]] for one in items]


@pytest.mark.parametrize("seed", range(24))
def test_the_first_four_priorities_are_met_as_well_as_can_be(seed: int) -> None:
    items = made_up(2 + seed % 5, subjects=1 + seed % 4, targets="ab" if seed % 2 else "abc", seed=seed)
    found = donors_of(items, assign_donors(items, seed, 0, 0))
    assert upper_ranks(items, found) == best_of_all(items, upper_ranks)


@pytest.mark.parametrize("seed", range(60))
def test_sets_with_few_gestures_too(seed: int) -> None:
    items = made_up(4 + seed % 3, subjects=1 + seed % 4, targets="ab", seed=seed, most=1)
    found = donors_of(items, assign_donors(items, seed, 0, 0))
    assert upper_ranks(items, found) == best_of_all(items, upper_ranks)


@pytest.mark.parametrize("seed", range(6))
def test_targets_stay_independent_where_half_the_items_are_one_subjects(seed: int) -> None:
    # everybody else must take all of this subject's donors, and it all of theirs: few draws allow that
    items = [shown(f"i{k:03d}", "big" if k < 60 else f"s{k}", "ab"[k % 2], chr(65 + k)) for k in range(120)]
    stats = assign_donors(items, seed, 0, 0).stats
    assert (stats.same_subject, stats.target_cells_off) == (0, 0)


@pytest.mark.parametrize("seed", range(6))
def test_a_subject_with_most_of_the_items_gives_up_as_little_as_can_be(seed: int) -> None:
    rng = random.Random(seed)
    items = [shown(f"i{k}", "big" if k < 4 else f"s{k}", rng.choice("ab"), "x" * k) for k in range(6)]
    found = assign_donors(items, seed, 0, 0)
    assert found.stats.same_subject == 2
    assert upper_ranks(items, donors_of(items, found)) == best_of_all(items, upper_ranks)


@pytest.mark.parametrize("seed", range(12))
def test_the_last_priorities_are_optimal_for_the_donor_targets_drawn(seed: int) -> None:
    items = made_up(6, subjects=4, targets="ab", seed=100 + seed)
    found = donors_of(items, assign_donors(items, seed, 0, 0))
    drawn = [donor.target for donor in found]
    fixed, people = upper_ranks(items, found)[:2]

    def as_drawn(donors: Sequence[Shown]) -> bool:
        same = [donor.target for donor in donors] == drawn
        return same and upper_ranks(items, donors)[:2] == (fixed, people)

    assert lower_ranks(items, found) == best_of_all(items, lower_ranks, as_drawn)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 40), st.integers(1, 12), st.sampled_from(["a", "ab", "abc", "abcdef"]), st.integers(0, 99)
)
def test_stats_say_what_the_permutation_is(n: int, subjects: int, targets: str, seed: int) -> None:
    items = made_up(n, subjects, targets, seed)
    found = assign_donors(items, seed, 3, 1)
    donors = donors_of(items, found)
    assert sorted(found.donor) == sorted(found.donor.values()) == [one.item for one in items]
    largest = Counter(one.subject for one in items).most_common(1)[0][1]
    stats = found.stats
    assert (stats.epoch, stats.shuffle, stats.items) == (3, 1, n)
    ranks = upper_ranks(items, donors)
    assert (stats.same_item, stats.same_subject, stats.same_cues) == (ranks[0], ranks[1], ranks[3])
    assert stats.same_item == 0
    assert stats.same_subject == max(0, 2 * largest - n)
    assert (stats.target_cells_off == 0) == (ranks[2] == 0)
    assert stats.same_target == sum(a.target == b.target for a, b in zip(items, donors, strict=True))
    sizes = Counter(one.target for one in items)
    assert stats.same_target_expected == pytest.approx(sum(size**2 for size in sizes.values()) / n)
    differences = [abs(len(a.gestures) - len(b.gestures)) for a, b in zip(items, donors, strict=True)]
    assert stats.mean_count_difference == pytest.approx(np.mean(differences))


def test_many_items_of_many_subjects_meet_every_priority() -> None:
    items = [shown(f"i{k:03d}", f"s{k % 40}", "abc"[k % 3], chr(65 + k) * (3 + k % 4)) for k in range(200)]
    stats = assign_donors(items, 7, 0, 0).stats
    assert (stats.same_item, stats.same_subject, stats.target_cells_off, stats.same_cues) == (0, 0, 0, 0)


def test_neither_input_order_nor_other_draws_move_an_assignment() -> None:
    items = made_up(50, 9, "ab", 5)
    mixed = random.Random(1).sample(items, len(items))
    assert assign_donors(items, 1, 2, 0) == assign_donors(mixed, 1, 2, 0)
    assignments = [
        assign_donors(items, seed, epoch, k).donor for seed in (1, 2) for epoch in (0, 1) for k in (0, 1)
    ]
    kept = [sum(a[one] == b[one] for one in a) for a in assignments for b in assignments if a is not b]
    assert max(kept) < 25


def test_two_items_take_each_others() -> None:
    pair = [shown("a", "s1", "win", "x"), shown("b", "s2", "lose", "y")]
    assert assign_donors(pair, 0, 0, 0).donor == {"a": "b", "b": "a"}


def test_one_item_and_none() -> None:
    alone = assign_donors([shown("a", "s", "win")], 0, 0, 0)
    assert alone.donor == {"a": "a"}
    assert alone.stats.same_item == 1
    assert assign_donors([], 0, 0, 0).stats.items == 0


def test_one_subject_alone_is_never_its_own_item() -> None:
    items = [shown(f"i{k}", "s", "ab"[k % 2]) for k in range(9)]
    stats = assign_donors(items, 0, 0, 0).stats
    assert (stats.same_item, stats.same_subject, stats.target_cells_off) == (0, 9, 0)


@pytest.mark.parametrize("sizes", [(6, 4), (9, 3), (4, 4, 3), (8, 2, 1)])
def test_over_seeds_donors_share_the_target_as_often_as_independence_says(sizes: tuple[int, ...]) -> None:
    targets = [name for name, size in zip("abc", sizes, strict=False) for _ in range(size)]
    items = [shown(f"i{k}", f"s{k}", target, chr(65 + k)) for k, target in enumerate(targets)]
    stats = [assign_donors(items, seed, 0, 0).stats for seed in range(400)]
    same = [one.same_target for one in stats]
    error = max(float(np.std(same)), 0.5) / math.sqrt(len(same))
    assert abs(float(np.mean(same)) - stats[0].same_target_expected) < 4 * error
    assert sum(one.target_cells_off for one in stats) == 0


def test_a_run_of_before_keeps_its_donors() -> None:
    items = [shown(f"i{k}", f"s{k}", "ab"[k >= 6], chr(65 + k)) for k in range(10)]
    first = [assign_donors(items, seed, 0, 0, "1") for seed in range(30)]
    assert {one.stats.same_target for one in first} == {6}  # always rounded the same way
    assert [one.donor for one in first] != [assign_donors(items, seed, 0, 0).donor for seed in range(30)]


def test_the_same_gestures_in_another_order_are_the_same_cues() -> None:
    orders = ["xyy", "yxy", "yyx", "xxy"]
    items = [shown(f"i{k}", f"s{k}", "win", order) for k, order in enumerate(orders)]
    assert assign_donors(items, 0, 0, 0).stats.same_cues == 2  # three read alike, one can spare two of them
    assert assign_donors(items, 0, 0, 0, "1").stats.same_cues == 0


def test_stats_say_how_much_a_donor_shows_again() -> None:
    pair = [shown("a", "s1", "win", "xxyz"), shown("b", "s2", "lose", "xyw")]
    stats = assign_donors(pair, 0, 0, 0).stats
    assert stats.told_again == pytest.approx((2 / 4 + 2 / 3) / 2)
    assert stats.jaccard == pytest.approx(2 / 5)
    still = assign_donors([*pair, shown("c", "s3", "win"), shown("d", "s4", "lose")], 1, 0, 0).stats
    assert still.told_again is not None
    nothing = assign_donors([shown("a", "s1", "win"), shown("b", "s2", "lose")], 0, 0, 0).stats
    assert (nothing.told_again, nothing.jaccard) == (None, 1.0)


def test_unknown_targets_count_as_no_match() -> None:
    items = [shown(f"i{k}", f"s{k}", "win" if k < 4 else None, "xyz"[: k % 4]) for k in range(12)]
    stats = assign_donors(items, 0, 0, 0).stats
    assert stats.same_target_expected == pytest.approx(16 / 12)
    assert stats.same_target in (1, 2)
    nothing_known = assign_donors([shown(f"i{k}", f"s{k}", None) for k in range(5)], 0, 0, 0).stats
    assert (nothing_known.same_target, nothing_known.same_target_expected) == (0, 0.0)


def test_the_same_gestures_for_all_are_counted() -> None:
    items = [shown(f"i{k}", f"s{k}", "win", "x") for k in range(6)]
    assert assign_donors(items, 0, 0, 0).stats.same_cues == 6


def test_ids_must_differ() -> None:
    with pytest.raises(InputError, match="'a' appears twice"):
        assign_donors([shown("a", "s1", None), shown("a", "s2", None)], 0, 0, 0)


@pytest.fixture
def trial() -> list[Shown]:
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("MGLLM_TEST_DATA", root.parent / "shared" / "data")) / "rltd"
    if not folder.is_dir():
        pytest.skip(f"no real-life trial set at {folder}; name its parent in MGLLM_TEST_DATA")
    with next(folder.glob("Annotation/*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    other = {"id", "class", "subject", "sex"}
    return [
        Shown(
            item=row["id"],
            subject=row["subject"],
            target=row["class"],
            gestures=tuple(code for code, cell in row.items() if code not in other and cell == "1"),
            duration=None,
        )
        for row in rows
    ]


@pytest.mark.parametrize("shuffle", range(10))
def test_the_real_set_meets_every_priority(trial: list[Shown], shuffle: int) -> None:
    stats = assign_donors(trial, 0, 0, shuffle).stats
    assert stats.items == 121
    assert stats.same_target / stats.items == pytest.approx(0.5, abs=0.02)
    assert (stats.same_item, stats.same_subject, stats.target_cells_off, stats.same_cues) == (0, 0, 0, 0)


def test_times_are_scaled_to_the_item() -> None:
    transcript = GestureTranscript(
        duration=20, gestures=(Gesture(label="nod", start=5, end=10), Gesture(label="shrug", confidence=0.5))
    )
    scaled = scale_times(transcript, own=10, donors=20)
    assert scaled == GestureTranscript(
        duration=10, gestures=(Gesture(label="nod", start=2.5, end=5), Gesture(label="shrug", confidence=0.5))
    )


@pytest.mark.parametrize(
    ("own", "donors"), [(None, 20.0), (10.0, None), (None, None), (0.0, 20.0), (10.0, 0.0)]
)
def test_unknown_durations_leave_times_alone(own: float | None, donors: float | None) -> None:
    transcript = GestureTranscript(gestures=(Gesture(label="nod", start=5, end=10),))
    assert scale_times(transcript, own, donors) == transcript


@given(
    st.lists(st.floats(0, 1e4), min_size=2, max_size=2).map(sorted),
    st.floats(1e-300, 1e4),
    st.floats(1e-300, 1e4),
)
def test_no_time_is_beyond_the_items_end(times: list[float], own: float, donors: float) -> None:
    transcript = GestureTranscript(gestures=(Gesture(label="nod", start=times[0], end=times[1]),))
    scaled = scale_times(transcript, own, donors)
    start, end = scaled.gestures[0].start, scaled.gestures[0].end
    assert start is not None
    assert end is not None
    assert 0 <= start <= end <= own
    assert GestureTranscript.model_validate(scaled.model_dump()) == scaled
