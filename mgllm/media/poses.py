"""What a detector saw in a recording, frame by frame, and the joints of a layout made from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton import Layout
from mgllm.skeleton.landmarks import BODY_JOINTS, HAND_JOINTS, landmark_joints

SHOULDERS = (11, 12)
NEIGHBOURS = 0.2
"""Seconds: frames that are farther apart do not count as neighbours. Our choice."""
REPEATEDLY = 2
"""Leaps from which on several people are suspected: one may be an accident. Our choice."""


@dataclass(frozen=True, eq=False)
class Poses:
    """Landmarks of one person. T frames; pixels of the whole picture, y downwards; NaN = not
    seen."""

    times: NDArray[np.float64]
    """[T]: seconds since the container's beginning, increasing, at no fixed rate."""
    body: NDArray[np.float32]
    """[T, 33, 3]: x, y and visibility."""
    hands: NDArray[np.float32]
    """[T, 2, 21, 2]: x and y of the right and the left hand."""
    size: tuple[int, int]
    """Width and height of the picture."""
    partial: str | None = None
    """Which part of the file could not be read, in words; None if all was read."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """[T]: whether there is a person in the frame."""
        there: NDArray[np.bool_] = ~np.isnan(self.body[:, 0, 0])
        return there


def leaps(poses: Poses) -> int:
    """How often the point between the shoulders moves by more than a shoulder width between frames.

    The width is the larger one of the two frames.
    """
    there = np.flatnonzero(poses.seen)
    shoulders = poses.body[there][:, SHOULDERS, :2].astype(np.float64)
    middle = shoulders.mean(axis=1)
    width = np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1)
    moved = np.linalg.norm(np.diff(middle, axis=0), axis=-1)
    near = np.diff(poses.times[there]) <= NEIGHBOURS
    return int((near & (moved > np.maximum(width[1:], width[:-1]))).sum())


def several_people(poses: Poses) -> str | None:
    """A note if the person who is followed seems to change; else None."""
    count = leaps(poses)
    if count < REPEATEDLY:
        return None
    return (
        f"the person jumps to another place {count} times: there seem to be several people, or cuts; "
        "--crop X,Y,W,H uses only a part of the picture"
    )


def check_mappable(layout: Layout, what: str) -> None:
    """Refuse a layout with joints that a video does not give.

    Raises:
        InputError: it has such a joint.
    """
    missing = [name for name in layout.joints if name not in BODY_JOINTS and name not in HAND_JOINTS]
    if missing:
        raise InputError(
            f"{what} was made for a layout of {len(layout.joints)} joints with '{missing[0]}', which a "
            "video does not give; videos can be read for the layouts imigue22 and body25"
        )


def joints_of(poses: Poses, layout: Layout) -> NDArray[np.float32]:
    """[T, V, 3]: x, y and confidence in the layout's order; NaN and confidence 0 = missing."""
    return landmark_joints(poses.body, poses.hands, layout)
