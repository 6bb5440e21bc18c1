"""What a detector saw in a recording, frame by frame, and the joints of a layout made from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton import Layout
from mgllm.skeleton.landmarks import BODY_JOINTS, HAND_JOINTS, landmark_joints


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
