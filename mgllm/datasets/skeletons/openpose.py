"""OpenPose's folders of JSON files, a file for each frame (Cao et al., TPAMI 2021).

`NAME_000000000000_keypoints.json`: `{"people": [{"person_id": [-1], "pose_keypoints_2d": [x, y,
score, …], "hand_left_keypoints_2d": […], "hand_right_keypoints_2d": […], …}]}`. The body has 25
(BODY_25) or 18 (COCO) key points, a hand 21. iMiGUE's raw skeletons have this form. Nothing says
which body is the same person in the next frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import dataset
from mgllm.datasets.skeletons._frames import (
    detections,
    last_number,
    load_json,
    mapping,
    numbered,
    recording_names,
    triples,
)
from mgllm.datasets.skeletons._keypoints import HAND, KEYPOINTS, hand_joints
from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.datasets.skeletons._pose_files import Found, PoseImporter
from mgllm.errors import InputError, some

BODIES = {len(KEYPOINTS[name]): name for name in ("body25", "coco18")}
_JOINTS = {name: (*KEYPOINTS[name], *hand_joints("left"), *hand_joints("right")) for name in BODIES.values()}
_FIELDS = ("pose_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d")
_NECK, _SHOULDERS = 1, (2, 5)
"""Among the key points of both bodies."""
ASKEW = 0.35
"""Shoulder widths from the point between the shoulders, or `ASKEW` / 10 of the body's size for
people in profile: what is farther in the median cannot be a neck. In BODY_25B, which has 25 key
points too, it is an eye between an eye and a shoulder (.4). Our choice."""


@dataset("openpose")
class OpenPose(PoseImporter):
    """Importer of folders of OpenPose's JSON files."""

    title = "OpenPose key points"
    program = "OpenPose"
    citation = (
        "Cao, Z., Hidalgo, G., Simon, T., Wei, S.-E., & Sheikh, Y. (2021). OpenPose: Realtime multi-person "
        "2D pose estimation using part affinity fields. IEEE TPAMI 43(1)."
    )

    def find(self, source: Path) -> tuple[list[Found], list[str]]:
        """Recordings: files of one folder whose names begin alike.

        Raises:
            InputError: there are none.
        """
        if source.is_file():
            raise InputError(f"{source} is one frame; give the folder of its recording")
        files = [path for path in source.rglob("*") if path.suffix.lower() == ".json" and path.is_file()]
        keyed = [path for path in files if path.stem.lower().endswith("_keypoints")]
        groups = numbered(keyed or files)
        if not groups:
            raise InputError(f"{source} has no NAME_000000000000_keypoints.json files of OpenPose")
        names = recording_names(list(groups))
        found = [
            Found(name, tuple(frames[n] for n in sorted(frames)))
            for name, frames in zip(names, groups.values(), strict=True)
        ]
        rest = sorted({*files} - {path for one in found for path in one.files})
        notes = [f"{len(rest)} other JSON files are left out: {some([path.name for path in rest])}"]
        return sorted(found), notes if rest else []

    def detect(self, found: Found) -> Detections:
        """The bodies of each frame, with their hands.

        Raises:
            InputError: a file is not of the form; names it.
        """
        frames: list[int] = []
        bodies: list[tuple[int, Any, str | None]] = []
        kind = ""
        for path in found.files:
            _, frame = last_number(path.stem) or ("", 0)
            frames.append(frame)
            people = mapping(load_json(path), str(path), "people")["people"]
            if not isinstance(people, list):
                raise InputError(f"{path} people: must be a list")
            for place, one in enumerate(people):
                where = f"{path} people[{place}]"
                person = mapping(one, where)
                name, x_VC = _points(person, where)
                if kind and name and name != kind:
                    raise InputError(f"{where} has the body {name}, the frames before it {kind}")
                kind = kind or name
                bodies.append((frame, x_VC, _person_id(person)))
        joints = _JOINTS[kind or "body25"]
        made = [(frame, _padded(x_VC, len(joints)), who) for frame, x_VC, who in bodies]
        seen = detections(frames, made, joints, found.where)
        _check_neck(seen, found.where)
        return seen


def _points(person: Any, where: str) -> tuple[str, NDArray[np.float32]]:
    """Which body it is (empty if it has none), and the key points of body and hands."""
    body, left, right = (
        triples(person.get(field, person.get(field.removesuffix("_2d"), [])) or [], f"{where} {field}")
        for field in _FIELDS
    )
    if len(body) not in (0, *BODIES):
        known = " or ".join(f"{count} ({name})" for count, name in BODIES.items())
        raise InputError(f"{where} pose_keypoints_2d has {len(body)} key points; known are {known}")
    for side, hand in (("left", left), ("right", right)):
        if len(hand) not in (0, HAND):
            raise InputError(f"{where} hand_{side}_keypoints_2d has {len(hand)} key points, not {HAND}")
    hands = [hand if len(hand) else np.full((HAND, 3), np.nan, np.float32) for hand in (left, right)]
    return BODIES.get(len(body), ""), np.concatenate([body, *hands])


def _padded(x_VC: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """A body that has only hands, with an empty body before them."""
    return np.concatenate([np.full((count - len(x_VC), 3), np.nan, np.float32), x_VC])


def _person_id(person: Any) -> str | None:
    """The number that OpenPose gives a person if it was asked to follow people; else it is -1."""
    given = person.get("person_id")
    number = given[0] if isinstance(given, list) and given else given
    return str(number) if isinstance(number, int) and number >= 0 else None


def _check_neck(seen: Detections, where: str) -> None:
    """See that the neck lies between the shoulders, as in BODY_25 and COCO.

    Raises:
        InputError: it does not.
    """
    x_NVC = seen.x_NVC[:, [_NECK, *_SHOULDERS], :2]
    x_NVC = x_NVC[np.isfinite(x_NVC).all(axis=(1, 2))]
    if not len(x_NVC):
        return
    neck, right, left = np.moveaxis(x_NVC, 1, 0)
    away = np.linalg.norm(neck - (right + left) / 2, axis=-1)
    width = np.linalg.norm(right - left, axis=-1)
    size = float(np.median(np.linalg.norm(np.ptp(x_NVC, axis=1), axis=-1)))
    if float(np.median(away)) > ASKEW * max(float(np.median(width)), size / 10):
        raise InputError(
            f"{where}: key point {_NECK} does not lie between {_SHOULDERS[0]} and {_SHOULDERS[1]}, so "
            "they are not those of BODY_25 or COCO; make the files again with --model_pose BODY_25"
        )
