"""Untrimmed recordings: the truth says what moves, rest lies between, nothing breaks where stretches meet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic import Difficulty, Recording, make_recording, visible_classes
from mgllm.synthetic.definitions import ILLUSTRATIVE, LAYOUT
from mgllm.synthetic.detector import RATES

NOISE_FREE = Difficulty().times(0)
MINUTES = 6
JOINTS = load_layout(LAYOUT).joints


@pytest.fixture(scope="module")
def recording() -> Recording:
    return make_recording(3, 0, MINUTES * 60, NOISE_FREE)


def moved(recording: Recording, names: tuple[str, ...], first: float, last: float) -> float:
    """The largest way of joints between two moments, in shoulder widths."""
    fps = recording.clip.fps or 0
    x = recording.clip.joints[int(first * fps) : int(last * fps) + 1, :, :2]
    shoulders = [JOINTS.index(f"{side}_shoulder") for side in ("right", "left")]
    width = float(
        np.linalg.norm(
            recording.clip.joints[0, shoulders[0], :2] - recording.clip.joints[0, shoulders[1], :2]
        )
    )
    part = x[:, [JOINTS.index(name) for name in names]]
    return float(np.linalg.norm(np.ptp(part, axis=0), axis=-1).max()) / width


def test_a_recording_is_as_long_as_asked_and_reproducible(recording: Recording) -> None:
    again = make_recording(3, 0, MINUTES * 60, NOISE_FREE)
    assert recording.clip.fps == 25
    assert recording.clip.joints.shape == (MINUTES * 60 * 25, 22, 3)
    assert recording.clip.joints.tobytes() == again.clip.joints.tobytes()
    assert recording.gestures == again.gestures
    assert recording.clip.label is None
    other = make_recording(3, 1, MINUTES * 60, NOISE_FREE)
    assert other.clip.joints.tobytes() != recording.clip.joints.tobytes()
    assert other.clip.subject != recording.clip.subject


def test_gestures_come_one_after_the_other_with_rest_between(recording: Recording) -> None:
    assert {g.label for g in recording.gestures} <= set(visible_classes()) - {ILLUSTRATIVE}
    gaps = []
    for one, following in pairwise(recording.gestures):
        assert one.end is not None
        assert following.start is not None
        gaps.append(following.start - one.end)
    assert min(gaps) > 0.2
    assert 2 < float(np.mean(gaps)) < 8
    seconds = [(g.end or 0) - (g.start or 0) for g in recording.gestures]
    assert 1.8 < float(np.mean(seconds)) < 3.2
    assert (recording.gestures[-1].end or 0) <= MINUTES * 60


def test_every_class_comes_before_one_comes_twice(recording: Recording) -> None:
    labels = [gesture.label for gesture in recording.gestures]
    micro = len(visible_classes()) - 1
    assert len(set(labels[:micro])) == micro


def test_hands_move_when_the_truth_says_so(recording: Recording) -> None:
    wrists = ("right_wrist", "left_wrist")
    ways = [
        moved(recording, wrists, (g.start or 0), (g.end or 0))
        for g in recording.gestures
        if g.label.startswith(("touching", "covering", "folding", "rubbing eyes"))
    ]
    assert len(ways) > 8
    assert min(ways) > 0.25


def test_hands_rest_where_nothing_is_said(recording: Recording) -> None:
    told = sorted([(g.start or 0, g.end or 0) for g in (*recording.gestures, *recording.illustrative)])
    ends = [0.0, *np.maximum.accumulate([end for _, end in told])]
    gaps = [(end + 0.4, start - 0.4) for end, (start, _) in zip(ends, told, strict=False)]
    ways = [moved(recording, ("right_wrist", "left_wrist"), a, b) for a, b in gaps if b - a > 0.5]
    assert len(ways) > 15
    assert float(np.median(ways)) < 0.1


def test_nothing_breaks_where_stretches_meet(recording: Recording) -> None:
    x = recording.clip.joints[..., :2].astype(np.float64)
    shoulders = [JOINTS.index(f"{side}_shoulder") for side in ("right", "left")]
    width = np.linalg.norm(x[:, shoulders[0]] - x[:, shoulders[1]], axis=-1).mean()
    step = np.diff(x, axis=0) / width
    steady = [JOINTS.index(name) for name in ("neck", "nose", "right_shoulder", "left_shoulder")]
    assert float(np.linalg.norm(step[:, steady], axis=-1).max()) < 0.2  # a body that gets up
    assert float(np.linalg.norm(np.diff(step, axis=0)[:, steady], axis=-1).max()) < 0.08
    assert float(np.nanmax(np.linalg.norm(step, axis=-1))) < 1.0  # a hand that waves beside the head


def test_hands_go_with_speech_beside_gestures_and_between() -> None:
    recordings = [make_recording(3, number, 120, NOISE_FREE) for number in range(3)]
    beside = between = 0
    for recording in recordings:
        for one in recording.illustrative:
            meets = any(
                (g.start or 0) < (one.end or 0) and (one.start or 0) < (g.end or 0)
                for g in recording.gestures
            )
            beside, between = beside + meets, between + (not meets)
    assert beside > 2
    assert between > 5


def test_recordings_are_filmed_at_several_rates() -> None:
    clips = [make_recording(3, number, 6, NOISE_FREE).clip for number in range(20)]
    assert {clip.fps for clip in clips} <= set(RATES)
    assert len({clip.fps for clip in clips}) > 2
    assert all(len(clip.joints) == int(6 * (clip.fps or 0)) for clip in clips)


def test_what_is_no_gesture_is_not_in_the_truth() -> None:
    recordings = [make_recording(3, number, 120, NOISE_FREE) for number in range(3)]
    found = {gesture.label for one in recordings for gesture in one.gestures}
    assert found <= set(visible_classes()) - {ILLUSTRATIVE}
    assert {gesture.label for one in recordings for gesture in one.illustrative} == {ILLUSTRATIVE}


def test_speakers_of_the_test_part_are_of_the_unseen_ranges() -> None:
    parts = [make_recording(3, number, 6, NOISE_FREE).clip.more for number in range(10)]
    for more in parts:
        unseen = not 0.96 <= float(more["arms"]) <= 1.04
        assert unseen == (more["part"] == "test")
    assert {more["part"] for more in parts} == {"train", "validation", "test"}
