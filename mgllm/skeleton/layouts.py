"""The layouts of common data sets. "left" is always the person's own left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mgllm.errors import InputError, unknown
from mgllm.skeleton.layout import Layout, Pair

FINGERS = ("thumb", "index", "middle", "ring", "little")

BODY25_OF_IMIGUE = (0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 18)
"""The twelve BODY_25 joints that iMiGUE's 22 begin with."""

_HEAD = "nose-neck nose-?_eye ?_eye-?_ear"
_ARM = "neck-?_shoulder ?_shoulder-?_elbow ?_elbow-?_wrist"
_LEG = "?_hip-?_knee ?_knee-?_ankle"
_FOOT = "?_ankle-?_heel ?_ankle-?_big_toe ?_big_toe-?_small_toe"
_HAND = " ".join(f"?_wrist-?_{finger}" for finger in FINGERS)


def _layout(joints: list[str], edges: str, *root: str) -> Layout:
    """A layout from its joints and edges "a-b"; an edge with ? stands for both sides."""
    pairs: list[Pair] = []
    for edge in edges.split():
        for side in ("left", "right") if "?" in edge else ("",):
            a, b = edge.replace("?", side).split("-")
            if (a, b) not in pairs:
                pairs.append((a, b))
    lefts = [name for name in joints if name.startswith("left_")]
    mirror = tuple((name, name.replace("left_", "right_", 1)) for name in lefts)
    shoulders = ("left_shoulder", "right_shoulder")
    return Layout(joints=tuple(joints), edges=tuple(pairs), mirror=mirror, root=root, shoulders=shoulders)


def _sides(parts: list[str]) -> list[str]:
    """Each part on the left, then on the right."""
    return [part.replace("?", side) for part in parts for side in ("left", "right")]


_COCO17 = ["nose"]
_COCO17 += _sides(["?_eye", "?_ear", "?_shoulder", "?_elbow", "?_wrist", "?_hip", "?_knee", "?_ankle"])


def _both(part: str, *sides: str) -> list[str]:
    """All parts on the first side, then all on the next."""
    return [name.replace("?", side) for side in sides for name in part.split()]


_BODY25 = ["nose", "neck", *_both("?_shoulder ?_elbow ?_wrist", "right", "left")]
_BODY25 += ["mid_hip", *_both("?_hip ?_knee ?_ankle", "right", "left")]
_BODY25 += [*_both("?_eye", "right", "left"), *_both("?_ear", "right", "left")]
_BODY25 += _both("?_big_toe ?_small_toe ?_heel", "left", "right")


def _kinect20() -> Layout:
    joints = ["head", "shoulder_centre", "spine", "hip_centre"]
    joints += _both("?_shoulder ?_elbow ?_wrist ?_hand", "left", "right")
    joints += _both("?_hip ?_knee ?_ankle ?_foot", "left", "right")
    edges = "head-shoulder_centre shoulder_centre-spine spine-hip_centre shoulder_centre-?_shoulder"
    edges += " ?_shoulder-?_elbow ?_elbow-?_wrist ?_wrist-?_hand hip_centre-?_hip ?_hip-?_knee"
    return _layout(joints, f"{edges} ?_knee-?_ankle ?_ankle-?_foot", "hip_centre")


def _ntu25() -> Layout:
    joints = ["spine_base", "spine_mid", "neck", "head"]
    joints += _both("?_shoulder ?_elbow ?_wrist ?_hand", "left", "right")
    joints += _both("?_hip ?_knee ?_ankle ?_foot", "left", "right")
    joints += ["spine_shoulder", *_both("?_hand_tip ?_thumb", "left", "right")]
    edges = "spine_base-spine_mid spine_mid-spine_shoulder spine_shoulder-neck neck-head"
    edges += " spine_shoulder-?_shoulder ?_shoulder-?_elbow ?_elbow-?_wrist ?_wrist-?_hand ?_hand-?_hand_tip"
    edges += f" ?_wrist-?_thumb spine_base-?_hip {_LEG} ?_ankle-?_foot"
    return _layout(joints, edges, "spine_base")


def _coco17() -> Layout:
    edges = "nose-?_eye ?_eye-?_ear ?_ear-?_shoulder left_shoulder-right_shoulder ?_shoulder-?_elbow"
    edges += f" ?_elbow-?_wrist ?_shoulder-?_hip left_hip-right_hip {_LEG}"
    return _layout(list(_COCO17), edges, "left_hip", "right_hip")


def _imigue22() -> Layout:
    joints = [_BODY25[n] for n in BODY25_OF_IMIGUE]
    joints += [f"{side}_{finger}" for side in ("right", "left") for finger in FINGERS]
    return _layout(joints, f"{_HEAD} {_ARM} {_HAND}", "neck")


def _body25() -> Layout:
    return _layout(list(_BODY25), f"{_HEAD} {_ARM} neck-mid_hip mid_hip-?_hip {_LEG} {_FOOT}", "mid_hip")


def _ma52() -> Layout:
    """Halpe's 26 body joints, six of its face points, and of each hand the base and five finger
    tips."""
    joints = [*_COCO17, "head", "neck", "mid_hip"]
    joints += _sides(["?_big_toe", "?_small_toe", "?_heel"])
    joints += ["nose_bridge", "nose_base", "right_eye_corner", "left_eye_corner", "upper_lip", "lower_lip"]
    joints += [f"{side}_{part}" for side in ("left", "right") for part in ("hand", *FINGERS)]
    edges = "head-neck nose-neck neck-mid_hip nose-nose_bridge nose-nose_base nose_base-upper_lip"
    edges += " upper_lip-lower_lip nose_bridge-?_eye ?_eye-?_eye_corner ?_eye_corner-?_ear mid_hip-?_hip"
    hands = "?_wrist-?_hand " + " ".join(f"?_hand-?_{finger}" for finger in FINGERS)
    return _layout(joints, f"{edges} {_ARM} {_LEG} {_FOOT} {hands}", "neck")


LAYOUTS: Mapping[str, Layout] = {
    "imigue22": _imigue22(),
    "body25": _body25(),
    "coco17": _coco17(),
    "kinect20": _kinect20(),
    "ntu25": _ntu25(),
    "ma52-44": _ma52(),
}
"""By name: iMiGUE (Liu et al. 2021), OpenPose BODY_25, COCO, Kinect v1 as in UTD-MHAD, Kinect v2 as
in NTU RGB+D and SMG, and the 44 joints of MA-52 that Gu et al. (ACM MM 2025,
`feeders/feeder_ma52.py`) train on."""

_HALPE_FACE = (28, 33, 36, 45, 51, 57)
MA52_OF_HALPE136 = (
    *range(26),
    *(26 + point for point in _HALPE_FACE),
    *(base + point for base in (94, 115) for point in (0, 4, 8, 12, 16, 20)),
)
"""Which of Halpe's 136 key points (26 body, 68 face, 21 left hand, 21 right hand) the 44 are. The
order of the six face points is our reading: the one in which the published edges join
neighbours."""


def load_layout(name: str) -> Layout:
    """The layout called `name`.

    Raises:
        InputError: there is none.
    """
    if name not in LAYOUTS:
        raise InputError(unknown("skeleton layout", name, LAYOUTS))
    return LAYOUTS[name]


def layout_of(joints: Sequence[str]) -> Layout:
    """A layout of some of the joints that layouts of pictures have, in this order.

    Joints are linked as there; where those between are not among them, each is linked with the
    nearest one.

    >>> layout_of(["nose", "left_wrist", "left_shoulder"]).edges
    (('left_wrist', 'left_shoulder'), ('nose', 'left_shoulder'))
    """
    steps = {one: _steps(one) for one in joints}
    inside, edges = [joints[0]], set[Pair]()
    while len(inside) < len(joints):
        rest = [one for one in joints if one not in inside]
        pair = min(((a, b) for a in inside for b in rest), key=lambda ab: steps[ab[0]].get(ab[1], FAR))
        edges.add(pair)
        inside.append(pair[1])
    place = {one: n for n, one in enumerate(joints)}
    ordered = sorted(tuple(sorted(pair, key=place.__getitem__)) for pair in edges)
    lefts = [one for one in joints if one.startswith("left_")]
    mirror = [(one, other) for one in lefts if (other := one.replace("left_", "right_", 1)) in joints]
    return Layout(joints=tuple(joints), edges=tuple((a, b) for a, b in ordered), mirror=tuple(mirror))


FAR = 1000
"""Steps between joints that no layout links."""


def _steps(joint: str) -> dict[str, int]:
    """Links from a joint to each other one, over all layouts of pictures."""
    links = {pair for name in _PICTURES for pair in LAYOUTS[name].edges}
    steps, reached = {joint: 0}, [joint]
    for one in reached:
        for pair in links:
            for other in pair if one in pair else ():
                if other not in steps:
                    steps[other] = steps[one] + 1
                    reached.append(other)
    return steps


_PICTURES = ("imigue22", "body25", "coco17", "ma52-44")
