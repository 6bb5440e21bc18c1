"""What a hand is to do in each frame: from contacts at places to points and directions in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.contact_table import BY, PARTS
from mgllm.synthetic.contacts import Contacts
from mgllm.synthetic.figure import Part, Torso
from mgllm.synthetic.geometry import Numbers, Reals, dot, mixed, rotated, unit
from mgllm.synthetic.hands import touching_point

STRAIGHT_ON = np.zeros((3, 1), np.float32)
"""No bulge."""


@dataclass(frozen=True, eq=False)
class Goal(Columns):
    """Of one hand."""

    point: Reals
    """[3, F]: what it touches, metres."""
    along: Reals
    """[3, F]: where its fingers would point."""
    palm: Reals
    """[3, F]: where its palm would face; any length."""
    elbow: Reals
    """[3, F]: to which side the elbow lies; any length."""
    touch: Reals
    """[3, F]: what of the hand touches, by its own directions, in lengths of the hand."""
    curl: Reals
    """[F]: bend of the fingers, radians."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Parts of the body that places are on, and time."""

    torso: Torso
    """Of all frames."""
    parts: list[Part]
    """In the order of PARTS, as far as they are posed already."""
    frames: Numbers
    """[N]: frames of each clip."""
    time: Reals
    """[F]: seconds, for strokes."""

    def goal(self, contacts: Contacts, share_F: Reals) -> Goal:
        """What contacts ask for; strokes grow with the share of the way that the hand has come."""
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
        """On the way: straight, but for a bulge in the middle; the elbow goes round on the outside."""
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
        """Of all parts, each frame's own."""
        flat = [
            np.concatenate([part.origin_3F, part.axes_33F.reshape(9, -1), part.scale_3F])
            for part in self.parts
        ]
        mine = np.ascontiguousarray(np.stack(flat)[number_F, :, np.arange(len(number_F))].T)
        return Part(mine[:3], mine[3:12].reshape(3, 3, -1), mine[12:])


def first_parts(torso: Torso) -> list[Part]:
    """Parts that stand before any arm is posed; the first of PARTS."""
    made = {"seat": torso.seat, "chest": torso.chest, "head": torso.head}
    return [made[name] for name in PARTS[: len(made)]]
