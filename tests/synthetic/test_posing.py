"""Bodies in 3-D: rigid bones, hands on their places, elbows and wrists within their limits, no jumps."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.acts import envelope
from mgllm.synthetic.definitions import ILLUSTRATIVE, LAYOUT, load_definitions, visible_classes
from mgllm.synthetic.geometry import Reals, dot, length, mixed, unit
from mgllm.synthetic.scenes import FPS, Filmed, film
from mgllm.synthetic.trimmed import OTHERS_PER_BODY, Batch, make_batch

JOINTS = load_layout(LAYOUT).joints
SEEDS = ((3, 0), (3, 1), (4, 0))
HEAD = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")


@cache
def filmed(seed: int, number: int) -> tuple[Batch, Filmed]:
    batch = make_batch(seed, number)
    return batch, film(batch.scene)


@pytest.fixture(params=SEEDS, ids=str)
def made(request: pytest.FixtureRequest) -> tuple[Batch, Filmed]:
    return filmed(*request.param)


def joint(film_: Filmed, name: str) -> Reals:
    place: Reals = film_.joints_V3F[JOINTS.index(name)]
    return place


def spread_within_clips(values_F: Reals, film_: Filmed) -> float:
    """The largest difference within any clip."""
    ends = np.flatnonzero(np.diff(film_.clip_F)) + 1
    return max(float(np.ptp(part)) for part in np.split(values_F.astype(np.float64), ends))


def shares(batch: Batch, film_: Filmed) -> list[NDArray[np.floating]]:
    """How far the leading and the other hand have come to their places, by frame."""
    first = np.cumsum(batch.scene.frames) - batch.scene.frames
    within = np.arange(len(film_.clip_F)) - first[film_.clip_F]
    time = (batch.scene.start[film_.clip_F] + within / FPS).astype(np.float32)
    acts = batch.scene.acts
    return [
        envelope(time, timing.take(film_.clip_F)) * contacts.used[film_.clip_F]
        for contacts, timing in ((acts.own, acts.own_timing), (acts.other, acts.other_timing))
    ]


def in_air(batch: Batch, film_: Filmed) -> NDArray[np.bool_]:
    """[F]: whether hands have nothing to touch in a frame's clip."""
    air = [name in load_definitions().others or name == ILLUSTRATIVE for name in batch.names]
    return np.array(air)[film_.clip_F]


def test_bones_keep_their_length(made: tuple[Batch, Filmed]) -> None:
    _, film_ = made
    bones = [(f"{side}_shoulder", f"{side}_elbow") for side in ("right", "left")]
    bones += [(f"{side}_elbow", f"{side}_wrist") for side in ("right", "left")]
    bones += [(a, b) for a in HEAD for b in HEAD if a < b]
    for a, b in bones:
        assert spread_within_clips(length(joint(film_, a) - joint(film_, b)), film_) < 1e-5, (a, b)


def test_bones_are_those_of_the_body(made: tuple[Batch, Filmed]) -> None:
    batch, film_ = made
    wanted = batch.scene.bodies.take(film_.clip_F)
    for side in ("right", "left"):
        upper = length(joint(film_, f"{side}_elbow") - joint(film_, f"{side}_shoulder"))
        fore = length(joint(film_, f"{side}_wrist") - joint(film_, f"{side}_elbow"))
        np.testing.assert_allclose(upper, wanted.upper_arm, atol=1e-5)
        np.testing.assert_allclose(fore, wanted.forearm, atol=1e-5)
    ears = length(joint(film_, "right_ear") - joint(film_, "left_ear"))
    np.testing.assert_allclose(ears, 2 * wanted.head, atol=1e-5)


def test_hands_reach_what_they_are_to_touch(made: tuple[Batch, Filmed]) -> None:
    batch, film_ = made
    air = in_air(batch, film_)
    for aim, touch, share in zip(film_.figure.aims, film_.figure.touches, shares(batch, film_), strict=True):
        missed, there = length(aim - touch), share > 0.999
        touching = missed[there & ~air]
        assert len(touching) > 700
        assert float(touching.mean()) < 1e-3
        assert float(np.quantile(touching, 0.99)) < 0.015
        assert float(touching.max()) < 0.05
        assert float(missed[there & air].max()) < 0.25  # a stretched arm is as good


@pytest.mark.parametrize(
    ("label", "place", "most"),
    [
        ("touching ears", "ear", 0.045),
        ("rubbing eyes", "eye", 0.05),
        ("touching or scratching neck", "shoulder", 0.30),
    ],
)
def test_fingers_are_where_a_person_would_look_for_them(label: str, place: str, most: float) -> None:
    batch, film_ = filmed(*SEEDS[0])
    share = shares(batch, film_)[0]
    seen = 0
    for number, name in enumerate(batch.labels):
        frames = np.flatnonzero((film_.clip_F == number) & (share > 0.999))
        if name == label and len(frames):
            side = "left" if batch.scene.leads_left[number] else "right"
            tips = mixed(joint(film_, f"{side}_index"), joint(film_, f"{side}_middle"), np.float32(0.5))
            gap = length(tips - joint(film_, f"{side}_{place}"))[frames]
            assert float(np.median(gap)) < most
            seen += 1
    assert seen == 4


def test_elbows_and_wrists_stay_within_their_limits(made: tuple[Batch, Filmed]) -> None:
    _, film_ = made
    for side in ("right", "left"):
        shoulder, elbow, wrist = (joint(film_, f"{side}_{part}") for part in ("shoulder", "elbow", "wrist"))
        fore = unit(wrist - elbow)
        bend = np.degrees(np.arccos(np.clip(dot(unit(elbow - shoulder), fore), -1, 1)))
        assert float(bend.min()) > 3
        assert float(bend.max()) < 150.5


def test_upper_arms_never_go_further_back_than_shoulders_let_them(made: tuple[Batch, Filmed]) -> None:
    batch, film_ = made
    air = in_air(batch, film_)
    forward = film_.figure.chest.axes_33F[:, 2]
    for side in ("right", "left"):
        upper = unit(film_.figure.points[f"{side}_elbow"] - film_.figure.points[f"{side}_shoulder"])
        back = np.degrees(np.arcsin(np.clip(-dot(upper, forward), -1, 1)))
        assert float(back[~air].max()) < 60  # extension of the shoulder, AAOS 1965
        assert float(np.quantile(back[air], 0.99)) < 60
        assert float(back.max()) < 90  # a hand that waves close to the head


def test_nothing_jumps(made: tuple[Batch, Filmed]) -> None:
    _, film_ = made
    same = np.diff(film_.clip_F) == 0
    for name in JOINTS:
        metres = length(np.diff(joint(film_, name), axis=1))[same]
        assert float(metres.max()) * FPS < 12, name
        assert float(np.quantile(metres, 0.999)) * FPS < 6, name


def test_right_and_left_lead_alike_and_are_mirrored() -> None:
    batch, film_ = filmed(*SEEDS[0])
    left = batch.scene.leads_left
    assert 0.35 < left.mean() < 0.65
    own_is_right = ~left[film_.clip_F]
    right = film_.figure.points["right_wrist"]
    expected = np.where(own_is_right, right, film_.figure.points["left_wrist"] * [[-1], [1], [1]])
    np.testing.assert_allclose(joint(film_, "right_wrist"), expected, atol=1e-6)


def test_faces_look_forward_and_shoulders_are_on_their_sides(made: tuple[Batch, Filmed]) -> None:
    _, film_ = made
    ears = (joint(film_, "right_ear") + joint(film_, "left_ear")) / 2
    assert (joint(film_, "nose")[2] > ears[2]).all()
    for part in ("shoulder", "ear", "eye"):
        assert (joint(film_, f"right_{part}")[0] < joint(film_, f"left_{part}")[0]).all()
    assert (joint(film_, "nose")[1] > joint(film_, "neck")[1]).all()


def test_a_batch_has_every_class_of_every_body_once_and_others_beside() -> None:
    batch, _ = filmed(*SEEDS[0])
    for body in np.unique(batch.body):
        mine = Counter(name for name, number in zip(batch.names, batch.body, strict=True) if number == body)
        assert all(mine[name] == 1 for name in visible_classes())
        assert set(mine) - set(visible_classes()) <= set(load_definitions().others)
        assert mine.total() == len(visible_classes()) + OTHERS_PER_BODY
    label_of = load_definitions().label_of
    assert batch.labels == tuple(label_of(name) for name in batch.names)
