"""Points that made-up figures do not have: legs that stand or sit still, and the middle of hands.

They are here only so that files are complete. They never move by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic.definitions import LAYOUT
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import EXTRA, Filmed

LEG = {"hip": (0.55, 0.0), "knee": (0.6, -1.7), "ankle": (0.6, -3.3), "heel": (0.6, -3.45)}
LEG |= {"foot": (0.65, -3.5), "big_toe": (0.68, -3.5), "small_toe": (0.8, -3.5)}
"""Half shoulder widths to the side of the hips, and above them: a person who stands. Our choice."""


def named_points(filmed: Filmed, *, pixels: bool) -> dict[str, Reals]:
    """[T, C] by name: joints of the layout, points of the head, hips, legs, middles of hands.

    Args:
        filmed: with extra points.
        pixels: C = 2, pixels downwards; else C = 3, metres upwards.
    """
    made = filmed.pixels_V2F if pixels else filmed.joints_V3F
    names = (*load_layout(LAYOUT).joints, *EXTRA)
    points = {name: made[place].T for place, name in enumerate(names)}
    width = np.linalg.norm(points["left_shoulder"] - points["right_shoulder"], axis=1).mean() / 2
    down = np.zeros_like(points["hips"])
    down[:, 1] = 1 if pixels else -1
    aside = np.zeros_like(down)
    aside[:, 0] = 1
    points |= _hands(points)
    for part, (across, up) in LEG.items():
        for side, sign in (("left", 1.0), ("right", -1.0)):
            points[f"{side}_{part}"] = points["hips"] + np.float32(width) * (
                np.float32(sign * across) * aside - np.float32(up) * down
            )
    points["mid_hip"] = points["hips"]
    return points


def middle(points: Mapping[str, Reals], **weights: float) -> Reals:
    """A point between others, with these weights."""
    total = sum(weights.values())
    mixed: Reals = np.sum([points[name] * np.float32(w / total) for name, w in weights.items()], axis=0)
    return mixed


def _hands(points: Mapping[str, Reals]) -> dict[str, Reals]:
    """Middles of hands: between the wrist and the tips of the fingers."""
    middles = {}
    for side in ("left", "right"):
        tips = np.mean([points[f"{side}_{finger}"] for finger in FINGERS[1:]], axis=0)
        middles[f"{side}_hand"] = (points[f"{side}_wrist"] + tips) / 2
        middles[f"{side}_hand_tip"] = points[f"{side}_middle"]
    return middles
