"""A person who sits and moves a hand, as key points of any list; made up for tests of importers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PLACES = {
    "nose": (0, -60), "neck": (0, 0), "head": (0, -90), "mid_hip": (0, 120),
    "eye": (12, -70), "ear": (25, -65), "shoulder": (50, 0), "elbow": (60, 60), "wrist": (45, 110),
    "hip": (30, 120), "knee": (40, 200), "ankle": (40, 280), "big_toe": (50, 290), "small_toe": (55, 290),
    "heel": (38, 290), "hand": (44, 115), "thumb": (35, 120), "index": (40, 130), "middle": (44, 132),
    "ring": (48, 130), "little": (52, 126),
}  # fmt: skip
"""Of the left side, in pixels from the neck; the right side is its mirror image."""


def sitter(
    joints: Sequence[str], frames: int, at: tuple[float, float] = (300, 200), seed: int = 0
) -> NDArray[np.float64]:
    """[T, V, 3]: x, y, score; a key point without a place of its own stands near the neck."""
    random = np.random.default_rng(seed)
    x = np.empty((frames, len(joints), 3))
    for number, joint in enumerate(joints):
        side, _, part = joint.partition("_")
        right = side == "right"
        place = PLACES.get(part if side in ("left", "right") else joint, (1 + number % 7, 3 + number % 5))
        x[:, number, :2] = np.array(place) * (-1 if right else 1, 1) + at
    x[..., :2] += random.normal(0, 0.3, x[..., :2].shape)
    x[..., 2] = random.uniform(0.6, 0.9, x.shape[:2])
    return x.round(3)
