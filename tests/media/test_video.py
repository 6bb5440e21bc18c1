"""Pictures and their times out of real files: the stream's clock, turned pictures, whatever is broken."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.media.video import Picture, open_video

Film = Callable[..., Path]
VARIABLE = [0.0, 0.04, 0.08, 0.28, 0.32, 0.72, 0.76, 1.5]


def grey(number: int) -> int:
    return 16 + 8 * (number % 28)


def read(path: Path) -> tuple[list[Picture], str | None]:
    with open_video(path) as video:
        return list(video.pictures()), video.partial()


def test_times_are_the_streams_where_the_rate_varies(film: Film) -> None:
    pictures, partial = read(film("a.mkv", VARIABLE))
    assert [picture.time for picture in pictures] == pytest.approx(VARIABLE)
    assert [int(picture.rgb[20, 20, 0]) for picture in pictures] == [grey(n) for n in range(8)]
    assert pictures[0].rgb.shape == (48, 64, 3)
    assert partial is None


def test_zero_is_where_the_container_begins(film: Film) -> None:
    late = [10 + time for time in VARIABLE]
    assert [one.time for one in read(film("late.mkv", late))[0]] == pytest.approx(VARIABLE)
    after = [0.5 + time for time in VARIABLE]
    pictures, partial = read(film("sound.mkv", after, sound=(0.0, 2.2)))
    assert [one.time for one in pictures] == pytest.approx(after)
    assert partial is None


def test_a_picture_is_found_by_its_time(film: Film) -> None:
    times = [0.5 + n / 25 for n in range(60)]
    with open_video(film("a.mkv", times, codec="mpeg4", sound=(0.0, 3.0))) as video:
        for number in (40, 3, 59):
            found = video.at(times[number] + 0.01)
            assert found is not None
            assert found.time == pytest.approx(times[number], abs=2e-3)
            assert int(found.rgb[20, 20, 0]) == pytest.approx(grey(number), abs=12)
        assert video.at(100.0) is None


@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
def test_pictures_are_turned_as_the_file_says(film: Film, degrees: int) -> None:
    def corner(number: int) -> Any:
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[:16, :16] = 255  # upper left
        return picture

    pictures, _ = read(film("turned.mkv", [0.0, 0.04], picture=corner, rotation=degrees))
    shown = np.rot90(corner(0), degrees // 90)
    assert pictures[0].rgb.shape == shown.shape
    assert np.abs(pictures[0].rgb.astype(int) - shown).mean() < 2


def test_pixels_that_are_no_squares_are_stretched(film: Film) -> None:
    pictures, _ = read(film("wide.mp4", [0.0, 0.04], codec="mpeg4", aspect=Fraction(2, 1)))
    assert pictures[0].rgb.shape == (48, 128, 3)


def test_how_many_frames_to_expect(film: Film) -> None:
    with open_video(film("a.mkv", [n / 25 for n in range(50)])) as video:
        assert video.expected_frames == pytest.approx(50, abs=2)


def test_a_live_recording_says_no_number_of_frames(film: Film) -> None:
    live = film("live.mkv", [n / 25 for n in range(50)], options={"live": "1"})
    with open_video(live) as video:
        assert video.expected_frames is None
        assert len(list(video.pictures())) == 50


def test_of_a_file_that_is_cut_off_the_beginning_is_kept(film: Film) -> None:
    random = np.random.default_rng(0)
    noise = random.integers(0, 255, (100, 48, 64, 3), np.uint8)
    whole = film("whole.mkv", [n / 25 for n in range(100)], picture=lambda n: noise[n])
    raw = whole.read_bytes()
    cut = whole.with_name("cut.mkv")
    cut.write_bytes(raw[: len(raw) // 2])
    pictures, partial = read(cut)
    assert 40 <= len(pictures) <= 55
    assert partial is not None
    assert "cut off" in partial
    assert "of 4.0 s" in partial


def test_damaged_frames_are_left_out_and_counted(film: Film) -> None:
    path = film("a.avi", [n / 25 for n in range(50)], codec="mjpeg")
    raw = bytearray(path.read_bytes())
    places = [n for n in range(len(raw) - 2) if raw[n : n + 3] == b"\xff\xd8\xff"]
    for place, after in pairwise(places[10:14]):
        raw[place : after - 8] = bytes(after - 8 - place)
    path.write_bytes(raw)
    pictures, partial = read(path)
    assert 40 <= len(pictures) < 50
    assert partial is not None
    assert partial == f"{50 - len(pictures)} parts of the file are damaged and left out"


def test_what_is_no_video(film: Film, tmp_path: Path) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(InputError) as caught:
            read(path)
        return str(caught.value)

    assert (
        refusal(tmp_path / "no.mp4")
        == f"{tmp_path / 'no.mp4'} does not exist; give a video or a *.skeleton.npz"
    )
    (tmp_path / "folder.mp4").mkdir()
    assert "is not a file" in refusal(tmp_path / "folder.mp4")
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert "is empty (0 bytes)" in refusal(tmp_path / "empty.mp4")
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    assert "cannot be read as a video" in refusal(tmp_path / "noise.mp4")
    whole = film("whole.mp4", [n / 25 for n in range(50)], codec="mpeg4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])  # its index stood at the end
    assert "cannot be read as a video" in refusal(tmp_path / "cut.mp4")


def test_sound_alone_is_no_video(film: Film, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "speech.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    with pytest.raises(InputError, match=r"speech\.mkv has no pictures, only sound; give a video"):
        read(path)


def test_a_playlist_cannot_send_us_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(InputError, match="cannot be read as a video"):
        read(path)
