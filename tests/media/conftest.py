"""Small videos made on the spot: each frame is of one grey, which tells its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Film = Callable[..., Path]
SIZE = (64, 48)
TICK = Fraction(1, 1000)


def grey(number: int) -> int:
    """The grey of a frame."""
    return 16 + 8 * (number % 28)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Write a video: frames at the times given, lossless, and perhaps a sound."""
    av = pytest.importorskip("av", reason="PyAV is not installed (pip install 'mgllm[test]')")

    def make(
        name: str,
        times: Sequence[float],
        *,
        codec: str = "ffv1",
        size: tuple[int, int] = SIZE,
        picture: Callable[[int], Any] | None = None,
        **more: Any,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=more.get("options", {})) as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = size
            stream.pix_fmt = {"ffv1": "bgr0", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
            stream.codec_context.time_base = stream.time_base = TICK
            if "rotation" in more:
                stream.set_display_rotation(more["rotation"])
            if "aspect" in more:
                stream.codec_context.sample_aspect_ratio = more["aspect"]
            sound = container.add_stream("pcm_s16le", rate=8000) if "sound" in more else None
            if sound is not None:
                sound.layout = "mono"
                _say(av, container, sound, more["sound"])
            for number, time in enumerate(times):
                shown = np.full((size[1], size[0], 3), grey(number), np.uint8)
                frame = av.VideoFrame.from_ndarray(picture(number) if picture else shown, format="rgb24")
                frame.time_base, frame.pts = TICK, round(time / TICK)
                for packet in stream.encode(frame):
                    container.mux(packet)
            for packet in stream.encode(None):
                container.mux(packet)
        return path

    return make


def _say(av: Any, container: Any, stream: Any, span: tuple[float, float]) -> None:
    """Silence from a time to a time."""
    first, last = (round(8000 * time) for time in span)
    for begin in range(first, last, 800):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, begin, Fraction(1, 8000)
        for packet in stream.encode(frame):
            container.mux(packet)
