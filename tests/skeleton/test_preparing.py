"""Preparation against slow, obvious versions, and what it must not depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from mgllm.errors import InputError
from mgllm.skeleton.layout import Layout
from mgllm.skeleton.layouts import LAYOUTS, load_layout
from mgllm.skeleton.preparing import (
    Preparation,
    PreparedClip,
    centred,
    fill_gaps,
    prepare_clip,
    resampled,
    scale_pair,
    scaled,
    seen_joints,
)

Array = NDArray[np.float32]


def recording(name: str, seed: int = 0, frames: int = 20, dims: int = 3, lost: float = 0.2) -> Array:
    """A random walk with lost joints."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(frames, len(load_layout(name).joints), dims)).cumsum(axis=0) + 5
    x[random.random(x.shape[:2]) < lost] = np.nan
    return x.astype(np.float32)


def prepared(name: str, **how: Any) -> PreparedClip:
    x = recording(name)
    return prepare_clip(x, load_layout(name), 3, Preparation(**how))


def slow_fill(x: Array, seen: NDArray[np.bool_], gap: int) -> tuple[Array, NDArray[np.bool_]]:
    x, mask = np.where(seen[..., None], x, 0).astype(np.float32), seen.copy()
    for joint in range(x.shape[1]):
        frame = 0
        while frame < len(x):
            end = frame
            while end < len(x) and not seen[end, joint]:
                end += 1
            if frame > 0 and end < len(x) and 0 < end - frame <= gap:
                for t in range(frame, end):
                    share = (t - frame + 1) / (end - frame + 1)
                    x[t, joint] = (1 - share) * x[frame - 1, joint] + share * x[end, joint]
                    mask[t, joint] = True
            frame = max(end, frame) + 1
    return x, mask


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 6), st.integers(1, 15), st.floats(0, 0.9))
def test_gaps_are_filled_like_the_slow_version(seed: int, gap: int, frames: int, lost: float) -> None:
    x = recording("kinect20", seed, frames, lost=lost)
    seen = seen_joints(x, 3)
    fast, mask = fill_gaps(x, seen, gap)
    slow, slow_mask = slow_fill(x, seen, gap)
    np.testing.assert_array_equal(mask, slow_mask)
    np.testing.assert_allclose(fast, slow, atol=1e-4)


def test_a_gap_is_filled_up_to_its_limit_and_never_at_the_ends() -> None:
    x = np.arange(8, dtype=np.float32)[:, None, None] * np.ones((1, 1, 2), np.float32)
    seen = np.array([0, 1, 0, 0, 1, 0, 1, 0], dtype=bool)[:, None]
    filled, mask = fill_gaps(x, seen, 2)
    assert mask[:, 0].tolist() == [False, True, True, True, True, True, True, False]
    assert filled[:, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]
    assert fill_gaps(x, seen, 1)[1][:, 0].tolist() == [False, True, False, False, True, True, True, False]
    assert (fill_gaps(x, seen, 0)[1] == seen).all()


def test_confidence_decides_what_is_seen() -> None:
    x = np.ones((2, 2, 3), np.float32)
    x[0, 0, 2], x[1, 1, 2], x[1, 0, 1] = 0, 0.3, np.nan
    assert seen_joints(x, 2).tolist() == [[False, True], [False, True]]
    assert seen_joints(x, 2, 0.5).tolist() == [[False, True], [False, False]]
    assert seen_joints(x, 3).tolist() == [[True, True], [False, True]]


def test_the_root_is_zero_in_every_frame_where_it_is_seen() -> None:
    layout = load_layout("kinect20")
    x = recording("kinect20", lost=0)
    mask = np.ones(x.shape[:2], dtype=bool)
    moved = centred(x, mask, layout)
    for frame in range(len(x)):
        np.testing.assert_allclose(moved[frame], x[frame] - x[frame, 3], atol=1e-5)
    still = centred(x, mask, layout, still=True)
    np.testing.assert_allclose(still, x - np.median(x[:, 3], axis=0), atol=1e-5)


def test_two_root_joints_mean_the_point_between_them() -> None:
    x = recording("coco17", lost=0)
    mask = np.ones(x.shape[:2], dtype=bool)
    moved = centred(x, mask, load_layout("coco17"))
    np.testing.assert_allclose((moved[:, 11] + moved[:, 12]) / 2, 0, atol=1e-5)


def test_a_root_that_is_missing_is_carried_over_or_replaced() -> None:
    layout = load_layout("kinect20")
    x = recording("kinect20", lost=0)
    mask = np.ones(x.shape[:2], dtype=bool)
    mask[5, 3] = False
    between = (x[4, 3] + x[6, 3]) / 2
    np.testing.assert_allclose(centred(x, mask, layout)[5, 0], x[5, 0] - between, atol=1e-4)
    mask[:, 3] = False
    others = [n for n in range(20) if n != 3]
    np.testing.assert_allclose(centred(x, mask, layout)[7, 0], x[7, 0] - x[7, others].mean(axis=0), atol=1e-4)
    assert not centred(x, np.zeros_like(mask), layout).any()


def test_shoulders_are_one_apart_in_the_median() -> None:
    layout = load_layout("kinect20")
    clip = prepared("kinect20", max_gap=0)
    left, right = layout.index("left_shoulder"), layout.index("right_shoulder")
    assert scale_pair(layout) == (left, right)
    widths = []
    for frame in range(len(clip.x)):
        if clip.mask[frame, left] and clip.mask[frame, right]:
            widths.append(np.linalg.norm(clip.x[frame, left] - clip.x[frame, right]))
    assert np.median(widths) == pytest.approx(1, abs=1e-5)


def test_without_shoulders_all_joints_give_the_scale() -> None:
    x = recording("kinect20", lost=0)
    mask = np.ones(x.shape[:2], dtype=bool)
    mask[:, 4] = False
    sizes = [np.square(x[t, v]).sum() for t in range(len(x)) for v in range(20) if v != 4]
    np.testing.assert_allclose(scaled(x, mask, (4, 8)), x / np.sqrt(np.mean(sizes)), rtol=1e-5)
    assert not scaled(np.zeros_like(x), mask, (4, 8)).any()


def test_the_pair_can_be_chosen_and_must_be_there() -> None:
    layout = load_layout("kinect20")
    assert scale_pair(layout, "spine-head") == (2, 0)
    for scale, near in (("spine-haed", "haed.*'head'"), ("spin-head", "spin.*'spine'")):
        with pytest.raises(InputError, match=f"^--scale {scale}: unknown joint '{near}"):
            scale_pair(layout, scale)
    with pytest.raises(InputError, match="a length needs two joints, and 'head' is one"):
        scale_pair(layout, "head-head")
    assert scale_pair(Layout(joints=("a", "b"), edges=(("a", "b"),))) is None


def test_joints_of_a_pair_may_have_a_hyphen_in_their_names() -> None:
    layout = Layout(
        joints=("left-hip", "right-hip", "hip"), edges=(("left-hip", "hip"), ("hip", "right-hip"))
    )
    assert scale_pair(layout, "left-hip-right-hip") == (0, 1)
    assert scale_pair(layout, "hip-left-hip") == (2, 0)


def test_a_pair_is_one_apart_in_the_median() -> None:
    x, layout = recording("kinect20", lost=0), load_layout("kinect20")
    clip = prepare_clip(x, layout, 3, Preparation(scale="left_hip-right_hip"))
    left, right = layout.index("left_hip"), layout.index("right_hip")
    assert np.median(np.linalg.norm(clip.x[:, left] - clip.x[:, right], axis=-1)) == pytest.approx(
        1, abs=1e-5
    )


def test_a_layout_without_shoulders_is_scaled_by_all_joints() -> None:
    legs = ("left_hip", "left_knee", "right_hip", "right_knee")
    edges = (("left_hip", "left_knee"), ("left_hip", "right_hip"), ("right_hip", "right_knee"))
    layout = Layout(joints=legs, edges=edges)
    x = recording("kinect20", lost=0)[:, :4]
    clip = prepare_clip(x, layout, 3, Preparation())
    assert np.sqrt(np.square(clip.x).sum(-1).mean()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("scale", ["big", "", "-", "left_hip-", "-left_hip"])
def test_a_scale_is_a_name_or_two_joints(scale: str) -> None:
    with pytest.raises(ValidationError, match="must be shoulders, none, or two joints"):
        Preparation(scale=scale)


def test_checkpoints_of_before_name_their_pair_apart() -> None:
    old = {"scale": "shoulders", "pair": ["left_hip", "right_hip"]}
    assert Preparation.model_validate(old).scale == "left_hip-right_hip"
    assert Preparation.model_validate({**old, "pair": None}) == Preparation()
    assert Preparation.model_validate({**old, "scale": "none"}).scale == "none"


@pytest.mark.parametrize("name", LAYOUTS)
def test_preparing_does_not_depend_on_place_and_size(name: str) -> None:
    x, layout = recording(name), load_layout(name)
    a = prepare_clip(x, layout, 3, Preparation())
    b = prepare_clip(x * np.float32(7) + np.float32(2), layout, 3, Preparation())
    np.testing.assert_array_equal(a.mask, b.mask)
    np.testing.assert_allclose(a.x, b.x, atol=1e-3)
    assert np.isfinite(a.x).all()
    assert not a.x[~a.mask].any()
    assert a.x.dtype == np.float32


def test_steps_can_be_left_out() -> None:
    x, layout = recording("kinect20"), load_layout("kinect20")
    clip = prepare_clip(x, layout, 3, Preparation(centre="none", scale="none", max_gap=0))
    seen = ~np.isnan(x).any(axis=-1)
    np.testing.assert_array_equal(clip.mask, seen)
    np.testing.assert_array_equal(clip.x[seen], x[seen])


def test_one_frame_and_no_joint_are_survived() -> None:
    layout = load_layout("kinect20")
    one = prepare_clip(recording("kinect20", frames=1), layout, 3, Preparation())
    assert np.isfinite(resampled(one, 8).x).all()
    none = prepare_clip(np.full((3, 20, 3), np.nan, np.float32), layout, 3, Preparation())
    assert not none.mask.any()
    assert not none.x.any()


@pytest.mark.parametrize("frames", [1, 7, 20, 33])
def test_resampling_is_linear_in_time(frames: int) -> None:
    clip = prepared("kinect20")
    view = resampled(clip, frames)
    assert view.x.shape == (frames, 20, 3)
    for n in range(frames):
        place = 19 * n / (frames - 1) if frames > 1 else 9.5
        low, high, near = int(np.floor(place)), min(int(np.floor(place)) + 1, 19), int(np.rint(place))
        for joint in range(20):
            if clip.mask[low, joint] and clip.mask[high, joint]:
                want = clip.x[low, joint] + (place - low) * (clip.x[high, joint] - clip.x[low, joint])
            else:
                want = clip.x[near, joint]
                assert view.mask[n, joint] == clip.mask[near, joint]
            np.testing.assert_allclose(view.x[n, joint], want, atol=1e-4)
    same = resampled(clip, 20)
    np.testing.assert_allclose(same.x, clip.x, atol=1e-5)
    np.testing.assert_array_equal(same.mask, clip.mask)
