"""What a detector saw in a recording, frame by frame, and the joints of a layout made from it, by
name.

`body25` follows the usual reading: neck and mid hip are the points between shoulders and hips.
MediaPipe has no small toes, so they are put on the big ones. Of hands the finger tips are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton import Layout
from mgllm.skeleton.layouts import FINGERS

BODY, HAND = 33, 21
"""Landmarks of MediaPipe's body and of one hand."""
RIGHT, LEFT = 0, 1
"""Places of the hands; the person's own sides."""
WRISTS = {RIGHT: 16, LEFT: 15}
"""The wrists among the body's landmarks."""
_RIGHT = {"shoulder": 12, "elbow": 14, "wrist": 16, "hip": 24, "knee": 26, "ankle": 28, "eye": 5, "ear": 8}
_LEFT = {"shoulder": 11, "elbow": 13, "wrist": 15, "hip": 23, "knee": 25, "ankle": 27, "eye": 2, "ear": 7}


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


TIPS = dict(zip(FINGERS, (4, 8, 12, 16, 20), strict=True))
"""Finger tips among a hand's landmarks."""
_RIGHT |= {"big_toe": 32, "small_toe": 32, "heel": 30}
_LEFT |= {"big_toe": 31, "small_toe": 31, "heel": 29}
BODY_JOINTS: Mapping[str, tuple[int, ...]] = {
    "nose": (0,),
    "neck": (11, 12),
    "mid_hip": (23, 24),
    **{f"right_{part}": (number,) for part, number in _RIGHT.items()},
    **{f"left_{part}": (number,) for part, number in _LEFT.items()},
}
"""A joint's landmark, or the two that it lies between."""
HAND_JOINTS: Mapping[str, tuple[int, int]] = {
    f"{side}_{finger}": (place, TIPS[finger])
    for side, place in (("right", RIGHT), ("left", LEFT))
    for finger in FINGERS
}
"""A joint's hand, and its landmark there."""


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
    """[T, V, 3]: x, y and confidence in the layout's order; NaN and confidence 0 = missing.

    The confidence is the landmark's visibility; for a point between two landmarks it is the lower
    one. Hands have none: a finger has that of its wrist.
    """
    x_TVC = np.full((len(poses.times), len(layout.joints), 3), np.nan, np.float32)
    for place, name in enumerate(layout.joints):
        if name in HAND_JOINTS:
            side, tip = HAND_JOINTS[name]
            x_TVC[:, place, :2] = poses.hands[:, side, tip]
            x_TVC[:, place, 2] = poses.body[:, WRISTS[side], 2]
        else:
            marks = poses.body[:, BODY_JOINTS[name]]
            x_TVC[:, place, :2] = marks[..., :2].mean(axis=1)
            x_TVC[:, place, 2] = marks[..., 2].min(axis=1)
    return _without_missing(x_TVC)


def _without_missing(x_TVC: NDArray[Any]) -> NDArray[np.float32]:
    missing_TV = np.isnan(x_TVC).any(axis=-1)
    x_TVC[..., :2][missing_TV] = np.nan
    x_TVC[..., 2][missing_TV] = 0
    return x_TVC
