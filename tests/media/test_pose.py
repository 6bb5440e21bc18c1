"""MediaPipe itself, where it is installed: nobody is nowhere, and nothing is said on stderr."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.media.pose import Box, PoseDetector
from mgllm.media.video import open_video

pytest.importorskip("mediapipe", reason="MediaPipe is not installed (make video)")


CLIPS = Path(__file__).parents[2] / "examples" / "clips"


def test_nobody_is_nan(capfd: pytest.CaptureFixture[str]) -> None:
    with PoseDetector() as detector:
        body, hands = detector.detect(np.full((120, 160, 3), 90, np.uint8))
    assert np.isnan(body).all()
    assert np.isnan(hands).all()
    assert capfd.readouterr().err == ""


def test_coordinates_of_a_part_are_the_pictures(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("av", reason="PyAV is not installed (make video)")
    with open_video(CLIPS / "no.mkv") as video:
        rgb = next(video.pictures()).rgb
    with PoseDetector() as detector:
        whole, hands = detector.detect(rgb)
    with PoseDetector() as detector:
        part, _ = detector.detect(rgb, Box(x=100, y=0, width=480, height=480))
    upper = [0, 11, 12, 13, 14]
    assert np.abs(whole[upper, :2] - part[upper, :2]).max() < 12
    assert (whole[upper, 2] > 0.9).all()
    assert whole[12, 0] < whole[11, 0]  # their right lies to the left
    assert hands.shape == (2, 21, 2)
    assert capfd.readouterr().err == ""
