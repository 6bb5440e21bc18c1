"""What joints show of a recording: nobody, a leap to another person, a turned or mirrored picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton.layout import Layout
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Points, at_steady_rate
from mgllm.skeleton.quality import BLOCK, leaps, nobody, person_seen, somebody, spans, view_of
from tests.skeleton.upright import POSE

NAN = float("nan")


Pose = Mapping[str, tuple[float, float]]


def sitting(layout: str = "imigue22", frames: int = 20, moved: Pose | None = None) -> Points:
    """Upright, facing the camera, [T, V, 3]; joints that are not in the pose are missing."""
    names = load_layout(layout).joints
    x_TVC = np.full((frames, len(names), 3), np.nan, np.float32)
    for name, point in {**POSE, **(moved or {})}.items():
        if name in names:
            x_TVC[:, names.index(name)] = (*point, 1)
    x_TVC[np.isnan(x_TVC[..., 0]), 2] = 0
    return x_TVC


def turn(x_TVC: Points, right: int) -> Points:
    """The picture turned to the right by so many quarters."""
    x_TVC = x_TVC.copy()
    for _ in range(right):
        x_TVC[..., 0], x_TVC[..., 1] = 480 - x_TVC[..., 1], x_TVC[..., 0].copy()
    return x_TVC


def seen_as(x_TVC: Points, layout: str = "imigue22") -> tuple[str | None, bool]:
    return view_of(x_TVC, load_layout(layout), 2)


def test_an_upright_person_who_faces_the_camera() -> None:
    for layout in ("imigue22", "body25", "coco17", "ma52-44"):
        assert seen_as(sitting(layout), layout) == (None, False)


@pytest.mark.parametrize("layout", ["imigue22", "body25", "coco17"])
def test_turned_pictures(layout: str) -> None:
    x_TVC = sitting(layout)
    assert seen_as(turn(x_TVC, 2), layout) == ("upside down", False)
    flipped = x_TVC * np.array((1, -1, 1), np.float32)
    assert seen_as(flipped, layout) == ("upside down", False)
    for quarters in (1, 3):
        assert seen_as(turn(x_TVC, quarters), layout) == ("on the side", False)


def test_a_turned_picture_is_turned_in_most_frames() -> None:
    x_TVC = sitting(frames=100)
    x_TVC[:74] = turn(x_TVC, 2)[:74]
    assert seen_as(x_TVC) == (None, False)
    x_TVC[:75] = turn(sitting(frames=100), 2)[:75]
    assert seen_as(x_TVC)[0] == "upside down"
    x_TVC[75:] = np.nan  # frames in which nobody is seen decide nothing
    assert seen_as(x_TVC[50:])[0] == "upside down"


def test_a_person_who_bows_is_not_upside_down() -> None:
    low = {name: (point[0], point[1] + 110) for name, point in POSE.items() if point[1] < 131}
    assert seen_as(sitting(moved=low)) == (None, False)


def test_a_person_in_profile_lies_on_no_side() -> None:
    """The shoulders are one above the other, the head above both."""
    profile: Pose = {"left_shoulder": (322, 215), "right_shoulder": (318, 190), "left_eye": (350, 118)}
    assert seen_as(sitting(moved=profile)) == (None, False)


def test_mirrored_coordinates() -> None:
    mirrored = sitting() * np.array((-1, 1, 1), np.float32)
    assert seen_as(mirrored) == (None, True)
    assert seen_as(mirrored + np.array((640, 0, 0), np.float32)) == (None, True)


def test_somebody_who_turns_the_back_has_no_face() -> None:
    x_TVC = sitting() * np.array((-1, 1, 1), np.float32)
    names = load_layout("imigue22").joints
    for name in ("nose", "left_eye"):
        hidden, guessed = x_TVC.copy(), x_TVC.copy()
        hidden[:, names.index(name)] = (NAN, NAN, 0)
        guessed[:, names.index(name), 2] = 0.1
        assert seen_as(hidden) == seen_as(guessed) == (None, False)


def test_where_it_cannot_be_known_nothing_is_said() -> None:
    x_TVC = turn(sitting(), 2)
    names = load_layout("imigue22").joints
    shoulder = x_TVC.copy()
    shoulder[:, names.index("left_shoulder")] = (NAN, NAN, 0)
    assert seen_as(shoulder) == (None, False)
    head = x_TVC.copy()
    head[:, [n for n, name in enumerate(names) if name == "nose" or name.endswith(("eye", "ear"))]] = np.nan
    assert seen_as(head) == (None, False)
    metres = np.random.default_rng(0).normal(size=(20, 20, 3)).astype(np.float32)
    assert view_of(metres, load_layout("kinect20"), 3) == (None, False)
    assert seen_as(np.full_like(x_TVC, np.nan)) == (None, False)


def test_long_recordings_are_read_in_blocks() -> None:
    x_TVC = np.concatenate([turn(sitting(frames=20), 2)] * (BLOCK // 20 + 2))
    x_TVC[-10:] = (NAN, NAN, 0)
    assert seen_as(x_TVC)[0] == "upside down"
    seen_T = person_seen(x_TVC, 2)
    assert (len(seen_T), int(seen_T.sum())) == (len(x_TVC), len(x_TVC) - 10)


def test_stretches_without_a_person() -> None:
    seen_T = np.ones(60, bool)
    seen_T[[*range(5), *range(20, 24), *range(50, 60)]] = False
    assert spans(~seen_T) == [(0, 5), (20, 24), (50, 60)]
    assert nobody(seen_T, 10) == [(0, 5), (50, 60)]
    assert somebody(seen_T, 10) == [(5, 50)]
    assert nobody(seen_T, 8) == [(0, 5), (20, 24), (50, 60)]
    assert somebody(seen_T, 30) == [(0, 60)]
    assert nobody(np.zeros(3, bool), 10) == []
    assert somebody(np.zeros(0, bool), 10) == []


def test_a_person_is_any_joint_however_sure() -> None:
    x_TVC = np.full((4, 22, 3), np.nan, np.float32)
    x_TVC[1, 7] = (3, 4, 0.01)
    x_TVC[2, 7] = (3, 4, 0)
    assert person_seen(x_TVC, 2).tolist() == [False, True, False, False]
    assert person_seen(x_TVC[:0], 2).tolist() == []


def walk(middles: list[float], width: float = 100) -> Points:
    """Shoulders of a width around these places; NaN where nobody is seen."""
    x_TVC = np.full((len(middles), 22, 3), np.nan, np.float32)
    names = load_layout("imigue22").joints
    for frame, middle in enumerate(middles):
        for name, side in (("left_shoulder", width / 2), ("right_shoulder", -width / 2)):
            x_TVC[frame, names.index(name)] = (middle + side, 0, 1)
    return x_TVC


def counted(x_TVC: NDArray[Any], fps: float = 25) -> int:
    return leaps(x_TVC, load_layout("imigue22"), 2, fps)


def test_one_person_who_moves() -> None:
    assert counted(walk([100, 130, 180, 230, 190, 150, 100])) == 0


def test_leaps_are_counted_once_each() -> None:
    assert counted(walk([100, 100, 100, 300, 300, 300])) == 1
    assert counted(walk([100, 100, 100, 300, 300, 300, 90, 90, 90])) == 2
    assert counted(walk([100, 300, 100, 300, 100])) == 4
    assert counted(walk([100, 100, 300, 300], width=200)) == 0


def test_a_leap_between_frames_that_were_interpolated() -> None:
    times = np.arange(60) / 30
    native = walk([100.0] * 22 + [320.0] * 38)
    steady = at_steady_rate(times, native, 25.0)
    assert counted(steady) == 1
    far = at_steady_rate(times, walk([100.0] * 22 + [900.0] * 38), 25.0)
    assert counted(far) == 1


def test_far_frames_are_not_compared_and_lost_ones_do_not_count() -> None:
    assert counted(walk([100, 300, 100, 300]), fps=2) == 0
    assert counted(walk([100, 100, NAN, 300, 300])) == 1
    assert counted(walk([100, 100, *[NAN] * 9, 300, 300])) == 0
    assert counted(walk([NAN, NAN])) == 0


def test_a_layout_without_shoulders_has_no_leaps() -> None:
    few = Layout(joints=("a", "b"), edges=(("a", "b"),))
    assert leaps(np.random.default_rng(0).normal(size=(9, 2, 3)) * 100, few, 2, 25) == 0
    assert view_of(np.zeros((9, 2, 3)), few, 2) == (None, False)


@pytest.mark.parametrize(("frames", "wanted"), [("", []), ("110", [(0, 2)]), ("0101", [(1, 2), (3, 4)])])
def test_spans_begin_and_end_where_frames_are_on(frames: str, wanted: list[tuple[int, int]]) -> None:
    assert spans(np.array([frame == "1" for frame in frames], bool)) == wanted
