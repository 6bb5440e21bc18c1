"""Which moments are shown: gestures first, then what lies farthest from all others."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mgllm.media.overlay import choose_moments
from mgllm.records import Gesture


def gesture(start: float, end: float | None, confidence: float = 0.5) -> Gesture:
    return Gesture(label=f"at {start}", start=start, end=end, confidence=confidence)


def test_without_gestures_moments_lie_evenly() -> None:
    found = choose_moments([Gesture(label="present")], 2.0, 14.0)
    assert [moment.time for moment in found] == pytest.approx([2.5 + n for n in range(12)])
    assert all(moment.gestures == () for moment in found)


def test_each_gestures_middle_is_among_them() -> None:
    gestures = [gesture(1, 3), gesture(2.5, 4, 0.9), gesture(7, None)]
    found = choose_moments(gestures, 0.0, 10.0)
    times = [moment.time for moment in found]
    assert len(times) == 12
    assert times == sorted(times)
    assert {2.0, 3.25, 7.0} <= set(times)
    then = dict(zip(times, (moment.gestures for moment in found), strict=True))
    assert [one.label for one in then[3.25]] == ["at 2.5"]
    assert [one.label for one in then[7.0]] == ["at 7"]
    assert max(b - a for a, b in zip([0.0, *times], [*times, 10.0], strict=True)) < 1.5


def test_of_many_gestures_the_surest_are_shown() -> None:
    gestures = [gesture(n, n + 0.5, n / 100) for n in range(40)]
    times = [moment.time for moment in choose_moments(gestures, 0.0, 60.0)]
    assert times == [n + 0.25 for n in range(28, 40)]


def test_two_at_once_are_one_moment() -> None:
    found = choose_moments([gesture(1, 2, 0.2), gesture(1, 2.02, 0.8)], 0.0, 5.0)
    both = [moment for moment in found if len(moment.gestures) == 2]
    assert both
    assert [one.confidence for one in both[0].gestures] == [0.8, 0.2]
    times = [moment.time for moment in found]
    assert min(b - a for a, b in pairwise(times)) > 0.1
