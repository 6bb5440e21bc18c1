"""Trimmed clips: reproducible, balanced, held-out by range, and told apart by what moves in them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton import Clip
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Preparation, prepare_clip, resampled
from mgllm.synthetic import Difficulty, hidden_classes, make_clips, visible_classes
from mgllm.synthetic.definitions import LAYOUT
from mgllm.synthetic.ranges import PROPERTIES

CLASSES = visible_classes()
NOISE_FREE = Difficulty().times(0)


def made(seed: int, number: int, difficulty: Difficulty = NOISE_FREE) -> list[Clip]:
    return list(make_clips(seed, number, difficulty))


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return made(0, 1500)


def test_the_same_seed_gives_the_same_clips_and_another_gives_others() -> None:
    one, again, other = made(1, 40, Difficulty()), made(1, 40, Difficulty()), made(2, 40, Difficulty())
    for a, b in zip(one, again, strict=True):
        assert a.joints.tobytes() == b.joints.tobytes()
        assert (a.id, a.subject, a.label, a.more) == (b.id, b.subject, b.label, b.more)
    assert all(a.joints.tobytes() != b.joints.tobytes() for a, b in zip(one, other, strict=True))


def test_more_clips_begin_with_the_same_ones() -> None:
    few, many = made(1, 50, Difficulty()), made(1, 150, Difficulty())
    assert [clip.joints.tobytes() for clip in few] == [clip.joints.tobytes() for clip in many[:50]]


def test_noise_changes_no_movement() -> None:
    clean, noisy = made(1, 30), made(1, 30, Difficulty(swapped=0))
    for a, b in zip(clean, noisy, strict=True):
        assert a.joints.shape == b.joints.shape
        assert float(np.nanmedian(np.abs(a.joints[..., :2] - b.joints[..., :2]))) < 1.5


def test_classes_are_balanced_and_hidden_ones_absent(clips: list[Clip]) -> None:
    count = Counter(clip.label or "" for clip in clips)
    assert sorted(count) == sorted(CLASSES)
    assert max(count.values()) - min(count.values()) <= 1
    assert not set(count) & set(hidden_classes())
    odd = Counter(clip.label for clip in made(0, 47))
    assert max(odd.values()) - min(odd.values()) <= 1


def test_clips_are_as_long_as_those_of_imigue(clips: list[Clip]) -> None:
    seconds = np.array([len(clip.joints) / 25 for clip in clips])
    assert abs(float(seconds.mean()) - 2.5) < 0.1
    assert float(seconds.min()) >= 0.3
    assert float(seconds.max()) < 8.5


def test_bodies_lie_on_one_side_and_ranges_do_not_meet(clips: list[Clip]) -> None:
    people = {
        part: {c.subject for c in clips if c.more["part"] == part} for part in ("train", "validation", "test")
    }
    assert all(people.values())
    assert not people["test"] & (people["train"] | people["validation"])
    assert not people["train"] & people["validation"]
    for name, span in PROPERTIES.items():
        low, high = span.seen
        inside = [low - 1e-3 <= float(c.more[name]) <= high + 1e-3 for c in clips if c.more["part"] != "test"]
        outside = [not low <= float(c.more[name]) <= high for c in clips if c.more["part"] == "test"]
        assert all(inside), name
        assert all(outside), name
        assert all(other[1] < low or other[0] > high for other in span.unseen), name


def test_parts_are_in_the_shares_that_were_meant(clips: list[Clip]) -> None:
    share = {part: n / len(clips) for part, n in Counter(clip.more["part"] for clip in clips).items()}
    assert share == {"train": 0.7, "test": 0.2, "validation": 0.1}


def features(clips: list[Clip]) -> NDArray[np.float32]:
    how = Preparation(centre="clip", max_gap=100)
    layout = load_layout(LAYOUT)
    return np.stack([resampled(prepare_clip(c.joints, layout, 2, how), 12).x.ravel() for c in clips])


def test_a_nearest_neighbour_tells_classes_of_unseen_bodies_apart(clips: list[Clip]) -> None:
    x = features(clips)
    label = np.array([CLASSES.index(clip.label or "") for clip in clips])
    part = np.array([clip.more["part"] for clip in clips])
    known = part == "train"
    for name, least in (("validation", 0.4), ("test", 0.28)):
        asked = part == name
        away = (x[asked] ** 2).sum(1)[:, None] - 2 * x[asked] @ x[known].T + (x[known] ** 2).sum(1)
        right = label[known][away.argmin(1)] == label[asked]
        assert float(right.mean()) > least  # chance is 1 in 30
