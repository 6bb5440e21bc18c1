"""The sound of a file: its times are the file's, and what cannot be decoded is named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.media.listening import read_sound

NO_AV = "PyAV is not installed: pip install 'mgllm[speech]'"


def write_sound(path: Path, *, delay: float = 0.0, gap: float = 0.0, picture: bool = True) -> Path:
    """A Matroska file: a second of sound that begins late, and after a gap another second."""
    av = pytest.importorskip("av", reason=NO_AV)
    with av.open(str(path), "w") as file:
        video: Any = file.add_stream("mpeg4", rate=10, width=16, height=16) if picture else None
        audio: Any = file.add_stream("pcm_s16le", rate=48_000, layout="stereo") if delay >= 0 else None
        for n in range(10 if video else 0):
            frame = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 20 * n, np.uint8), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 10)
            file.mux(video.encode(frame))
        for n in range(20 if audio else 0):
            samples = np.full((1, 2 * 4800), 8000, np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            frame.pts = round((delay + n / 10 + (gap if n >= 10 else 0)) * 48_000)
            file.mux(audio.encode(frame))
        for stream in filter(None, (video, audio)):
            file.mux(stream.encode(None))
    return path


def loud_stretches(sound: Any) -> tuple[float, ...]:
    """When sound begins and ends, in seconds to the nearest hundredth."""
    loud_H = np.abs(sound[: len(sound) // 160 * 160]).reshape(-1, 160).max(1) > 0.1
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud_H.astype(int), [0]])))
    return tuple(round(float(edge) / 100, 2) for edge in edges)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (0.0, 2.0)),
        ({"delay": 0.7}, (0.7, 2.7)),
        ({"gap": 1.5}, (0.0, 1.0, 2.5, 3.5)),
        ({"delay": 0.7, "picture": False}, (0.0, 2.0)),
    ],
)
def test_sound_stands_at_the_files_own_times(
    tmp_path: Path, given: dict[str, Any], expected: tuple[float, ...]
) -> None:
    sound, missing = read_sound(write_sound(tmp_path / "a.mkv", **given))
    assert loud_stretches(sound) == pytest.approx(expected, abs=0.02)
    assert missing == pytest.approx(given.get("gap", 0.0), abs=0.02)
    assert sound.dtype == np.float32


def test_a_damaged_stretch_is_silent_and_its_length_is_told(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason=NO_AV)
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as file:
        audio = file.add_stream("mp2", rate=48_000, layout="mono")
        samples = (20_000 * np.sin(np.arange(4 * 48_000))).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = 48_000
        packets = [packet for part in (frame, None) for packet in audio.encode(part)]
        for n, packet in enumerate(packets):  # 24 ms each
            broken = av.Packet(bytes(packet) if not 50 <= n < 75 else bytes(packet.size))
            broken.pts, broken.dts, broken.time_base = packet.pts, packet.dts, packet.time_base
            broken.stream = audio
            file.mux(broken)
    sound, missing = read_sound(path)
    assert missing == pytest.approx(0.6, abs=0.02)
    assert loud_stretches(sound) == pytest.approx((0.0, 1.2, 1.8, 4.0), abs=0.06)


def test_files_that_cannot_be_heard_are_one_line(tmp_path: Path) -> None:
    pytest.importorskip("av", reason=NO_AV)
    (tmp_path / "broken.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x07" * 400)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "words.txt").write_text("It was a long day.\n")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    write_sound(tmp_path / "mute.mkv", delay=-1)
    cases = {
        "broken.mp4": "cannot be decoded",
        "empty.wav": "cannot be decoded",
        "words.txt": "cannot be decoded",
        "list.m3u8": "cannot be decoded",
        "mute.mkv": "has no sound",
        "gone.wav": "does not exist",
        ".": "is a folder; give the files in it",
    }
    for name, said in cases.items():
        with pytest.raises(InputError, match=said) as caught:
            read_sound(tmp_path / name)
        assert str(tmp_path) in str(caught.value)
