"""Timelines against a brute-force matcher, and by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from mgllm.recognizer.timelines.segment_metrics import (
    Counts,
    Segment,
    edit_score,
    frame_labels,
    matched,
    matched_with_groups,
    overlaps,
    pairs_of,
    score_timelines,
)


def timeline(seed: int, count: int) -> list[Segment]:
    random = np.random.default_rng(seed)
    starts = random.uniform(0, 10, count)
    return [
        Segment(str(random.choice(["a", "b"])), float(start), float(start + random.uniform(0.5, 4)))
        for start in starts
    ]


def overlap(a: Segment, b: Segment) -> float:
    both = max(0.0, min(a.end, b.end) - max(a.start, b.start))
    return both / (max(a.end, b.end) - min(a.start, b.start)) if both else 0.0


def brute(annotated: list[Segment], found: list[Segment], threshold: float) -> int:
    """The most pairs over all ways to pair."""
    if len(annotated) > len(found):
        annotated, found = found, annotated
    ways = permutations(range(len(found)), len(annotated))
    fits = [[a.label == b.label and overlap(a, b) >= threshold for b in found] for a in annotated]
    return max((sum(fits[i][j] for i, j in enumerate(way)) for way in ways), default=0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5])
def test_the_most_matches_there_are(seed: int, threshold: float) -> None:
    annotated, found = timeline(seed, 5), timeline(seed + 100, 6)
    assert matched(annotated, found, threshold) == Counts(brute(annotated, found, threshold), 6, 5)


def test_one_segment_is_never_counted_twice() -> None:
    annotated = [Segment("a", 0, 2), Segment("a", 2, 4)]
    assert matched(annotated, [Segment("a", 0, 4)], 0.5) == Counts(1, 1, 2)
    assert matched(annotated, [Segment("b", 0, 2), Segment("b", 2, 4)], 0.1).right == 0


def test_overlaps_pair_by_pair() -> None:
    a, b = timeline(1, 4), timeline(2, 3)
    slow = [[overlap(x, y) for y in b] for x in a]
    np.testing.assert_allclose(overlaps(a, b), slow)
    assert overlaps([], b).shape == (0, 3)


def test_f1_by_hand() -> None:
    assert Counts(3, 4, 6).f1 == pytest.approx(0.6)
    assert Counts(0, 0, 0).f1 == 1
    assert Counts(0, 2, 0).f1 == 0


def test_edit_score_by_hand() -> None:
    def row(text: str) -> list[Segment]:
        return [Segment(letter, place, place + 1) for place, letter in enumerate(text)]

    assert edit_score(row("abc"), row("abc")) == 1
    assert edit_score(row("kitten"), row("sitting")) == pytest.approx(1 - 3 / 7)
    assert edit_score([], []) == 1
    assert edit_score(row("ab"), []) == 0


def test_frames_and_the_whole_score() -> None:
    annotated, found = [Segment("a", 1, 3)], [Segment("a", 1, 2)]
    times = np.arange(0, 4, 1.0)
    assert frame_labels(annotated, times).tolist() == ["", "a", "a", ""]
    scores = score_timelines([(annotated, found, 4.0), ([], [], 4.0)], step=1.0)
    assert scores.f1 == {"0.1": 1.0, "0.3": 1.0, "0.5": 1.0}
    assert scores.frame_accuracy == pytest.approx(7 / 8)
    assert scores.edit == 1
    assert scores.recordings == 2


def test_a_group_is_right_only_where_the_truth_is_one_of_its_classes() -> None:
    groups = {"hat": "head", "ear": "head", "knees": "legs"}
    annotated = [Segment("hat", 0, 10), Segment("ear", 20, 30), Segment("knees", 40, 50)]
    found = [
        *(Segment("head", 0, 10), Segment("hat", 20, 30)),
        *(Segment("head", 40, 50), Segment("head", 21, 29), Segment("head", 20, 30)),
    ]
    assert matched_with_groups(annotated, found, 0.5, groups) == Counts(2, 5, 3)
    assert matched_with_groups(annotated, annotated, 0.5, groups) == Counts(3, 3, 3)
    assert matched_with_groups(annotated, [], 0.5, groups) == Counts(0, 0, 3)


@pytest.mark.parametrize("seed", range(10))
def test_without_groups_nothing_changes(seed: int) -> None:
    annotated, found = timeline(seed, 8), timeline(seed + 100, 9)
    for threshold in (0.1, 0.3, 0.5):
        assert matched_with_groups(annotated, found, threshold, {}) == matched(annotated, found, threshold)


@pytest.mark.parametrize("seed", range(10))
def test_pairs_have_as_many_right_names_as_are_counted_and_then_as_many_pairs_as_fit(seed: int) -> None:
    annotated, found = timeline(seed, 5), timeline(seed + 100, 6)
    pairs = pairs_of(annotated, found, 0.3, {})
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    assert all(overlap(annotated[a], found[b]) >= 0.3 for a, b in pairs)
    right = sum(annotated[a].label == found[b].label for a, b in pairs)
    assert right == matched(annotated, found, 0.3).right
    free = (
        [i for i in range(5) if i not in dict(pairs)],
        [j for j in range(6) if j not in dict(pairs).values()],
    )
    assert not any(overlap(annotated[i], found[j]) >= 0.3 for i in free[0] for j in free[1])


def test_a_group_goes_to_one_of_its_members_and_the_overlap_decides_the_rest() -> None:
    annotated = [Segment("ear", 0, 2), Segment("arm", 0, 2)]
    groups = {"ear": "head", "arm": "arms"}
    assert pairs_of(annotated, [Segment("arms", 0, 2)], 0.3, groups) == [(1, 0)]
    later = [Segment("jaw", 0.5, 2), Segment("jaw", 0, 2)]
    assert pairs_of(annotated[:1], later, 0.3, groups) == [(0, 1)]
    assert pairs_of([], later, 0.3, groups) == []


def test_a_group_that_only_one_side_has_is_not_right() -> None:
    found = [Segment("jaw", 0, 2), Segment("head", 3, 4)]
    assert matched_with_groups([], found, 0.3, {"jaw": "head"}) == Counts(0, 2, 0)
    arm = [Segment("arm", 0, 2)]
    assert matched_with_groups(arm, found, 0.3, {"jaw": "head"}) == Counts(0, 2, 1)
