"""Random upper bodies, and their trunk, shoulders and head from angles; arms follow in `posing.py`.

The spine has two links from the hips; slouching bends them. Collar bones turn about the top of the
breastbone. The neck is one link. A figure faces forward along z.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.seeds import stream
from mgllm.synthetic.clip_columns import BODY, Columns, draw
from mgllm.synthetic.geometry import Reals, combined, rotated, rotation

PARTS = {"trunk": 0.288, "shoulder": 0.0975, "upper_arm": 0.172, "forearm": 0.146, "hand": 0.116}
PARTS |= {"neck": 0.084, "head": 0.038, "depth": 0.063}
"""Ratios to stature: Drillis & Contini (1966), as printed in Winter, Biomechanics and Motor Control
of Human Movement, fig. 4.1: trunk, forearm. The others are for the points of a detector, not for
the ends of bones: its shoulders are closer together (.195) than the outer breadth (.259), its upper
arms are shorter, its hands longer. They were set so that the proportions that MediaPipe Holistic
finds on six clips of people (docs/synthetic.md) are in the range of the made-up ones."""
SCALED_BY = {"trunk": "trunk", "shoulder": "shoulders", "depth": "shoulders", "neck": "trunk", "head": "head"}
"""The factor of each part; parts of the arm have the factor `arms`."""
LOWER_SPINE = 0.45
"""Share of the trunk below the bend."""
NECK_AT_REST = 10.0
"""Degrees by which the neck leans forward."""
BREASTBONE = (0.0, 0.02, 0.55)
"""Point about which collar bones turn: metres above the shoulder line; the last number in depths of
the chest."""
NECK_ROOT = (0.0, 0.02, -0.03)
"""Metres from the middle of the shoulder line."""
HEAD_PIVOT = (0.0, -0.4, -0.15)
"""Point about which the head turns, from the point between the ears, in half distances of the
ears."""
FACE = {
    "nose": (0.0, -0.16, 1.5),
    "right_eye": (-0.54, 0.3, 1.1),
    "left_eye": (0.54, 0.3, 1.1),
    "right_ear": (-1.0, 0.0, 0.0),
    "left_ear": (1.0, 0.0, 0.0),
    "chin": (0.0, -1.4, 1.05),
    "crown": (0.0, 1.75, -0.1),
    "brow": (0.0, 1.0, 1.25),
    "back_of_head": (0.0, 0.5, -1.3),
}
"""Points of the head in half distances of the ears; those after the ears are only drawn in
previews."""


@dataclass(frozen=True, eq=False)
class Bodies(Columns):
    """N bodies; metres, [N] each."""

    trunk: Reals
    """Hips to the line of the shoulders, sitting upright."""
    shoulder: Reals
    """Middle of that line to a shoulder."""
    upper_arm: Reals
    """Shoulder to elbow."""
    forearm: Reals
    """Elbow to wrist."""
    hand: Reals
    """Wrist to the tip of the middle finger."""
    neck: Reals
    """Root of the neck to the point about which the head turns."""
    head: Reals
    """Half of the distance between the ears."""
    depth: Reals
    """Axis of the chest to its front."""


@dataclass(frozen=True, eq=False)
class DrawnBodies:
    """Bodies and the random values that they were made from."""

    bodies: Bodies
    """Lengths."""
    drawn: dict[str, Reals]
    """[N] each: stature and factors by name."""


def draw_bodies(seed: int, numbers: range, unseen_N: NDArray[np.bool_], *, kind: str = "body") -> DrawnBodies:
    """The bodies of these numbers; each depends only on seed, kind, number and side."""
    parts = [
        {name: draw(name, unseen_N[n : n + 1], random) for name in BODY}
        for n, random in enumerate(stream(seed, kind, number) for number in numbers)
    ]
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in BODY}
    sizes = {
        part: (ratio * drawn["stature"] * drawn[SCALED_BY.get(part, "arms")]).astype(np.float32)
        for part, ratio in PARTS.items()
    }
    return DrawnBodies(Bodies(**sizes), drawn)


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the body that has places on it."""

    origin_3F: Reals
    """Its zero point."""
    axes_33F: Reals
    """Its rotation."""
    scale_3F: Reals
    """Its units in x, y, z; metres."""

    def point(self, at_3F: Reals) -> Reals:
        """Position of a place that is given in the part's units."""
        return self.origin_3F + rotated(self.axes_33F, at_3F * self.scale_3F)


@dataclass(frozen=True, eq=False)
class Torso:
    """Trunk, shoulders and head of F frames."""

    seat: Part
    """The seat; it moves only when the hips do."""
    chest: Part
    """The chest, from the middle of the shoulder line."""
    head: Part
    """The head, from the point between the ears."""
    right_shoulder: Reals
    """[3, F]."""
    left_shoulder: Reals
    """[3, F]."""
    points: Mapping[str, Reals]
    """Points of the face, and others for previews, [3, F] each."""


def make_torso(body: Bodies, angles: Mapping[str, Reals]) -> Torso:
    """Place the parts; body and angles (degrees, shift and rise in metres) by frame. The own side
    is the right side."""
    rad = {name: np.deg2rad(value).astype(np.float32) for name, value in angles.items()}
    zero = np.zeros_like(body.trunk)
    hips = np.stack([-angles["shift"], angles["rise"].astype(np.float32), zero])
    lower_33F = rotation(rad["lean"] - rad["slouch"], rad["turn"] * np.float32(0.4), rad["tilt"])
    chest_33F = rotation(rad["lean"] + rad["slouch"], rad["turn"], rad["tilt"])
    bend = hips + rotated(lower_33F, np.stack([zero, body.trunk * np.float32(LOWER_SPINE), zero]))
    middle = bend + rotated(chest_33F, np.stack([zero, body.trunk * np.float32(1 - LOWER_SPINE), zero]))
    chest = Part(middle, chest_33F, np.stack([body.shoulder, body.trunk, body.depth]))
    head = _head(body, chest, rad)
    seat = Part(hips, _still(zero), np.stack([body.shoulder, body.trunk, body.upper_arm + body.forearm]))
    points = {name: head.point(_column(at)) for name, at in FACE.items()}
    points |= {"hips": hips, "bend": bend}
    return Torso(
        seat=seat,
        chest=chest,
        head=head,
        right_shoulder=_shoulder(body, chest, rad["raise_own"], -1),
        left_shoulder=_shoulder(body, chest, rad["raise_other"], 1),
        points=points,
    )


def _head(body: Bodies, chest: Part, rad: Mapping[str, Reals]) -> Part:
    """The neck leans with the chest; the head follows only by half, since people keep looking
    forward."""
    zero = np.zeros_like(body.neck)
    forward = rad["head_out"] + np.float32(np.deg2rad(NECK_AT_REST))
    neck_33F = rotation(forward, zero, rad["head_tilt"] * np.float32(0.4))
    root = chest.origin_3F + rotated(chest.axes_33F, _column(NECK_ROOT))
    along = rotated(neck_33F, np.stack([zero, body.neck, zero]))
    pivot = root + rotated(chest.axes_33F, along)
    look_33F = rotation(-rad["head_up"], rad["head_turn"], rad["head_tilt"])
    half = [np.float32(0.5) * angle for angle in (rad["lean"] + rad["slouch"], rad["turn"], rad["tilt"])]
    axes_33F = combined(rotation(*half), look_33F)
    scale = np.broadcast_to(body.head, (3, len(body.head)))
    return Part(pivot - rotated(axes_33F, _column(HEAD_PIVOT) * scale), axes_33F, scale)


def _shoulder(body: Bodies, chest: Part, raised_F: Reals, side: int) -> Reals:
    """End of a collar bone that turns up about the top of the breastbone; its length is the
    same."""
    x, y = side * body.shoulder, np.float32(-BREASTBONE[1])
    back = -body.depth * np.float32(BREASTBONE[2])
    cos, sin = np.cos(raised_F), side * np.sin(raised_F)
    bone = np.stack([cos * x - sin * y, sin * x + cos * y, back])
    root = np.stack([np.zeros_like(x), np.full_like(x, BREASTBONE[1]), -back])
    return chest.origin_3F + rotated(chest.axes_33F, root + bone)


def _still(like_F: Reals) -> Reals:
    return np.broadcast_to(np.eye(3, dtype=np.float32)[:, :, None], (3, 3, len(like_F)))


def _column(at: tuple[float, float, float]) -> Reals:
    return np.array(at, np.float32)[:, None]
