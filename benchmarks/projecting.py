"""Kinect skeletons as one camera in front of the person sees them: iMiGUE's 22 joints in a picture.

The camera is a pinhole, 3 m from the person at the height of the chest, level, looking at the chest.
It stands where the person faces at the clip's beginning. Up is the sensor's y axis. The picture has
1280x720 pixels, y downward; the focal length of 1,000 pixels (65 degrees across) is our choice: it
shows a standing adult from the shins up and about 120 pixels between the shoulders.

Kinect has no nose, eyes, ears or fingers (its head is the middle of the head): these stay missing,
and so do joints outside the picture.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mgllm.skeleton.layout import Layout
from mgllm.skeleton.layouts import load_layout

Neck = Literal["shoulder_centre", "between_shoulders"]
"""Kinect's own joint, 9 to 11 cm above the line of the shoulders; or the middle of that line, as in
all other sets of this layout."""
NECK: Neck = "shoulder_centre"
Reals = NDArray[np.floating[Any]]
LAYOUT = load_layout("imigue22")
SHARED = tuple(f"{side}_{part}" for side in ("right", "left") for part in ("shoulder", "elbow", "wrist"))
"""Joints that both have."""
WIDTH, HEIGHT = 1280, 720
FOCAL = 1000.0
DISTANCE = 3.0
"""Metres."""
FIRST = 5
"""Frames whose mean says where the person faces: one alone is noisy."""
UP = np.array([0.0, 1.0, 0.0])


def projected(x_TVC: Reals, layout: Layout, neck: Neck = NECK) -> NDArray[np.float32]:
    """[T, 22, 2]: pixels of a clip in metres.

    Args:
        x_TVC: joints of the Kinect layout.
        layout: that layout.
        neck: what stands for the neck.
    """
    x_TV3 = x_TVC[..., :3].astype(np.float64)
    across, ahead, chest = _view(x_TV3[:FIRST].mean(axis=0), layout)
    seen = {name: x_TV3[:, layout.index(name)] for name in SHARED}
    between = (seen["right_shoulder"] + seen["left_shoulder"]) / 2
    seen["neck"] = x_TV3[:, layout.index("shoulder_centre")] if neck == "shoulder_centre" else between
    pixels_TV2 = np.full((len(x_TV3), len(LAYOUT.joints), 2), np.nan, np.float32)
    for name, point_T3 in seen.items():
        away_T3 = point_T3 - chest
        scale_T = FOCAL / np.maximum(DISTANCE - away_T3 @ ahead, 0.1)
        u_T = WIDTH / 2 + scale_T * (away_T3 @ across)
        v_T = HEIGHT / 2 - scale_T * (away_T3 @ UP)
        inside_T = (u_T >= 0) & (u_T < WIDTH) & (v_T >= 0) & (v_T < HEIGHT)
        place = LAYOUT.index(name)
        pixels_TV2[inside_T, place] = np.stack([u_T, v_T], axis=1)[inside_T]
    return pixels_TV2


def _view(first_V3: Reals, layout: Layout) -> tuple[Reals, Reals, Reals]:
    """The person's left (to the right of the picture), forward, and the chest.

    Left is the level part of right-to-left over shoulders and hips; with y up, left x up is forward
    (the toes confirm it in all clips of Kinder-Gator and 99 % of UTD-MHAD).
    """
    point = {name: first_V3[layout.index(name)] for name in layout.joints}
    left = sum(point[f"left_{part}"] - point[f"right_{part}"] for part in ("shoulder", "hip"))
    level = left - (left @ UP) * UP
    across = level / np.linalg.norm(level)
    chest = (point["shoulder_centre"] + point["spine"]) / 2
    return across, np.cross(across, UP), chest
