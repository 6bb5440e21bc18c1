"""Where a hand touches the person in a picture: given sign by sign, kept where geometry agrees.

A sign's meaning says where the hand goes ("think": forehead). Whether it does in a sequence is
measured in the picture: the finger tips' distance from points of the head, from the arms, the other
hand, and whether they lie on the chest. A picture cannot distinguish *on* from *before*: a hand in
front of the trunk looks like one on it. So trunk and arms do not count as a touch where a sign is
said to have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._landmark_arrays import Marks
from mgllm.errors import InputError, guess
from mgllm.files.tables import Row, read_rows
from mgllm.skeleton.landmarks import LEFT, RIGHT, TIPS

Reals = NDArray[np.float64]
Bools = NDArray[np.bool_]
NONE, CHEST, ARM, HANDS = "none", "chest", "arm", "hands_together"
ACCEPTED: Mapping[str, str] = {
    "forehead_temple": "touching or scratching forehead|touching or scratching head|"
    "playing or adjusting hair",
    "face": "touching or scratching facial parts|covering face|touching jaw|biting nails|rubbing eyes",
    "side_of_face": "touching ears|touching jaw|touching or scratching facial parts|"
    "touching or scratching neck",
    "chin_jaw": "touching jaw|touching or scratching facial parts|covering face",
    "neck": "touching or scratching neck|touching or covering suprasternal notch|"
    "buckle button, pulling shirt collar, adjusting tie",
    CHEST: "touching or covering suprasternal notch|dustoffing clothes|"
    "buckle button, pulling shirt collar, adjusting tie",
    ARM: "scratching or touching arms|hold back arms|folding arms",
    HANDS: "rubbing or holding hands|crossing fingers|minaret gesture|playing or manipulating objects",
    NONE: NONE,
}
"""Place: the classes of iMiGUE that would be right, lenient on purpose, since a picture does not
show what the finger does there."""
PLACE_COLUMNS = ("location", "mg_accept", "idle", "contact_share", "contact_from", "contact_to")
KEPT, FREE = 0.25, 0.15
"""A place is kept if it is touched in so many frames, *none* if the head or the other hand is
touched in fewer: a touch lasts a quarter of a clip at least, and a hand on its way passes the head
in a few frames."""
NEAR_HEAD = 0.75
"""Eye-to-mouth distances between a finger tip and a point of the head: 5 cm, a finger's width and
the distance between the points."""
NEAR_ARM = 0.15
"""Shoulder widths between a finger tip and the line of the other arm: 5 cm, half an arm's
width."""
NEAR_HAND = 0.06
"""Shoulder widths between a finger tip and a landmark of the other hand: 2 cm, a finger's width. Of
.06 to .15 it agrees best with the places of 360 clips that were judged by eye (78 %)."""
TRUNK = 1.3
"""Shoulder widths from the shoulders to the hips: .29 / .22 of body height (Winter)."""
CHEST_DOWN, CHEST_OUT = 0.6, 0.1
"""The chest is the upper .6 of the trunk, and .1 shoulder widths beyond the shoulders."""
_NOSE, _EYES, _EARS, _MOUTH = 0, (5, 2), (8, 7), (10, 9)
_SHOULDERS, _ELBOWS, _WRISTS = (12, 11), (14, 13), (16, 15)
"""Of MediaPipe's body, right before left."""


class PlaceRule(NamedTuple):
    """Where the hand is said to be in a sign."""

    place: str
    idle: str


def read_places(path: Path, signs: Iterable[str]) -> dict[str, PlaceRule]:
    """The places of `sign,place` and, if it is there, `idle`, by sign. A sign may be left out.

    Raises:
        InputError: the file is not of this form, names an unknown place, or a sign that has no
            folder or stands there twice.
    """
    known = set(signs)
    rules: dict[str, PlaceRule] = {}
    for row in read_rows(path, ("sign", "place"), "columns are sign,place[,idle]", ("idle",))[1]:
        sign, place = row.cells["sign"], row.cells["place"]
        if place not in ACCEPTED:
            raise InputError(f"{row.where} place '{place:.30}' is not one of {', '.join(ACCEPTED)}")
        if sign not in known:
            raise InputError(f"{row.where} there is no folder of the sign '{sign:.60}'.{guess(sign, known)}")
        if sign in rules:
            raise InputError(f"{row.where} the sign '{sign:.60}' is named a second time")
        rules[sign] = PlaceRule(place, _idle(row))
    return rules


def measured(marks: Marks, rule: PlaceRule) -> dict[str, str]:
    """The columns of a sequence: place and classes if the picture agrees, else empty.

    `contact_from` and `contact_to` are the first and the last frame of contact.
    """
    touched = contacts(marks)
    if rule.place == NONE:
        free = touched["head"] | touched[HANDS]
        kept, at = float(free.mean()) < FREE, np.zeros(len(free), np.bool_)
    else:
        at = touched[rule.place]
        kept = float(at.mean()) >= KEPT
    frames = np.flatnonzero(at)
    return {
        "location": rule.place if kept else "",
        "mg_accept": ACCEPTED[rule.place] if kept else "",
        "idle": rule.idle if kept else "",
        "contact_share": f"{float(at.mean()):.2f}",
        "contact_from": str(frames[0]) if len(frames) else "",
        "contact_to": str(frames[-1]) if len(frames) else "",
    }


def contacts(marks: Marks) -> dict[str, Bools]:
    """[T] for each place, and for "head": whether a finger tip is there. Unseen is not touched."""
    tips = marks.hands[:, :, list(TIPS.values())]
    head = _head_points(marks.body[..., :2])
    touched = {place: _near_points(tips, points, head.unit) for place, points in head.places.items()}
    touched["head"] = np.logical_or.reduce(list(touched.values()))
    touched[CHEST] = _on_chest(tips, marks.body[..., :2])
    width = _shoulder_width(marks.body)
    touched[ARM] = _at_other_arm(tips, marks.body[..., :2], NEAR_ARM * width)
    touched[HANDS] = _hands_meet(tips, marks.hands, NEAR_HAND * width)
    return touched


class _Head(NamedTuple):
    places: dict[str, Reals]
    """[T, points, 2] of each place of the head."""
    unit: Reals
    """[T]: from between the eyes to the mouth, in pixels."""


def _head_points(body_TL2: Reals) -> _Head:
    """Points of the head, built from eyes, ears and mouth, which are seen with the body.

    The factors are shares of the distance from eyes to mouth (about 6.5 cm) on an adult's face:
    the forehead's middle .8 above the eyes and the crown 1.9, the chin .75 below the mouth, the
    throat 1.5.
    """
    eyes, mouth = (body_TL2[:, list(pair)].mean(axis=1) for pair in (_EYES, _MOUTH))
    up = eyes - mouth
    eye, ear = body_TL2[:, list(_EYES)], body_TL2[:, list(_EARS)]
    chin = mouth - 0.75 * up
    temples = 0.4 * eye + 0.6 * ear + 0.5 * up[:, None]
    cheeks = (body_TL2[:, [_NOSE]] + ear) / 2 - 0.2 * up[:, None]
    jaws = (ear + chin[:, None]) / 2
    throat = mouth - 1.5 * up
    base = body_TL2[:, list(_SHOULDERS)].mean(axis=1)
    sides = jaws - 0.6 * up[:, None]
    face = [body_TL2[:, _NOSE], mouth, *np.moveaxis(eye, 1, 0), *np.moveaxis(cheeks, 1, 0)]
    places = {
        "forehead_temple": [eyes + 0.8 * up, eyes + 1.4 * up, eyes + 1.9 * up, *np.moveaxis(temples, 1, 0)],
        "face": [*face, chin],
        "side_of_face": [*np.moveaxis(ear, 1, 0), *np.moveaxis(cheeks, 1, 0), *np.moveaxis(jaws, 1, 0)],
        "chin_jaw": [chin, mouth - 0.4 * up, *np.moveaxis(jaws, 1, 0)],
        "neck": [throat, (throat + base) / 2, base, *np.moveaxis(sides, 1, 0)],
    }
    stacked = {place: np.stack(points, axis=1) for place, points in places.items()}
    return _Head(stacked, np.linalg.norm(up, axis=-1))


def _near_points(tips_THF2: Reals, points_TP2: Reals, unit_T: Reals) -> Bools:
    away = np.linalg.norm(tips_THF2[:, :, :, None] - points_TP2[:, None, None], axis=-1)
    return np.asarray((away < NEAR_HEAD * unit_T[:, None, None, None]).any(axis=(1, 2, 3)))


def _shoulder_width(body_TLC: Reals) -> Reals:
    right, left = (body_TLC[:, number, :2] for number in _SHOULDERS)
    return np.asarray(np.linalg.norm(right - left, axis=-1))


def _on_chest(tips_THF2: Reals, body_TL2: Reals) -> Bools:
    """Whether the middle of the finger tips lies on the chest, in the axes of the shoulders."""
    right, left = (body_TL2[:, number] for number in _SHOULDERS)
    across = left - right
    width = np.linalg.norm(across, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        across = across / width[:, None]
        down = np.stack([-across[:, 1], across[:, 0]], axis=-1)
        at = (tips_THF2.mean(axis=2) - ((right + left) / 2)[:, None]) / width[:, None, None]
    out, along = np.abs((at * across[:, None]).sum(axis=-1)), (at * down[:, None]).sum(axis=-1)
    inside = (out < 0.5 + CHEST_OUT) & (along > 0) & (along < CHEST_DOWN * TRUNK)
    return np.asarray(inside.any(axis=1))


def _at_other_arm(tips_THF2: Reals, body_TL2: Reals, near_T: Reals) -> Bools:
    """A hand's finger tips at the other arm between shoulder and wrist."""
    touched = np.zeros(len(body_TL2), np.bool_)
    for hand, other in ((RIGHT, 1), (LEFT, 0)):
        shoulder, elbow, wrist = (body_TL2[:, pair[other]] for pair in (_SHOULDERS, _ELBOWS, _WRISTS))
        for begin, end in ((shoulder, elbow), (elbow, wrist)):
            away = _from_line(tips_THF2[:, hand], begin, end)
            touched |= (away < near_T[:, None]).any(axis=1)
    return touched


def _from_line(points_TF2: Reals, begin_T2: Reals, end_T2: Reals) -> Reals:
    """[T, F]: distances from the line between two points."""
    along = (end_T2 - begin_T2)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ((points_TF2 - begin_T2[:, None]) * along).sum(axis=-1) / np.square(along).sum(axis=-1)
    nearest = begin_T2[:, None] + np.clip(share, 0, 1)[..., None] * along
    return np.asarray(np.linalg.norm(points_TF2 - nearest, axis=-1))


def _hands_meet(tips_THF2: Reals, hands_THL2: Reals, near_T: Reals) -> Bools:
    """A hand's finger tips at any landmark of the other hand."""
    touched = np.zeros(len(near_T), np.bool_)
    for hand, other in ((RIGHT, LEFT), (LEFT, RIGHT)):
        away = np.linalg.norm(tips_THF2[:, hand, :, None] - hands_THL2[:, other, None], axis=-1)
        touched |= (away < near_T[:, None, None]).any(axis=(1, 2))
    return touched


def _idle(row: Row) -> str:
    value = row.cells.get("idle", "").casefold()
    if value not in ("", "0", "1", "no", "yes", "false", "true"):
        raise InputError(f"{row.where} idle '{value:.30}' must be 1, 0 or empty")
    return "1" if value in ("1", "yes", "true") else ""
