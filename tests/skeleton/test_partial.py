"""What clips lack is said with what takes its place; what leaves nothing to learn from is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, Layout, SkeletonDataset, write_dataset
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.partial import LOOKED_AT, look_at, partial_notes
from mgllm.skeleton.preparing import Preparation

Made = Callable[..., SkeletonDataset]
HANDS = Layout(
    joints=("left_wrist", "left_thumb", "right_wrist", "right_thumb"),
    edges=(("left_wrist", "left_thumb"), ("left_wrist", "right_wrist"), ("right_wrist", "right_thumb")),
    mirror=(("left_wrist", "right_wrist"), ("left_thumb", "right_thumb")),
)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A set of clips of a layout; in some of them some joints are missing."""

    def make(
        layout: Layout, lost: tuple[str, ...] = (), *, clips: int = 10, whole: int = 0
    ) -> SkeletonDataset:
        random = np.random.default_rng(0)

        def clip(number: int) -> Clip:
            joints_TVC = random.normal(size=(6, len(layout.joints), 2))
            if number >= whole:
                joints_TVC[:, [layout.index(name) for name in lost]] = np.nan
            return Clip(f"c{number}", "p", joints_TVC.astype(np.float32))

        meta = DatasetMeta(name="made", layout=layout, dims=2, units="m")
        return write_dataset(tmp_path / "set", meta, map(clip, range(clips))).dataset

    return make


def notes(dataset: SkeletonDataset, hidden: list[str] | None = None, **how: Any) -> tuple[str, ...]:
    preparation = Preparation(**how)
    numbers: NDArray[np.int64] = np.arange(len(dataset))
    joints = [dataset.meta.layout.index(name) for name in hidden or []]
    return partial_notes(look_at(dataset, numbers, preparation, joints), preparation)


def test_a_whole_body_needs_no_words(made: Made) -> None:
    assert notes(made(load_layout("coco17"))) == ()


def test_a_body_without_its_head_needs_none_either(made: Made) -> None:
    head = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    assert notes(made(load_layout("coco17"), head)) == ()


def test_a_layout_without_shoulders(made: Made) -> None:
    dataset = made(HANDS)
    (note,) = notes(dataset)
    assert note.startswith("the layout names no shoulders: each clip is divided by the size of what is seen")
    assert note.endswith("--scale A-B divides by a length, such as left_wrist-right_wrist")
    assert notes(dataset, scale="left_wrist-left_thumb") == notes(dataset, scale="none") == ()


def test_a_layout_of_which_the_hands_alone_are_seen(made: Made) -> None:
    layout = load_layout("imigue22")
    body = tuple(name for name in layout.joints[:12] if "wrist" not in name)
    dataset = made(layout, body)
    root, scale = notes(dataset)
    assert root == "the root (neck) is never seen: the middle of all joints seen takes its place"
    assert scale.startswith("no clip has both left_shoulder and right_shoulder: each is divided by the size")
    assert "such as right_wrist-left_wrist" in scale or "such as left_wrist-right_wrist" in scale
    assert notes(dataset, centre="none", scale="none") == ()


def test_joints_that_are_not_used_count_as_never_seen(made: Made) -> None:
    dataset = made(load_layout("coco17"))
    (note,) = notes(dataset, ["left_shoulder"])
    assert note.startswith("no clip has both left_shoulder and right_shoulder")


def test_clips_of_two_sizes_are_counted(made: Made) -> None:
    (note,) = notes(made(load_layout("coco17"), ("left_shoulder",), whole=7))
    assert note.startswith(
        "3 of 10 clips do not have both left_shoulder and right_shoulder: these are divided"
    )


def test_a_few_clips_without_shoulders_are_not_worth_a_word(made: Made) -> None:
    assert notes(made(load_layout("coco17"), ("left_shoulder",), whole=9)) == ()


def test_a_pair_that_no_clip_has_is_refused(made: Made) -> None:
    dataset = made(load_layout("coco17"), ("left_hip",))
    with pytest.raises(InputError, match=r"^--scale left_hip-right_hip: .*no clip with both left_hip and"):
        notes(dataset, scale="left_hip-right_hip")


def test_one_joint_at_0_leaves_nothing(made: Made) -> None:
    dataset = made(Layout(joints=("left_hand",), edges=()))
    with pytest.raises(InputError, match=r"only 'left_hand' is ever seen.*give --centre clip"):
        notes(dataset)
    (note,) = notes(dataset, centre="clip")
    assert note.endswith("--scale none keeps the units")


def test_a_large_set_is_looked_at_in_part(made: Made) -> None:
    dataset = made(HANDS, clips=3 * LOOKED_AT)
    found = look_at(dataset, np.arange(len(dataset)), Preparation())
    assert len(found.seen_NV) == LOOKED_AT
