"""MediaPipe's landmarks of a body and two hands, and the joints of a layout made from them, by
name.

`body25` follows the usual reading: neck and mid hip are the points between shoulders and hips.
MediaPipe has no small toes, so they are put on the big ones. Of hands the finger tips are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.skeleton.layout import Layout
from mgllm.skeleton.layouts import FINGERS

BODY, HAND = 33, 21
"""Landmarks of MediaPipe's body and of one hand."""
RIGHT, LEFT = 0, 1
"""Places of the hands; the person's own sides."""
WRISTS = {RIGHT: 16, LEFT: 15}
"""The wrists among the body's landmarks."""
_RIGHT = {"shoulder": 12, "elbow": 14, "wrist": 16, "hip": 24, "knee": 26, "ankle": 28, "eye": 5, "ear": 8}
_LEFT = {"shoulder": 11, "elbow": 13, "wrist": 15, "hip": 23, "knee": 25, "ankle": 27, "eye": 2, "ear": 7}
_RIGHT |= {"big_toe": 32, "small_toe": 32, "heel": 30}
_LEFT |= {"big_toe": 31, "small_toe": 31, "heel": 29}
TIPS = dict(zip(FINGERS, (4, 8, 12, 16, 20), strict=True))
"""Finger tips among a hand's landmarks."""
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


def landmark_joints(
    body_TLC: NDArray[np.floating[Any]], hands_THLD: NDArray[np.floating[Any]], layout: Layout
) -> NDArray[np.float32]:
    """[T, V, 3]: x, y and confidence in the layout's order; NaN and confidence 0 = missing.

    The confidence is the landmark's visibility; for a point between two landmarks it is the lower
    one. Hands have none: a finger has that of its wrist.

    Args:
        body_TLC: [T, 33, 3], x, y and visibility.
        hands_THLD: [T, 2, 21, 2], the right and the left hand.
        layout: its joints must be those of a body or finger tips.
    """
    x_TVC = np.full((len(body_TLC), len(layout.joints), 3), np.nan, np.float32)
    for place, name in enumerate(layout.joints):
        if name in HAND_JOINTS:
            side, tip = HAND_JOINTS[name]
            x_TVC[:, place, :2] = hands_THLD[:, side, tip]
            x_TVC[:, place, 2] = body_TLC[:, WRISTS[side], 2]
        else:
            marks = body_TLC[:, BODY_JOINTS[name]]
            x_TVC[:, place, :2] = marks[..., :2].mean(axis=1)
            x_TVC[:, place, 2] = marks[..., 2].min(axis=1)
    missing_TV = np.isnan(x_TVC).any(axis=-1)
    x_TVC[..., :2][missing_TV] = np.nan
    x_TVC[..., 2][missing_TV] = 0
    return x_TVC
