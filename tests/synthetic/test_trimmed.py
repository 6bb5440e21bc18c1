"""Trimmed clips: reproducible, balanced, held-out by range, and told apart by what moves in them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.seeds import stream
from mgllm.skeleton import Clip
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Preparation, prepare_clip, resampled
from mgllm.synthetic import Difficulty, clip_classes, hidden_classes, make_clips, visible_classes
from mgllm.synthetic.acts import envelope
from mgllm.synthetic.clip_columns import PROPERTIES
from mgllm.synthetic.definitions import BACKGROUND, ILLUSTRATIVE, LAYOUT, load_definitions
from mgllm.synthetic.scenes import FPS, film
from mgllm.synthetic.trimmed import detected, make_batch

CLASSES = clip_classes()
NOISE_FREE = Difficulty().times(0)


def made(seed: int, number: int, difficulty: Difficulty = NOISE_FREE) -> list[Clip]:
    return list(make_clips(seed, number, difficulty))


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return made(0, 1600)


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
    scene = make_batch(1, 0).scene
    filmed = film(scene)
    clean, noisy = (
        detected(filmed, scene, how, stream(1, "noise")) for how in (NOISE_FREE, Difficulty(swapped=0))
    )
    assert clean.shape == noisy.shape
    off = np.abs(clean[..., :2] - noisy[..., :2])
    assert 0.05 < float(np.nanmedian(off)) < 1.5


def test_every_body_does_each_class_once_and_a_quarter_of_clips_is_no_gesture(clips: list[Clip]) -> None:
    does, label = (
        Counter(said) for said in zip(*((c.more["does"], c.label or "") for c in clips), strict=True)
    )
    bodies = len({clip.subject for clip in clips})
    assert bodies == 40
    assert {does[name] for name in visible_classes()} == {bodies}
    assert {label[name] for name in visible_classes() if name != ILLUSTRATIVE} == {bodies}
    assert sorted(label) == sorted(CLASSES)
    assert not set(label) & set(hidden_classes())
    others = load_definitions().others
    made_up = sum(does[name] for name in others)
    assert made_up / len(clips) == 0.25
    weights = sum(other.weight for other in others.values())
    for name, other in others.items():
        assert abs(does[name] / made_up - other.weight / weights) < 0.06, name
    assert label[BACKGROUND] == does["at rest"] > 80
    assert all(clip.label == load_definitions().label_of(clip.more["does"]) for clip in clips)


def test_clips_are_about_as_long_as_those_of_imigue(clips: list[Clip]) -> None:
    seconds = np.array([len(clip.joints) / (clip.fps or 0) for clip in clips])
    assert 2.1 < float(seconds.mean()) < 2.6
    assert float(seconds.min()) >= 0.25
    assert float(seconds.max()) < 10


def test_half_of_the_clips_with_a_contact_are_cut_inside_it() -> None:
    there, complete = [], []
    for number in range(4):
        batch = make_batch(9, number)
        scene, timing = batch.scene, batch.scene.acts.own_timing
        ends = scene.start, scene.start + (scene.frames - 1) / FPS
        share = np.stack([envelope(end.astype(np.float32), timing) for end in ends])
        touching = np.array([name in visible_classes() for name in batch.names])
        touching &= scene.acts.own.used & ~scene.acts.along[0] & ~scene.acts.stays
        there += (share.min(axis=0) > 0.5)[touching].tolist()
        complete += (share.max(axis=0) < 0.5)[touching].tolist()
    assert len(there) > 300
    assert 0.4 < float(np.mean(there)) < 0.6
    assert 0.4 < float(np.mean(complete)) < 0.6


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
    for name, least in (("validation", 0.32), ("test", 0.25)):
        asked = part == name
        away = (x[asked] ** 2).sum(1)[:, None] - 2 * x[asked] @ x[known].T + (x[known] ** 2).sum(1)
        right = label[known][away.argmin(1)] == label[asked]
        assert float(right.mean()) > least  # chance is 1 in 30
