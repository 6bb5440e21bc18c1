"""A made-up webcam person as MediaPipe landmarks, for tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mgllm.skeleton.landmarks import HAND, LEFT, RIGHT

WIDTH, HEIGHT = 640, 480
BODY: Mapping[int, tuple[float, float]] = {
    0: (320, 140), 2: (338, 120), 5: (302, 120), 7: (360, 130), 8: (280, 130), 9: (332, 165), 10: (308, 165),
    11: (400, 260), 12: (240, 260), 13: (440, 380), 14: (200, 380), 15: (430, 470), 16: (210, 470),
    23: (370, 460), 24: (270, 460),
}  # fmt: skip
"""Pixels: eyes to mouth 45, between the shoulders 160. Left is at the right side of the picture."""
MOUTH = (320.0, 165.0)
CHEST, FOREHEAD, LEFT_ARM, AIR = (320.0, 330.0), (320.0, 85.0), (421.0, 320.0), (120.0, 200.0)


def body() -> NDArray[np.float64]:
    """[33, 4] shares of the picture; what the webcam does not see lies below it."""
    marks = np.tile(np.array([0.5, 1.5, 0.1, 0.2]), (33, 1))
    for number, (x, y) in BODY.items():
        marks[number] = (x / WIDTH, y / HEIGHT, -0.1, 0.9)
    return marks


def hand(at: tuple[float, float], side: int) -> NDArray[np.float64]:
    """[21, 3] shares of the picture: the wrist at the body's wrist, all else within 4 pixels."""
    marks = np.empty((HAND, 3))
    for number in range(HAND):
        marks[number] = ((at[0] + number / 5 - 2) / WIDTH, at[1] / HEIGHT, 0.01)
    wrist = BODY[16 if side == RIGHT else 15]
    marks[0] = (wrist[0] / WIDTH, wrist[1] / HEIGHT, 0.01)
    return marks


def vector(
    right: tuple[float, float] | None = None, left: tuple[float, float] | None = None, length: int = 1662
) -> NDArray[np.float64]:
    """A frame with the finger tips of the hands at these pixels; None = not found."""
    whole = {1662: (33, 4, 468), 258: (33, 4, 0), 226: (25, 4, 0), 1692: (33, 4, 478)}
    whole |= {1629: (33, 3, 468), 225: (33, 3, 0)}
    count, values, face = whole[length]
    hands = [
        np.zeros((HAND, 3)) if at is None else hand(at, side) for at, side in ((left, LEFT), (right, RIGHT))
    ]
    parts = [body()[:count, :values].ravel(), np.full(face * 3, 0.4), *(one.ravel() for one in hands)]
    return np.concatenate(parts)
