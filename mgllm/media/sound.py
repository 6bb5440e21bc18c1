"""The sound of a file as samples, on the clock that players show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError

RATE = 16_000
"""Samples a second that Whisper reads."""
MOST_SECONDS = 12 * 3600
"""Longest recording; its sound takes 2.8 GB."""
JITTER = RATE // 20
"""Samples by which sound may stand beside the place that its time says, before a gap is left."""


def read_sound(path: Path) -> tuple[NDArray[np.float32], float]:
    """The sound of a file, one channel of 16,000 samples a second, and how many seconds of it are missing.

    Its first sample is the file's beginning as players show it, also where the sound begins after the
    picture; what is missing in between is silent, so that times stay the file's.

    Raises:
        InputError: there is no such file, it has no sound, or it cannot be decoded.
    """
    import av

    if not path.is_file():
        what = "is a folder; name the files in it" if path.is_dir() else "does not exist"
        raise InputError(f"{path} {what}")
    parts: list[NDArray[np.float32]] = []
    filled = missing = 0
    try:
        # The whitelist: a playlist may name files on other machines, which are not fetched.
        with av.open(
            f"file:{path}", metadata_errors="ignore", options={"protocol_whitelist": "file"}
        ) as file:
            if not file.streams.audio:
                raise InputError(f"{path} has no sound; captions can be written by hand")
            for begin, piece in _pieces(file):
                gap = begin - filled if begin - filled > JITTER else 0
                missing += gap if filled else 0
                filled += gap + len(piece)
                if filled > MOST_SECONDS * RATE:
                    raise InputError(f"{path} is longer than 12 hours; cut it into parts")
                parts += [np.zeros(gap, np.float32), piece]
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be decoded: {reason}") from None
    if not filled:
        raise InputError(f"{path} cannot be decoded: its sound is empty")
    return np.concatenate(parts), missing / RATE


def _pieces(file: Any) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Pieces of the first sound stream that can be decoded, each with the sample where it belongs."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    origin = (file.start_time or 0) / av.time_base
    end = 0
    for packet in file.demux(file.streams.audio[0]):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            for piece in resampler.resample(frame):
                begin = end if piece.time is None else round((piece.time - origin) * RATE)
                end = begin + piece.samples
                yield begin, piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield end, piece.to_ndarray()[0]
