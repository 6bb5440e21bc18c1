"""Windows of a recording whose gestures are known: what stands in their middle, and how many there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from mgllm.recognizer.timelines.cutting import CutOptions, cut_windows, frame_names
from mgllm.records import Gesture
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, write_dataset
from mgllm.skeleton.layouts import load_layout

LAYOUT = load_layout("coco17")
SPEECH = "illustrative body language"
TRUTH = (
    Gesture(label="a", start=4.0, end=6.0),
    Gesture(label="b", start=12.0, end=13.0),
    Gesture(label=SPEECH, start=5.0, end=9.0),
)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> SkeletonDataset:
    """Two recordings of 20 s at 10 frames a second; x of every joint is the frame's number."""
    frames_T = np.arange(200, dtype=np.float32)
    joints_TVC = np.repeat(np.repeat(frames_T[:, None, None], 17, 1), 2, 2)
    meta = DatasetMeta(name="two", layout=LAYOUT, dims=2, units="pixels")
    clips = [Clip(name, name, joints_TVC, fps=10.0, more={"room": "1"}) for name in ("r1", "r2")]
    return write_dataset(tmp_path_factory.mktemp("two") / "set", meta, clips).dataset


def test_a_frame_has_the_name_of_the_gesture_that_began_last_and_speech_yields() -> None:
    names = frame_names((*TRUTH, Gesture(label="c", start=5.5, end=7.0)), 200, 10.0, (SPEECH,))
    assert names[39] == "background"
    assert [names[t] for t in (40, 54, 55, 69, 70, 89, 90)] == [
        "a",
        "a",
        "c",
        "c",
        SPEECH,
        SPEECH,
        "background",
    ]


def test_each_window_is_named_by_its_middle_and_holds_its_frames(recordings: SkeletonDataset) -> None:
    options = CutOptions(gesture=20, background=10.0, movement=5.0, seconds=(1.0, 2.0))
    windows = list(cut_windows(recordings, {"r1": TRUTH}, options))
    names = frame_names(TRUTH, 200, 10.0, options.aside)
    for window in windows:
        first, last = int(window.more["first"]), int(window.more["last"])
        assert window.joints[:, 0, 0].tolist() == list(range(first, last + 1))
        assert window.label == names[(first + last) // 2]
        assert window.more["room"] == "1"
        assert (window.subject, window.more["recording"], window.fps) == ("r1", "r1", 10.0)
    inside = [
        window for window in windows if int(window.more["first"]) > 0 and int(window.more["last"]) < 199
    ]
    assert {len(window.joints) for window in inside} <= set(range(10, 23))
    assert len(windows) == 20 * 2 + 10 * 2 + 5 * 2
    assert {"a", "b", SPEECH, "background"} == {window.label for window in windows}


def test_a_recording_of_which_nothing_is_known_gives_no_window(recordings: SkeletonDataset) -> None:
    assert {clip.subject for clip in cut_windows(recordings, {"r2": TRUTH}, CutOptions())} == {"r2"}


def test_the_seed_decides_and_recordings_do_not_hang_together(recordings: SkeletonDataset) -> None:
    def spans(seed: int, **truth: tuple[Gesture, ...]) -> list[str]:
        clips = cut_windows(recordings, truth, CutOptions(seed=seed))
        return [clip.more["first"] for clip in clips if clip.subject == "r2"]

    assert spans(1, r2=TRUTH) == spans(1, r1=TRUTH, r2=TRUTH) != spans(2, r2=TRUTH)


def test_lengths_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValidationError, match="shortest window"):
        CutOptions(seconds=(2.0, 1.0))


def test_nothing_annotated_gives_nothing(recordings: SkeletonDataset, tmp_path: Path) -> None:
    assert list(cut_windows(recordings, {"r1": ()}, CutOptions())) == []
