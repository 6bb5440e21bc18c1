"""Random cameras: from metres to the pixels of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.clip_columns import CAMERA, Columns, draw
from mgllm.synthetic.geometry import Reals, combined, rotated, rotation

WIDTH, HEIGHT = 1280, 720
"""Size of the picture in pixels, as in most of iMiGUE's videos."""
SHOULDER_WIDTH = (90.0, 230.0)
"""Pixels between the shoulders of a person who faces the camera: our choice."""
ROLL = 3.0
"""Largest tilt of a camera in degrees."""


@dataclass(frozen=True, eq=False)
class Cameras(Columns):
    """N cameras, [N] each."""

    azimuth: Reals
    """Degrees to the person's left."""
    elevation: Reals
    """Degrees above the horizontal."""
    roll: Reals
    """Degrees."""
    distance: Reals
    """Metres to the middle of the chest."""
    width: Reals
    """Pixels between the shoulders of a person who faces the camera."""
    centre_x: Reals
    """Pixel of the chest, to the right."""
    centre_y: Reals
    """Pixel of the chest, downward."""


def draw_cameras(unseen_N: NDArray[np.bool_], random: np.random.Generator) -> Cameras:
    """Draw N cameras."""

    def between(low: float, high: float) -> Reals:
        return random.uniform(low, high, len(unseen_N)).astype(np.float32)

    drawn = {name: draw(name, unseen_N, random) for name in CAMERA}
    return Cameras(
        azimuth=drawn["azimuth"],
        elevation=drawn["elevation"],
        roll=between(-ROLL, ROLL),
        distance=drawn["distance"],
        width=between(*SHOULDER_WIDTH),
        centre_x=between(0.38 * WIDTH, 0.62 * WIDTH),
        centre_y=between(0.54 * HEIGHT, 0.70 * HEIGHT),
    )


def project(points_V3F: Reals, cameras: Cameras, middle_3F: Reals, half_shoulder_F: Reals) -> Reals:
    """Pixels [V, 2, F] of points in metres.

    Args:
        points_V3F: points of all frames.
        cameras: by frame.
        middle_3F: the point that each camera looks at.
        half_shoulder_F: half of the shoulders' distance, metres; gives the focal length.
    """
    rad = [
        np.deg2rad(angle).astype(np.float32) for angle in (cameras.elevation, cameras.azimuth, cameras.roll)
    ]
    zero = np.zeros_like(rad[0])
    view = combined(rotation(rad[0], zero, rad[2]), rotation(zero, -rad[1], zero))
    focal = cameras.width * cameras.distance / (2 * half_shoulder_F)
    pixels = np.empty((len(points_V3F), 2, points_V3F.shape[2]), np.float32)
    for number, point in enumerate(points_V3F):
        seen = rotated(view, point - middle_3F)
        scale = focal / (cameras.distance - seen[2])
        pixels[number, 0] = cameras.centre_x + scale * seen[0]
        pixels[number, 1] = cameras.centre_y - scale * seen[1]
    return pixels
