"""The six clips of people signing, from the file to the picture; skips without MediaPipe or without them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.transcribe_files import FileOptions, transcribe_files
from mgllm.items.gesture_files import read_gesture_file
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.skeleton.skeleton_file import read_skeleton_file

LAYOUT = load_layout("imigue22")
TICK = Fraction(1, 1000)
CLIPS = Path(__file__).parents[2] / "examples" / "clips"
STEMS = ("book", "brother", "help", "no", "sister", "sorry")


@pytest.fixture(scope="module")
def written(small_classifier: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All clips transcribed, once."""
    pytest.importorskip("av", reason="PyAV is not installed (make video)")
    pytest.importorskip("mediapipe", reason="MediaPipe is not installed (make video)")
    clips = [CLIPS / f"{stem}.mkv" for stem in STEMS]
    out = tmp_path_factory.mktemp("clips") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MGLLM_CACHE", str(out.parent / "cache"))
        made = transcribe_files(clips, out, FileOptions(checkpoint=small_classifier), display="none")
    assert made.problems == ()
    assert all(not one.notes for one in made.items)
    return out


def joints(out: Path, stem: str) -> Any:
    return read_skeleton_file(out / f"{stem}.skeleton.npz").joints


def test_every_clip_has_its_files(written: Path) -> None:
    for stem in STEMS:
        file = read_gesture_file(written / f"{stem}.mg.json")
        assert file.exposure == "held_out"
        assert 1.9 < (file.duration or 0) < 3.7
        assert (written / f"{stem}.overlay.png").stat().st_size > 100_000
        assert f"{stem}.mkv" in (written / f"{stem}.eaf").read_text()


def test_left_is_the_persons_own_left(written: Path) -> None:
    """They face the camera, unmirrored: their right shoulder lies to the left in the picture."""
    for stem in STEMS:
        x_TV = joints(written, stem)[..., 0]
        assert (x_TV[:, LAYOUT.index("right_shoulder")] < x_TV[:, LAYOUT.index("left_shoulder")]).all()
        assert (x_TV[:, LAYOUT.index("right_ear")] < x_TV[:, LAYOUT.index("left_ear")]).mean() > 0.9


def test_hands_are_where_the_wrists_are_or_missing(written: Path) -> None:
    lost, far = [], []
    for stem in STEMS:
        x_TVC = joints(written, stem)
        width = np.linalg.norm(x_TVC[:, 2, :2] - x_TVC[:, 5, :2], axis=-1)
        for side in ("right", "left"):
            tips = [LAYOUT.index(f"{side}_{finger}") for finger in FINGERS]
            away = np.linalg.norm(x_TVC[:, tips, :2] - x_TVC[:, [LAYOUT.index(f"{side}_wrist")], :2], axis=-1)
            gone = np.isnan(away[:, 0])
            lost.append(gone.mean())
            far.append((away[~gone].max(axis=1) > width[~gone]).mean() if (~gone).any() else 0.0)
            assert (x_TVC[:, tips, :2][gone] != 0).all()
    assert 0.1 < np.mean(lost) < 0.6
    assert np.mean(far) < 0.1


def test_raised_hands_are_seen_as_raised(written: Path) -> None:
    """In `brother` and `no` the right hand goes up to the head, and the left one does not."""
    nose, right, left = (LAYOUT.index(name) for name in ("nose", "right_wrist", "left_wrist"))
    shoulder = LAYOUT.index("right_shoulder")
    for stem in ("brother", "no"):
        y_TV = joints(written, stem)[..., 1]
        assert (y_TV[:, right] < y_TV[:, shoulder]).any()
        assert np.abs(y_TV[:, right] - y_TV[:, nose]).min() < 100
        assert (y_TV[:, left] > y_TV[:, shoulder]).all()


def changed(out: Path, change: Callable[[Any, float], Any]) -> Path:
    """The clip `brother` with other pictures: what is made of each at its time."""
    av = pytest.importorskip("av", reason="PyAV is not installed (make video)")
    pytest.importorskip("mediapipe", reason="MediaPipe is not installed (make video)")
    with av.open(str(CLIPS / "brother.mkv")) as clip, av.open(str(out), "w") as film:
        stream = film.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "bgr0"
        stream.codec_context.time_base = stream.time_base = TICK
        for shown in clip.decode(video=0):
            rgb = np.ascontiguousarray(change(shown.to_ndarray(format="rgb24"), shown.time))
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.time_base, frame.pts = TICK, round(shown.time / TICK)
            for packet in stream.encode(frame):
                film.mux(packet)
        for packet in stream.encode(None):
            film.mux(packet)
    return out


@pytest.fixture
def loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileOptions:
    """The bundled recogniser, asked for everything that is not quite impossible."""
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "cache"))
    decoding = {"beside": 1e-6, "min_frames": 2, "min_confidence": 0}
    return FileOptions.model_validate({"timeline": {"decoding": decoding}})


def test_nothing_is_named_where_a_clip_is_black(loud: FileOptions, tmp_path: Path) -> None:
    path = changed(tmp_path / "black.mkv", lambda rgb, time: rgb * 0 if 0.7 <= time < 1.3 else rgb)
    (one,) = transcribe_files([path], tmp_path / "out", loud, display="none").items
    assert one.notes == ("nobody is seen for 0.6 s (0.7–1.3 s): no gesture is named there",)
    file = read_gesture_file(tmp_path / "out" / "black.mg.json")
    ((start, end),) = file.unseen
    assert (start, end) == pytest.approx((0.7, 1.3), abs=0.05)
    assert all((found.end or 0) <= start or (found.start or 0) >= end for found in file.gestures)
    assert file.gestures


def test_a_clip_upside_down_has_no_gestures(loud: FileOptions, tmp_path: Path) -> None:
    path = changed(tmp_path / "turned.mkv", lambda rgb, time: rgb[::-1, ::-1])
    (one,) = transcribe_files([path], tmp_path / "out", loud, display="none").items
    said = "the person is upside down, so no gesture is named; turn the picture upright first"
    assert (one.gestures, one.notes) == (0, (said,))
