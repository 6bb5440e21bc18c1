"""Made-up landmarks at known places become the joints that they should."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.media.poses import Poses, check_mappable, joints_of
from mgllm.skeleton import Layout
from mgllm.skeleton.landmarks import LEFT, RIGHT
from mgllm.skeleton.layouts import load_layout

FIELD = "0 m 12 14 16 11 13 15 h 24 26 28 23 25 27 5 2 8 7 31 31 29 32 32 30"
"""BODY_25 by MediaPipe's numbers; m and h are the middles of shoulders and hips."""
FINGERS = ("thumb", "index", "middle", "ring", "little")


def made_up(frames: int = 3) -> Poses:
    """Landmark n lies at (n, 100 + n), visibility (n + 1) / 100; the right hand at 1000, the left at 2000."""
    number = np.arange(33, dtype=np.float32)
    body = np.stack([number, 100 + number, (number + 1) / 100], -1)[None].repeat(frames, 0)
    tips = np.arange(21, dtype=np.float32)
    hand = np.stack([tips, tips], -1)
    hands = np.stack([hand + 1000, hand + 2000])[None].repeat(frames, 0)
    return Poses(np.arange(frames) / 30, body, hands, (640, 480))


def test_body25_is_the_list_of_the_field() -> None:
    joints = joints_of(made_up(), load_layout("body25"))
    middles = {"m": (11, 12), "h": (23, 24)}
    for place, word in enumerate(FIELD.split(" ")):
        numbers = middles.get(word) or (int(word),)
        mean = sum(numbers) / len(numbers)
        assert joints[0, place] == pytest.approx([mean, 100 + mean, (min(numbers) + 1) / 100])


def test_imigue22_has_finger_tips_of_the_right_hand_first() -> None:
    layout = load_layout("imigue22")
    joints = joints_of(made_up(), layout)
    assert joints.shape == (3, 22, 3)
    assert joints.dtype == np.float32
    body25 = load_layout("body25")
    for name in layout.joints[:12]:
        same = joints_of(made_up(), body25)[:, body25.index(name)]
        assert np.array_equal(joints[:, layout.index(name)], same)
    for side, base, wrist in (("right", 1000, 16), ("left", 2000, 15)):
        for finger, tip in zip(FINGERS, (4, 8, 12, 16, 20), strict=True):
            at = joints[0, layout.index(f"{side}_{finger}")]
            assert at == pytest.approx([base + tip, base + tip, (wrist + 1) / 100])


def test_what_is_not_seen_is_missing_and_never_zero() -> None:
    poses = made_up()
    poses.hands[1, RIGHT] = np.nan
    poses.body[2] = np.nan
    poses.hands[2] = np.nan
    layout = load_layout("imigue22")
    joints = joints_of(poses, layout)
    right = [layout.index(f"right_{finger}") for finger in FINGERS]
    assert np.isnan(joints[1, right, :2]).all()
    assert (joints[1, right, 2] == 0).all()
    assert not np.isnan(np.delete(joints[1], right, 0)).any()
    assert np.isnan(joints[2, :, :2]).all()
    assert (joints[2, :, 2] == 0).all()
    assert LEFT != RIGHT


def test_other_layouts_are_refused_with_their_first_joint() -> None:
    check_mappable(load_layout("coco17"), "C")
    for name, joint in (("kinect20", "head"), ("ma52-44", "head"), ("ntu25", "spine_base")):
        with pytest.raises(InputError, match=rf"C was made for a layout of \d+ joints with '{joint}'"):
            check_mappable(load_layout(name), "C")
    with pytest.raises(InputError, match="videos can be read for the layouts imigue22 and body25"):
        check_mappable(Layout(joints=("a", "b"), edges=(("a", "b"),)), "C")
