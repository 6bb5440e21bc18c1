"""Where hands are, in numbers: distances of fingertips and wrists to named places of the body.

A touch is a small distance between a fingertip and a place. Two streams over joints must learn this
from many clips; here it is given. Units are shoulder widths, since clips are scaled by them; places
of the head are set off in face widths (the distance of the ears), along the head's own axes, so
that a tilted or small head has its places where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize, pad

from mgllm.recognizer.clips import MOTION_GAIN, seen_only
from mgllm.recognizer.graph import Graph
from mgllm.skeleton.layouts import FINGERS

USUAL_FACE, NARROW, WIDE = 0.37, 0.28, 0.5
"""Face width in shoulder widths: usual, and limits. Six people at cameras have .36–.41
(docs/synthetic.md); a turned head looks narrower and keeps the lower limit."""
BEYOND_WRIST = 0.38
"""Shoulder widths from the wrist to the middle of the fingers, along the forearm: where a hand is
taken to be while its fingers are not found. A hand is .4–.5 long from wrist to fingertip, and is
rarely stretched."""
NEAREST, FARTHEST = 0.04, 4.5
"""Shoulder widths: smaller distances are the width of a finger and the detector's jitter, larger
ones are far away."""


class Place(NamedTuple):
    """A place of the body: a weighted mean of joints, and an offset from it.

    Joints begin with `own_` or `other_` for the side of the hand or the other one.
    """

    joints: Mapping[str, float]
    """Weights; they sum to 1."""
    aside: float = 0.0
    """Offset to the hand's own side."""
    up: float = 0.0
    """Offset upward."""
    head: bool = True
    """Offset in face widths along the head's axes; else in shoulder widths along the trunk's."""


_EYES = {"own_eye": 0.5, "other_eye": 0.5}
PLACES: Mapping[str, Place] = {
    "nose": Place({"nose": 1}),
    "own eye": Place({"own_eye": 1}),
    "other eye": Place({"other_eye": 1}),
    "own ear": Place({"own_ear": 1}),
    "other ear": Place({"other_ear": 1}),
    "forehead": Place(_EYES, up=0.30),
    "crown": Place(_EYES, up=0.85),
    "mouth": Place({"nose": 1}, up=-0.27),
    "chin": Place({"nose": 1}, up=-0.55),
    "own jaw": Place({"nose": 0.5, "own_ear": 0.5}, up=-0.28),
    "other jaw": Place({"nose": 0.5, "other_ear": 0.5}, up=-0.28),
    "own temple": Place({"own_eye": 0.5, "own_ear": 0.5}, up=0.2),
    "other temple": Place({"other_eye": 0.5, "other_ear": 0.5}, up=0.2),
    "side of the head": Place({"own_ear": 1}, up=0.55),
    "back of the head": Place({"own_ear": 1}, aside=0.35, up=0.2),
    "throat": Place({"nose": 0.5, "neck": 0.5}, up=-0.28),
    "own side of the neck": Place({"neck": 0.65, "own_ear": 0.35}),
    "other side of the neck": Place({"neck": 0.65, "other_ear": 0.35}),
    "notch": Place({"neck": 1}, up=-0.06, head=False),
    "chest": Place({"neck": 1}, up=-0.35, head=False),
    "own chest": Place({"neck": 1}, aside=0.28, up=-0.35, head=False),
    "other chest": Place({"neck": 1}, aside=-0.28, up=-0.35, head=False),
    "belly": Place({"neck": 1}, up=-0.9, head=False),
    "own hip": Place({"neck": 1}, aside=0.42, up=-1.35, head=False),
    "own shoulder": Place({"own_shoulder": 1}),
    "other shoulder": Place({"other_shoulder": 1}),
    "other upper arm": Place({"other_shoulder": 0.5, "other_elbow": 0.5}),
    "other elbow": Place({"other_elbow": 1}),
    "other forearm": Place({"other_elbow": 0.5, "other_wrist": 0.5}),
    "other wrist": Place({"other_wrist": 1}),
}
"""Places that gestures name. Offsets are an adult's usual measures: between the eyes and the
hairline 5 cm, from the tip of the nose to the mouth 4 cm and to the chin 8 cm, ear to ear 15 cm,
shoulder to shoulder 36 cm as detectors place them."""
_BODY = (
    "right_wrist", "left_wrist", "neck", "nose", "right_elbow", "left_elbow", "right_shoulder",
    "left_shoulder", "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip


class Joints(NamedTuple):
    """A batch of clips whose joints are asked for by name; names the layout lacks are never
    seen."""

    x_NTVC: Tensor
    """Two coordinates, y downward; 0 where not seen."""
    mask_NTV: Tensor
    """True if a joint is seen."""
    names: tuple[str, ...]
    """In the order of V."""

    def at(self, name: str) -> tuple[Tensor, Tensor]:
        """A joint's place [N, T, 2], and whether it is seen [N, T, 1] (0 or 1)."""
        if name not in self.names:
            still = self.x_NTVC[:, :, 0] * 0
            return still, still[..., :1]
        number = self.names.index(name)
        return self.x_NTVC[:, :, number], self.mask_NTV[:, :, number, None].to(self.x_NTVC.dtype)


class Axes(NamedTuple):
    """Directions of a part of the body, [N, T, 2] each: to the person's left, and up."""

    left: Tensor
    up: Tensor


def contact_features(x_NTVC: Tensor, mask_NTV: Tensor, names: tuple[str, ...]) -> Tensor:
    """Features of both hands, [N, T, 2, F]: right hand first, the left one in the mirror.

    Args:
        x_NTVC: coordinates; if there are three, the third is not used.
        mask_NTV: True if a joint is seen.
        names: of the joints.
    """
    joints = Joints(seen_only(x_NTVC, mask_NTV)[..., :2], mask_NTV, names)
    head, trunk = _axes(joints, "eye", "ear"), _axes(joints, "shoulder")
    face_N11 = _face_width(joints)
    hands = [_hand(joints, side, (head, trunk), face_N11) for side in ("right", "left")]
    return torch.stack(hands, 2)


def count_features() -> int:
    """Number of features of a hand (F)."""
    nothing = torch.zeros(1, 1, 1, 2)
    return contact_features(nothing, torch.zeros(1, 1, 1, dtype=torch.bool), ("nose",)).shape[-1]


def graph_names(graph: Graph) -> tuple[str, ...]:
    """Names of a graph's joints; those of a graph without names are taken to be these, in this
    order."""
    usual = (*_BODY, *(f"{side}_{finger}" for side in ("right", "left") for finger in FINGERS))
    return graph.names or (*usual, *("" for _ in range(graph.joints)))[: graph.joints]


def _axes(joints: Joints, *pairs: str) -> Axes:
    """From the first pair of joints that a frame shows; else those of an upright picture."""
    nothing = joints.at("")[0]
    left, found = nothing + nothing.new_tensor([1.0, 0.0]), nothing[..., :1]
    for pair in reversed(pairs):
        (a, seen_a), (b, seen_b) = joints.at(f"right_{pair}"), joints.at(f"left_{pair}")
        both = seen_a * seen_b
        left = torch.where(both > 0, normalize(b - a, dim=-1, eps=1e-4), left)
        found = torch.maximum(found, both)
    return Axes(left, torch.stack([left[..., 1], -left[..., 0]], -1))


def _face_width(joints: Joints) -> Tensor:
    """[N, 1, 1]: median distance of the ears over the frames that show both."""
    (a, seen_a), (b, seen_b) = joints.at("right_ear"), joints.at("left_ear")
    away = (b - a).norm(dim=-1, keepdim=True)
    away = torch.where(seen_a * seen_b > 0, away, torch.nan)
    width = away.nanmedian(dim=1, keepdim=True).values.nan_to_num(USUAL_FACE)
    return width.clamp(NARROW, WIDE)


class _Hand(NamedTuple):
    """A hand's points, [N, T, …]."""

    tips: Tensor
    seen: Tensor
    middle: Tensor
    found: Tensor
    wrist: Tensor
    wrist_seen: Tensor
    elbow: Tensor
    fore: Tensor


def _points(joints: Joints, side: str) -> _Hand:
    fingers = [joints.at(f"{side}_{finger}") for finger in FINGERS]
    tips, seen = (torch.stack(parts, 2) for parts in zip(*fingers, strict=True))
    wrist, wrist_seen = joints.at(f"{side}_wrist")
    if f"{side}_wrist" not in joints.names:
        wrist, wrist_seen = joints.at(f"{side}_hand")
    elbow, elbow_seen = joints.at(f"{side}_elbow")
    fore = normalize(wrist - elbow, dim=-1, eps=1e-4) * elbow_seen * wrist_seen
    count = seen.sum(2)
    middle = torch.where(count > 0, (tips * seen).sum(2) / count.clamp_min(1), wrist + BEYOND_WRIST * fore)
    return _Hand(tips, seen, middle, (count > 0).to(tips.dtype), wrist, wrist_seen, elbow, fore)


def _hand(joints: Joints, side: str, axes: tuple[Axes, Axes], face_N11: Tensor) -> Tensor:
    """[N, T, F]: features of one hand; the left one's are those of its mirror image."""
    other_side = "left" if side == "right" else "right"
    own, other = _points(joints, side), _points(joints, other_side)
    outward = -1.0 if side == "right" else 1.0
    flip = own.wrist.new_tensor([outward, 1.0])
    near = list(_distances(joints, side, own, axes, face_N11, outward))
    near.append(_distance_to(own, other.middle, other.wrist_seen))
    parts = [*near, *_positions(joints, own, other, axes[0], flip), *_shape(own, other, flip)]
    parts += _motion(joints, own, other, flip)
    parts += [own.found, other.found, own.wrist_seen, other.wrist_seen]
    return torch.cat(parts, -1) * own.wrist_seen


def _distances(
    joints: Joints, side: str, hand: _Hand, axes: tuple[Axes, Axes], face_N11: Tensor, outward: float
) -> Iterator[Tensor]:
    """Of each place the logarithms of three distances, [N, T, 3]; 0 if the place is not seen."""
    for place in PLACES.values():
        point, seen = torch.zeros_like(hand.wrist), torch.ones_like(hand.wrist_seen)
        for name, weight in place.joints.items():
            at, there = joints.at(_sided(name, side))
            point, seen = point + weight * at, seen * there
        along = axes[0] if place.head else axes[1]
        offset = outward * place.aside * along.left + place.up * along.up
        yield _distance_to(hand, point + (face_N11 if place.head else 1.0) * offset, seen)


def _sided(name: str, side: str) -> str:
    whose, _, part = name.partition("_")
    other = "left" if side == "right" else "right"
    return {"own": f"{side}_{part}", "other": f"{other}_{part}"}.get(whose, name)


def _distance_to(hand: _Hand, point: Tensor, seen: Tensor) -> Tensor:
    """[N, T, 3]: logarithm of the distance of the nearest fingertip, the middle, and the wrist."""
    each = (hand.tips - point[..., None, :]).norm(dim=-1)
    each = torch.where(hand.seen[..., 0] > 0, each, torch.inf).amin(-1, keepdim=True)
    middle = (hand.middle - point).norm(dim=-1, keepdim=True)
    tip = torch.where(hand.found > 0, each, middle)
    wrist = (hand.wrist - point).norm(dim=-1, keepdim=True)
    return (torch.cat([tip, middle, wrist], -1) + NEAREST).clamp_max(FARTHEST).log() * seen


def _positions(joints: Joints, own: _Hand, other: _Hand, head: Axes, flip: Tensor) -> Iterator[Tensor]:
    """Where fingers, wrist and elbow are from nose, neck and the other arm."""
    (nose, nose_seen), (neck, neck_seen) = joints.at("nose"), joints.at("neck")
    for point in (own.middle, own.wrist):
        away = point - nose
        in_head = torch.stack([(away * head.left).sum(-1), (away * head.up).sum(-1)], -1)
        yield in_head * flip * nose_seen
        yield (point - neck) * flip * neck_seen
    yield (own.elbow - neck) * flip * neck_seen
    for away in (other.wrist - neck, other.elbow - neck, other.middle - own.middle):
        yield away * flip * other.wrist_seen
    yield own.fore * flip
    yield (nose - neck) * flip * nose_seen * neck_seen


def _shape(own: _Hand, other: _Hand, flip: Tensor) -> Iterator[Tensor]:
    """How the fingers are held, and where the other hand's same fingers are."""
    yield ((own.tips - own.wrist[..., None, :]) * own.seen * flip).flatten(2)
    yield ((own.tips - own.middle[..., None, :]) * own.seen * flip).flatten(2)
    yield ((other.tips - own.tips) * own.seen * other.seen * flip).flatten(2)


def _motion(joints: Joints, own: _Hand, other: _Hand, flip: Tensor) -> Iterator[Tensor]:
    """How fingers and wrist move against the neck, the other hand and the nose."""
    neck, nose = joints.at("neck")[0], joints.at("nose")[0]
    yield _steps(own.middle - neck, own.wrist_seen) * flip
    yield _steps(own.wrist - neck, own.wrist_seen) * flip
    for away, seen in (
        (other.middle - own.middle, own.wrist_seen * other.wrist_seen),
        (own.wrist - neck, own.wrist_seen),
        (own.middle - nose, own.wrist_seen * joints.at("nose")[1]),
    ):
        yield _steps(away, seen).norm(dim=-1, keepdim=True)


def _steps(x_NTC: Tensor, seen_NT1: Tensor) -> Tensor:
    """Velocity, 0 unless both frames show it."""
    both = seen_NT1[:, 1:] * seen_NT1[:, :-1]
    return pad((x_NTC[:, 1:] - x_NTC[:, :-1]) * MOTION_GAIN * both, (0, 0, 1, 0))
