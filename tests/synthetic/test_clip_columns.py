"""Tables by clip: taken, spread, mixed; and ranges, of which seen and unseen ones never meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from mgllm.seeds import stream
from mgllm.synthetic.clip_columns import PROPERTIES, Columns, draw
from mgllm.synthetic.geometry import Reals


@dataclass(frozen=True, eq=False)
class Pair(Columns):
    one: Reals
    two: Reals


def pair(first: int = 0) -> Pair:
    """Three clips, a number and a vector each."""
    one = np.arange(first, first + 3, dtype=np.float32)
    return Pair(one, np.stack([one, 10 * one]))


def test_clips_are_taken_by_number_as_often_as_they_are_named() -> None:
    taken = pair().take(np.array([2, 0, 2]))
    assert taken.one.tolist() == [2, 0, 2]
    assert taken.two.tolist() == [[2, 0, 2], [20, 0, 20]]


def test_each_clip_is_spread_over_its_frames() -> None:
    spread = pair().spread(np.array([2, 0, 3]))
    assert spread.one.tolist() == [0, 0, 2, 2, 2]
    assert spread.two[1].tolist() == [0, 0, 20, 20, 20]


def test_a_mask_chooses_clip_by_clip() -> None:
    mixed = pair().where(np.array([True, False, True]), pair(5))
    assert mixed.one.tolist() == [0, 6, 2]
    assert mixed.two[1].tolist() == [0, 60, 20]


def test_replacing_changes_a_copy() -> None:
    before = pair()
    after = before.replaced(np.array([1]), pair(7).take(np.array([0])))
    assert after.one.tolist() == [0, 7, 2]
    assert after.two[1].tolist() == [0, 70, 20]
    assert before.one.tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", PROPERTIES)
def test_between_seen_and_unseen_ranges_lies_a_gap(name: str) -> None:
    span = PROPERTIES[name]
    assert span.seen[0] < span.seen[1]
    for low, high in span.unseen:
        assert low < high
        assert high < span.seen[0] or span.seen[1] < low


@pytest.mark.parametrize("name", PROPERTIES)
def test_values_are_drawn_from_their_own_side_and_fill_it(name: str) -> None:
    unseen = np.arange(4000) % 2 == 1
    values = draw(name, unseen, stream(0, name))
    span = PROPERTIES[name]
    sides = [(values[~unseen], span.seen)]
    for low, high in span.unseen:
        inside = values[unseen & (values >= low - 1e-5) & (values <= high + 1e-5)]
        sides.append((inside, (low, high)))
    assert sum(len(side) for side, _ in sides) == 4000
    for side, (low, high) in sides:
        assert len(side) > 4000 / 2 / len(span.unseen) * 0.8
        assert low - 1e-5 <= side.min() < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < side.max() <= high + 1e-5


def test_a_draw_follows_from_its_random_numbers() -> None:
    unseen = np.zeros(5, np.bool_)
    first, again, other = (draw("stature", unseen, stream(seed, "x")) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
