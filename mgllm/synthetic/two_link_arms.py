"""Two-link arms: where the elbow is, given shoulder and wrist; and what a wrist can reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.geometry import Reals, beside, length

MOST_BENT = np.deg2rad(150.0)
"""Flexion at which forearm and upper arm touch (American Academy of Orthopaedic Surgeons, 1965)."""
STRAIGHT = 0.998
"""Largest share of its length to which an arm is stretched."""


@dataclass(frozen=True, eq=False)
class Arm(Columns):
    """Joints of an arm; [3, F] each."""

    shoulder: Reals
    """Given."""
    elbow: Reals
    """Found."""
    wrist: Reals
    """As asked, or as near as the arm reaches."""


def reach_wrist(shoulder_3F: Reals, wrist_3F: Reals, upper_F: Reals, fore_F: Reals, pole_3F: Reals) -> Arm:
    """Bend an arm so that its wrist is where it is asked to be.

    Args:
        shoulder_3F: the upper end.
        wrist_3F: the lower end, as asked.
        upper_F: length of the upper arm.
        fore_F: length of the forearm.
        pole_3F: to which side of the line from shoulder to wrist the elbow lies; need not be square to it.
    """
    line = wrist_3F - shoulder_3F
    asked: Reals = np.asarray(np.maximum(length(line), np.float32(1e-6)), np.float32)
    near = np.sqrt(upper_F**2 + fore_F**2 - 2 * upper_F * fore_F * np.float32(np.cos(np.pi - MOST_BENT)))
    reach = np.clip(asked, near, (upper_F + fore_F) * np.float32(STRAIGHT))
    along = line / asked
    foot = (upper_F**2 - fore_F**2 + reach**2) / (2 * reach)
    height = np.sqrt(np.maximum(upper_F**2 - foot**2, 0))
    elbow = shoulder_3F + along * foot + beside(pole_3F, along) * height
    return Arm(shoulder_3F, elbow, shoulder_3F + along * reach)
