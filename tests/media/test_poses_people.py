"""Whether the person followed is one and the same."""

from __future__ import annotations

import numpy as np

from mgllm.media.poses import Poses, leaps, several_people


def walk(middles: list[float], *, width: float = 100, step: float = 1 / 30) -> Poses:
    """Shoulders of a width around these places; NaN where nobody is seen."""
    body = np.zeros((len(middles), 33, 3), np.float32)
    for frame, middle in enumerate(middles):
        body[frame, :, 0] = middle
        body[frame, (11, 12), 0] += (-width / 2, width / 2)
    hands = np.full((len(middles), 2, 21, 2), np.nan, np.float32)
    return Poses(np.arange(len(middles), dtype=np.float64) * step, body, hands, (640, 480))


def test_one_person_who_moves() -> None:
    assert several_people(walk([100, 150, 240, 330, 240, 150])) is None


def test_one_leap_is_an_accident_two_are_people() -> None:
    assert leaps(walk([100, 100, 300, 300])) == 1
    assert several_people(walk([100, 100, 300, 300])) is None
    said = several_people(walk([100, 100, 300, 300, 90, 90]))
    assert said is not None
    assert said.startswith("the person jumps to another place 2 times: there seem to be several people")
    assert "--crop" in said


def test_far_frames_are_no_neighbours_and_lost_ones_do_not_count() -> None:
    nan = float("nan")
    assert leaps(walk([100, 300, 100, 300], step=0.5)) == 0
    assert leaps(walk([100, nan, 300, nan, 100])) == 2
    assert leaps(walk([100, *[nan] * 9, 300])) == 0
    assert leaps(walk([nan, nan])) == 0
