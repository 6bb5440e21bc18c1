"""A complete figure: torso, arms and fingers of many frames, from angles and from what the hands
do.

Here the leading hand is the right one; clips in which the left one leads are mirrored afterwards.
The other hand is placed first, so that the leading one can touch it and its arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mgllm.skeleton.layouts import FINGERS
from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.contacts import BY, LEFT, PARTS, RIGHT, Contacts
from mgllm.synthetic.figure import Bodies, Part, Torso, make_torso
from mgllm.synthetic.geometry import (
    Numbers,
    Reals,
    beside,
    cross,
    dot,
    length,
    mixed,
    rotated,
    turned_toward,
    unit,
)
from mgllm.synthetic.hands import Arm, Hand, fingertips, make_hand, placed, reach_wrist, touching_point

STRAIGHT_ON = np.zeros((3, 1), np.float32)
"""A way without a curve."""
MOST_BENT_WRIST = math.radians(70)
"""Between forearm and hand (American Academy of Orthopaedic Surgeons, 1965: extension 70°, flexion
80°)."""
CORRECTIONS = 3
REACHED = 1e-4
"""Metres by which a wrist may miss. If an arm is too long or too short, the hand turns."""
ARM_UNIT = 0.25
"""Unit of places on an arm, in lengths of the hand."""
NEAR_SIDE = (-0.5, 0.4, 0.8)
"""The side from which a hand touches the other arm, in the chest's directions."""


@dataclass(frozen=True, eq=False)
class Goal(Columns):
    """What one hand is to reach."""

    point: Reals
    """[3, F]: the point that it touches, metres."""
    along: Reals
    """[3, F]: where its fingers are to point."""
    palm: Reals
    """[3, F]: where its palm is to face; any length."""
    elbow: Reals
    """[3, F]: on which side the elbow is; any length."""
    touch: Reals
    """[3, F]: the touching point of the hand in its own directions, in lengths of the hand."""
    curl: Reals
    """[F]: bend of the fingers, radians."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Parts of the body that have places on them, and time."""

    torso: Torso
    """The torso in all frames."""
    parts: list[Part]
    """In the order of PARTS; only those that are posed already."""
    frames: Numbers
    """[N]: frames of each clip."""
    time: Reals
    """[F]: seconds, for strokes."""

    def goal(self, contacts: Contacts, share_F: Reals) -> Goal:
        """The goal of contacts; strokes grow with the share of the way that the hand has moved."""
        chest = self.torso.chest.axes_33F
        each = contacts.spread(self.frames)
        on = self._chosen(each.part)
        turn = np.float32(2 * np.pi) * each.hertz * self.time + each.phase
        strokes = (each.stroke * np.sin(turn[0]) + each.cross_stroke * np.sin(turn[1])) * share_F**2
        touches = np.stack([touching_point(by, each.curl) for by in BY])
        return Goal(
            point=on.point(each.at) + rotated(on.axes_33F, each.beside + strokes),
            along=unit(rotated(chest, each.fingers)),
            palm=unit(rotated(on.axes_33F, each.inward) + rotated(chest, each.palm)),
            elbow=unit(rotated(chest, each.elbow)),
            touch=touches[each.by, :, np.arange(len(self.time))].T,
            curl=each.curl,
        )

    def between(self, here: Goal, there: Goal, share_F: Reals, side: int, bulge_3F: Reals) -> Goal:
        """A goal on the way: straight, with a curve in the middle; the elbow moves on the
        outside."""
        chest = self.torso.chest.axes_33F
        middle = 4 * share_F * (1 - share_F)
        outside = np.float32(side) * chest[:, 0] * (1 - dot(here.elbow, there.elbow)) * middle
        return Goal(
            point=mixed(here.point, there.point, share_F) + rotated(chest, bulge_3F) * middle,
            along=unit(mixed(here.along, there.along, share_F)),
            palm=mixed(here.palm, there.palm, share_F),
            elbow=mixed(here.elbow, there.elbow, share_F) + outside,
            touch=mixed(here.touch, there.touch, share_F),
            curl=mixed(here.curl, there.curl, share_F),
        )

    def _chosen(self, number_F: Numbers) -> Part:
        """The part of each frame."""
        flat = [
            np.concatenate([part.origin_3F, part.axes_33F.reshape(9, -1), part.scale_3F])
            for part in self.parts
        ]
        mine = np.ascontiguousarray(np.stack(flat)[number_F, :, np.arange(len(number_F))].T)
        return Part(mine[:3], mine[3:12].reshape(3, 3, -1), mine[12:])


def first_parts(torso: Torso) -> list[Part]:
    """Parts that are known before any arm is posed; the first ones of PARTS."""
    made = {"seat": torso.seat, "chest": torso.chest, "head": torso.head}
    return [made[name] for name in PARTS[: len(made)]]


@dataclass(frozen=True, eq=False)
class HandPlan:
    """What one hand does in N clips."""

    rest: Contacts
    """Where it is between gestures."""
    visit: Contacts
    """Where it is in the gesture; not used if the hand keeps resting."""
    share_F: Reals
    """0 at rest … 1 at the place, by frame."""
    next_rest: Contacts | None = None
    """Where the hand rests afterwards, if it moves on."""
    moved_F: Reals | None = None
    """How far it has moved there, 0..1 by frame."""


@dataclass(frozen=True, eq=False)
class Figure:
    """Points by name, [3, F] each, metres."""

    points: Mapping[str, Reals]
    """Joints of the layout, and points for previews."""
    chest: Part
    """The chest, to know what is behind it."""
    aims: tuple[Reals, Reals]
    """[3, F]: the points that leading and other hand were to touch."""
    touches: tuple[Reals, Reals]
    """[3, F]: the points that they touch."""


def make_figure(
    body: Bodies,
    angles: Mapping[str, Reals],
    plans: tuple[HandPlan, HandPlan],
    frames_N: Numbers,
    time_F: Reals,
) -> Figure:
    """Pose all frames.

    Args:
        body: by frame.
        angles: of trunk, shoulders and head by frame, degrees (shift, rise: metres).
        plans: of the leading and of the other hand.
        frames_N: frames of each clip.
        time_F: seconds, for strokes.
    """
    torso = make_torso(body, angles)
    stage = Stage(torso, first_parts(torso), frames_N, time_F)
    other = _limb(body, stage, plans[1], LEFT)
    parts = [*stage.parts, *_arm_parts(body, stage, other)]
    own = _limb(body, Stage(torso, parts, frames_N, time_F), plans[0], RIGHT)
    points = {**torso.points, **own.named("right"), **other.named("left")}
    points["neck"] = mixed(torso.right_shoulder, torso.left_shoulder, np.float32(0.5))
    return Figure(points, torso.chest, (own.aim, other.aim), (own.touch, other.touch))


@dataclass(frozen=True, eq=False)
class _Limb:
    arm: Arm
    hand: Hand
    tips: list[Reals]
    aim: Reals
    touch: Reals

    def named(self, side: str) -> dict[str, Reals]:
        names = [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist", *FINGERS)]
        return dict(zip(names, [self.arm.shoulder, self.arm.elbow, self.arm.wrist, *self.tips], strict=True))


def _limb(body: Bodies, stage: Stage, plan: HandPlan, side: int) -> _Limb:
    """Follow a plan: first with forearm and hand in one line, then with a bent wrist."""
    goal = _goal(stage, plan, side)
    shoulder = stage.torso.right_shoulder if side == RIGHT else stage.torso.left_shoulder
    stick = body.forearm + body.hand * goal.touch[0]
    straight = reach_wrist(shoulder, goal.point, body.upper_arm, stick, goal.elbow)
    along = turned_toward(unit(straight.wrist - straight.elbow), goal.along, MOST_BENT_WRIST)
    reach = _Reach(shoulder, body, goal, side)
    arm, hand = reach.with_hand(along)
    for _ in range(CORRECTIONS):
        arm, hand = reach.corrected(arm, hand)
    touch = placed(hand, arm.wrist, goal.touch * body.hand)
    return _Limb(arm, hand, fingertips(hand, arm.wrist, body.hand), goal.point, touch)


def _goal(stage: Stage, plan: HandPlan, side: int) -> Goal:
    """What the hand is to do: rest, perhaps at another place than before, and go to its place."""
    always = np.ones_like(stage.time)
    rest = stage.goal(plan.rest, always)
    if plan.next_rest is not None and plan.moved_F is not None:
        then = stage.goal(plan.next_rest, always)
        rest = stage.between(rest, then, plan.moved_F, side, STRAIGHT_ON)
    visit = stage.goal(plan.visit, plan.share_F)
    bulge = np.repeat(plan.visit.round, stage.frames, axis=-1)
    return stage.between(rest, visit, plan.share_F, side, bulge)


@dataclass(frozen=True, eq=False)
class _Reach:
    """An arm that is to bring its hand to a goal."""

    shoulder: Reals
    body: Bodies
    goal: Goal
    side: int

    def with_hand(self, along_3F: Reals) -> tuple[Arm, Hand]:
        """The arm whose hand touches the goal and points along a direction, as far as it
        reaches."""
        hand = make_hand(along_3F, self.goal.palm, self.goal.curl, self.side)
        wrist = placed(hand, self.goal.point, -self.goal.touch * self.body.hand)
        body = self.body
        return reach_wrist(self.shoulder, wrist, body.upper_arm, body.forearm, self.goal.elbow), hand

    def corrected(self, arm: Arm, hand: Hand) -> tuple[Arm, Hand]:
        """If the wrist cannot reach its point, turn the hand toward the goal from where it is."""
        offset = placed(hand, np.zeros_like(arm.wrist), self.goal.touch * self.body.hand)
        asked = self.goal.point - arm.wrist
        off_F = np.flatnonzero(length(asked - offset) > REACHED)
        if not len(off_F):
            return arm, hand
        part = _Reach(self.shoulder[:, off_F], self.body.take(off_F), self.goal.take(off_F), self.side)
        turned = unit(hand.along[:, off_F] + unit(asked[:, off_F]) - unit(offset[:, off_F]))
        new_arm, new_hand = part.with_hand(turned)
        return arm.replaced(off_F, new_arm), hand.replaced(off_F, new_hand)


def _arm_parts(body: Bodies, stage: Stage, limb: _Limb) -> list[Part]:
    """The other upper arm, forearm and hand, as parts that have places on them."""
    near = rotated(stage.torso.chest.axes_33F, np.array(NEAR_SIDE, np.float32)[:, None])
    wide = body.hand * np.float32(ARM_UNIT)
    arm, made = limb.arm, []
    for upper, lower, size in (
        (arm.shoulder, arm.elbow, body.upper_arm),
        (arm.elbow, arm.wrist, body.forearm),
    ):
        y = unit(lower - upper)
        z = beside(near, y)
        made.append(Part(upper, np.stack([cross(y, z), y, z], axis=1), np.stack([wide, size, wide])))
    y, z = limb.hand.along, -limb.hand.palm
    axes = np.stack([cross(y, z), y, z], axis=1)
    return [*made, Part(arm.wrist, axes, np.stack([body.hand] * 3))]
