"""What a detector saw in a recording, frame by frame: the noun between a video and its joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BODY, HAND = 33, 21
"""Landmarks of MediaPipe's body and of one hand."""
RIGHT, LEFT = 0, 1
"""Places of the hands; the person's own sides."""


@dataclass(frozen=True, eq=False)
class Poses:
    """Landmarks of one person. T frames; pixels of the whole picture, y downwards; NaN = not seen."""

    times: NDArray[np.float64]
    """[T]: seconds since the container's beginning, growing, at no fixed rate."""
    body: NDArray[np.float32]
    """[T, 33, 3]: x, y and visibility."""
    hands: NDArray[np.float32]
    """[T, 2, 21, 2]: x and y of the right and the left hand."""
    size: tuple[int, int]
    """Width and height of the picture."""
    partial: str | None = None
    """What could not be read of the file, in words; None if all was."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """[T]: whether there is a person in the frame."""
        there: NDArray[np.bool_] = ~np.isnan(self.body[:, 0, 0])
        return there


SHOULDERS = (11, 12)


NEIGHBOURS = 0.2
"""Seconds: frames that are farther apart are no neighbours."""


REPEATEDLY = 2
"""So many leaps are no accident."""


def leaps(poses: Poses) -> int:
    """How often the point between the shoulders leaps by more than a shoulder width from a frame to the next.

    The width is the wider one of the two frames.
    """
    there = np.flatnonzero(poses.seen)
    shoulders = poses.body[there][:, SHOULDERS, :2].astype(np.float64)
    middle = shoulders.mean(axis=1)
    width = np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1)
    moved = np.linalg.norm(np.diff(middle, axis=0), axis=-1)
    near = np.diff(poses.times[there]) <= NEIGHBOURS
    return int((near & (moved > np.maximum(width[1:], width[:-1]))).sum())


def several_people(poses: Poses) -> str | None:
    """A line where the person followed seems to change; None where it does not."""
    count = leaps(poses)
    if count < REPEATEDLY:
        return None
    return (
        f"the person followed leaps {count} times: there seem to be several people, or cuts; "
        "--crop X,Y,W,H keeps to a part of the picture"
    )
