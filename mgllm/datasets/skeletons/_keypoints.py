"""Lists of key points as pose programs write them, and their joints by our names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from mgllm.skeleton.layouts import FINGERS, LAYOUTS, MA52_OF_HALPE136

TIPS = {4: "thumb", 8: "index", 12: "middle", 16: "ring", 20: "little"}
"""Finger tips among the 21 key points of a hand, as OpenPose, Halpe and COCO-WholeBody count
them."""
HAND = 21

_COCO17, _MA52 = LAYOUTS["coco17"].joints, LAYOUTS["ma52-44"].joints
_HALPE26 = _MA52[:26]
_FEET = ("left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel")


def hand_joints(side: str) -> tuple[str, ...]:
    """The 21 key points of a hand; those that are no finger tip have no name."""
    return tuple(f"{side}_{TIPS[place]}" if place in TIPS else "" for place in range(HAND))


def _coco18() -> tuple[str, ...]:
    """OpenPose's COCO model: the first of BODY_25 without the hip's middle."""
    body = LAYOUTS["body25"].joints
    return (*body[:8], *body[9:19])


def _halpe136() -> tuple[str, ...]:
    names = dict(zip(MA52_OF_HALPE136, _MA52, strict=True))
    hands = (*hand_joints("left"), *hand_joints("right"))
    body = tuple(names.get(place, "") for place in range(136 - len(hands)))
    bases = {94: names[94], 115: names[115]}
    return (*body, *(bases.get(94 + place, name) for place, name in enumerate(hands)))


def _wholebody() -> tuple[str, ...]:
    return (*_COCO17, *_FEET, *("",) * 68, *hand_joints("left"), *hand_joints("right"))


KEYPOINTS: Mapping[str, tuple[str, ...]] = {
    "coco17": _COCO17,
    "coco18": _coco18(),
    "body25": LAYOUTS["body25"].joints,
    "halpe26": _HALPE26,
    "wholebody133": _wholebody(),
    "halpe136": _halpe136(),
}
"""Joint of each key point, empty where we have no name for it: COCO; OpenPose COCO and BODY_25;
Halpe's body (AlphaPose, RTMPose); COCO-WholeBody; Halpe's whole body."""
JOINTS = frozenset(chain(*(layout.joints for layout in LAYOUTS.values())))
"""All joints that a layout has."""

_PARTS = {
    "nose": "nose", "neck": "neck", "head": "head", "headtop": "head", "tophead": "head",
    "midhip": "mid_hip", "hipmid": "mid_hip", "pelvis": "mid_hip", "hipcenter": "mid_hip",
    "hipcentre": "mid_hip", "midhips": "mid_hip",
}  # fmt: skip
"""Parts without a side, without blanks and the like; MPII's top of the head is Halpe's head."""
_TWICE = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "big_toe", "small_toe")
_PAIRED = {part.replace("_", ""): part for part in _TWICE}
_OTHER_FINGERS = {"fore": "index", "pointer": "index", "pinky": "little", "pinkie": "little"}
_FINGERS = {**_OTHER_FINGERS, **{name: name for name in FINGERS}}
_TIP = re.compile(r"(tip|4)$")
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def known_joint(name: str) -> str | None:
    """Our name of a joint that a program or a person named; None where it is not sure.

    The side may be a word, a letter, or stuck to the part. Of fingers the tip must be named, since
    a finger has four points. "wrist1" has no side: it may be either.

    >>> known_joint("LShoulder"), known_joint("wrist_r"), known_joint("left_forefinger4")
    ('left_shoulder', 'right_wrist', 'left_index')
    >>> known_joint("wrist1"), known_joint("left_index_mcp")
    (None, None)
    """
    plain = re.sub(r"[\s.-]+", "_", name.strip()).lower()
    if plain in JOINTS:
        return plain
    words = [word.lower() for word in _WORDS.findall(name)]
    sides = {_SIDES[word] for word in words if word in _SIDES}
    part = "".join(word for word in words if word not in _SIDES)
    if not sides and part not in _PARTS:
        stuck = re.fullmatch(r"(left|right|l|r)(\w+)|(\w+?)(left|right)", part)
        if stuck and _paired(stuck[2] or stuck[3]):
            sides, part = {_SIDES[stuck[1] or stuck[4]]}, stuck[2] or stuck[3]
    if len(sides) > 1:
        return None
    if not sides:
        return _PARTS.get(part)
    paired = _paired(part)
    return f"{sides.pop()}_{paired}" if paired else None


def _paired(part: str) -> str | None:
    """A part that people have twice."""
    if part in _PAIRED:
        return _PAIRED[part]
    if not _TIP.search(part):
        return None
    finger = _TIP.sub("", part)
    return _FINGERS.get(finger) or _FINGERS.get(finger.removesuffix("finger"))


def named_joints(names: Iterable[str]) -> tuple[str, ...]:
    """Our names in the order of a program's; empty where a joint is not known, or is known
    already."""
    given = list(names)
    joints = [known_joint(name) or "" for name in given]
    if {"left_hip", "right_hip"} <= set(joints):  # Halpe's "hip" is between them; alone it is one of them
        joints = [
            "mid_hip" if name.lower() == "hip" else joint for name, joint in zip(given, joints, strict=True)
        ]
    return tuple("" if joint in joints[:place] else joint for place, joint in enumerate(joints))
