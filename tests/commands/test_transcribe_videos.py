"""The six clips of people signing, from the file to the picture; skips without MediaPipe or without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.transcribe_files import FileOptions, transcribe_files
from mgllm.items.gesture_files import read_gesture_file
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.skeleton.skeleton_file import read_skeleton_file

LAYOUT = load_layout("imigue22")
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
