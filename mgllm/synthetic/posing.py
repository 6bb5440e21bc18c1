"""A whole figure: torso, arms and fingers of many frames, from angles and from what the hands do.

The leading hand is the right one here; clips in which the left one leads are mirrored afterwards. The other
hand is placed first, so that the leading one can touch it and its arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mgllm.skeleton.layouts import FINGERS
from mgllm.synthetic.bodies import Bodies
from mgllm.synthetic.contacts import LEFT, RIGHT, Contacts
from mgllm.synthetic.figure import Part, make_torso
from mgllm.synthetic.geometry import (
    Numbers,
    Reals,
    beside,
    cross,
    length,
    mixed,
    rotated,
    turned_toward,
    unit,
)
from mgllm.synthetic.goals import STRAIGHT_ON, Goal, Stage, first_parts
from mgllm.synthetic.hands import Hand, fingertips, make_hand, placed
from mgllm.synthetic.two_link_arms import Arm, reach_wrist

MOST_BENT_WRIST = math.radians(70)
"""Between forearm and hand (American Academy of Orthopaedic Surgeons, 1965: extension 70°, flexion 80°)."""
CORRECTIONS = 3
REACHED = 1e-4
"""Metres by which a wrist may miss. Where an arm is too long or too short, the hand's direction gives way."""
ARM_UNIT = 0.25
"""Unit of places on an arm, in lengths of the hand."""
NEAR_SIDE = (-0.5, 0.4, 0.8)
"""Where a hand comes from that touches the other arm, by the chest's directions."""


@dataclass(frozen=True, eq=False)
class HandPlan:
    """What one hand does in N clips."""

    rest: Contacts
    """Between gestures."""
    visit: Contacts
    """In the gesture; not used where the hand keeps resting."""
    share_F: Reals
    """0 at rest … 1 at the place, by frame."""
    next_rest: Contacts | None = None
    """Where the hand rests afterwards, if it moves on."""
    moved_F: Reals | None = None
    """How far it has come there, 0..1 by frame."""


@dataclass(frozen=True, eq=False)
class Figure:
    """Points by name, [3, F] each, metres."""

    points: Mapping[str, Reals]
    """Joints of the layout, and what previews draw."""
    chest: Part
    """The chest, to see what lies behind it."""
    aims: tuple[Reals, Reals]
    """[3, F]: what leading and other hand were to touch."""
    touches: tuple[Reals, Reals]
    """[3, F]: where they do."""


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
        angles: of trunk, shoulders and head by frame, degrees (shift: metres).
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
    """Follow a plan: first as if forearm and hand were one stick, then with a bent wrist."""
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
    """What the hand is to do: rest, perhaps elsewhere than before, and go to its place."""
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
        """The arm whose hand touches the goal and points along a direction, as far as it reaches."""
        hand = make_hand(along_3F, self.goal.palm, self.goal.curl, self.side)
        wrist = placed(hand, self.goal.point, -self.goal.touch * self.body.hand)
        body = self.body
        return reach_wrist(self.shoulder, wrist, body.upper_arm, body.forearm, self.goal.elbow), hand

    def corrected(self, arm: Arm, hand: Hand) -> tuple[Arm, Hand]:
        """Where the wrist could not be brought there, turn the hand toward the goal from where it is."""
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
    """The other upper arm, forearm and hand as parts with places on them."""
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
