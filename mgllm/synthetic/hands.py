"""Arms and hands: the elbow from shoulder and wrist, five bent fingers, and the touching point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.skeleton.layouts import FINGERS
from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.geometry import Reals, beside, cross, length

MOST_BENT = np.deg2rad(150.0)
"""Flexion in degrees at which forearm and upper arm touch (American Academy of Orthopaedic
Surgeons, 1965)."""
STRAIGHT = 0.998
"""Largest stretch of an arm, as a share of its length."""
KNUCKLES = {"index": (0.54, 0.16), "middle": (0.55, 0.05), "ring": (0.52, -0.06), "little": (0.47, -0.16)}
"""Along the hand and toward the thumb, in lengths of the hand; proportions of an adult's hand, by
eye."""
LENGTHS = {"index": 0.42, "middle": 0.45, "ring": 0.42, "little": 0.33}
THUMB = (0.14, 0.13, 0.36)
"""Root of the thumb along and across the hand, and its length from there."""
THUMB_ASIDE = 0.5
"""Share of that length that points away from the hand: to the side, or with bent fingers before the
palm."""
PALM = (0.42, 0.06, 0.0)
"""The point of a palm that touches a place: along the hand, out of the palm, toward the thumb."""
BENDS_AT_KNUCKLE = 0.6
"""Share of a finger that turns by its bend; the rest turns by twice that angle."""


@dataclass(frozen=True, eq=False)
class Arm(Columns):
    """Joints of an arm; [3, F] each."""

    shoulder: Reals
    """The given shoulder."""
    elbow: Reals
    """The computed elbow."""
    wrist: Reals
    """The wanted wrist, or the closest point that the arm reaches."""


def reach_wrist(shoulder_3F: Reals, wrist_3F: Reals, upper_F: Reals, fore_F: Reals, pole_3F: Reals) -> Arm:
    """Bend an arm so that its wrist is at a point.

    Args:
        shoulder_3F: the upper end.
        wrist_3F: the wanted lower end.
        upper_F: length of the upper arm.
        fore_F: length of the forearm.
        pole_3F: on which side of the line from shoulder to wrist the elbow is; at any angle to it.
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


@dataclass(frozen=True, eq=False)
class Hand(Columns):
    """A hand of F frames: unit vectors at right angles, [3, F], and the bend of its fingers."""

    along: Reals
    """From the wrist to the knuckles."""
    palm: Reals
    """Out of the palm."""
    thumb: Reals
    """Toward the thumb's side."""
    curl_F: Reals
    """Bend of the fingers, radians."""


def make_hand(along_3F: Reals, palm_3F: Reals, curl_F: Reals, side: int) -> Hand:
    """A hand that points along a unit vector, with its palm at a right angle. `side`: −1 right, 1
    left."""
    palm = beside(palm_3F, along_3F)
    return Hand(along_3F, palm, cross(along_3F, palm) * np.float32(-side), curl_F)


def touching_point(by: str, curl_F: Reals) -> Reals:
    """The touching point of a hand in the hand's three directions: [3, F], in hand lengths."""
    still: Reals = np.ones_like(curl_F)
    if by == "palm":
        return np.array(PALM, np.float32)[:, None] * still
    if by == "knuckles":
        middle = np.mean([KNUCKLES["index"], KNUCKLES["middle"]], axis=0)
        return np.array([middle[0], 0, middle[1]], np.float32)[:, None] * still
    tips: Reals = (_tip("index", curl_F) + _tip("middle", curl_F)) * np.float32(0.5)
    return tips


def placed(hand: Hand, wrist_3F: Reals, point_3F: Reals) -> Reals:
    """A point given in the hand's directions (metres), from the wrist."""
    offset: Reals = hand.along * point_3F[0] + hand.palm * point_3F[1] + hand.thumb * point_3F[2]
    return wrist_3F + offset


def fingertips(hand: Hand, wrist_3F: Reals, length_F: Reals) -> list[Reals]:
    """The five tips, thumb first."""
    return [placed(hand, wrist_3F, _tip(name, hand.curl_F) * length_F) for name in FINGERS]


def _tip(name: str, curl_F: Reals) -> Reals:
    """A finger's tip in the hand's directions, in lengths of the hand."""
    cos, sin = np.cos(curl_F), np.sin(curl_F)
    if name == "thumb":
        along, across, reach = THUMB
        aside = reach * THUMB_ASIDE
        ahead = np.full_like(curl_F, along + (reach**2 - aside**2) ** 0.5)
        return np.stack([ahead, aside * sin, across + aside * cos])
    (along, across), reach = KNUCKLES[name], LENGTHS[name]
    first, rest = reach * BENDS_AT_KNUCKLE, reach * (1 - BENDS_AT_KNUCKLE)
    cos2, sin2 = np.cos(2 * curl_F), np.sin(2 * curl_F)
    still = np.full_like(curl_F, across)
    return np.stack([along + first * cos + rest * cos2, first * sin + rest * sin2, still])
