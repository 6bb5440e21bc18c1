"""What is missing is said in one sentence that names the way to get it."""

from __future__ import annotations

import sys

import pytest

from mgllm.errors import InputError
from mgllm.media import video


def said(monkeypatch: pytest.MonkeyPatch, found: str | None, python: tuple[int, ...]) -> str:
    monkeypatch.setattr(video, "_mediapipe_version", lambda: found)
    monkeypatch.setattr(sys, "version_info", python)
    for name in ("mediapipe", "mediapipe.python.solutions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError) as caught:
        video.holistic()
    line = str(caught.value)
    assert "`make video`" in line
    assert "pip install '.[video]'" in line
    return line


def test_mediapipe_is_missing_or_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, None, (3, 11, 7)).startswith(
        "reading videos needs MediaPipe 0.10.21; install it"
    )
    assert "0.10.30 is installed" in said(monkeypatch, "0.10.30", (3, 12, 0))
    assert "exists for Python up to 3.12; this is Python 3.14" in said(monkeypatch, None, (3, 14, 0))
    assert "MediaPipe cannot be loaded" in said(monkeypatch, "0.10.21", (3, 11, 7))


def test_pyav_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(
        InputError, match=r"reading videos needs PyAV .* install it in the clone with `make video`"
    ):
        video.pyav()
