"""Coordinates as shares of the picture, and the picture's size."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.errors import InputError

LARGEST = 16384
"""Pixels on a side; no video is larger."""
SHARES = 2.0
"""Coordinates that are all nearer to 0 are shares of the picture; a person two pixels tall is none.
Our choice."""
_PICTURE = re.compile(r"(\d{1,5})x(\d{1,5})")


def picture_size(text: str) -> tuple[int, int]:
    """Width and height from WIDTHxHEIGHT.

    Raises:
        InputError: it is something else.
    """
    found = _PICTURE.fullmatch(text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(0 < side <= LARGEST for side in size):
        raise InputError(f"--picture '{text:.30}' must be WIDTHxHEIGHT in pixels, such as 640x480")
    return size


class Picture:
    """Puts shares of a picture into pixels, and counts what it did."""

    def __init__(self, text: str | None) -> None:
        self._size = picture_size(text) if text else None
        self._shares = self._pixels = self._centred = 0

    def in_pixels(self, seen: Detections, where: str) -> Detections:
        """The same in pixels.

        OpenPose's `--keypoint_scale 3` writes 0 to 1, `4` writes -1 to 1.

        Raises:
            InputError: coordinates are shares, and the picture's size is not known.
        """
        points = seen.x_NVC[..., :2]
        there = points[np.isfinite(points).all(axis=-1)]
        if not len(there) or np.abs(there).max() > SHARES:
            self._pixels += 1
            return seen
        if self._size is None:
            raise InputError(
                f"{where}: coordinates are shares of the picture; give its size with --picture WIDTHxHEIGHT"
            )
        centred = bool((there < 0).mean() > 0.05)
        self._shares, self._centred = self._shares + 1, self._centred + centred
        x_NVC = seen.x_NVC.copy()
        x_NVC[..., :2] = ((points + 1) / 2 if centred else points) * np.array(self._size, np.float32)
        return seen._replace(x_NVC=x_NVC)

    def notes(self) -> Iterator[str]:
        """What was done, with its numbers.

        Raises:
            InputError: a picture was given, and all coordinates are pixels.
        """
        if self._size is not None and not self._shares:
            raise InputError("--picture has no effect: coordinates are in pixels; leave it out")
        if self._shares:
            yield f"coordinates of {self._shares} recordings are shares of the picture, put into pixels"
        if self._centred:
            yield f"in {self._centred} of them they are taken as -1 to 1, since some are below 0"
