"""What the joints of BVH files are called, and which joint of the layout `kinect20` each is.

Kinect's hand is the middle of the hand and its head the middle of the head, so that some joints lie
between two of the file. `NAME_end` is the End Site of a joint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton.layouts import load_layout

Table = Mapping[str, tuple[str, ...]]
"""Joint of the layout: choices of names, the best first; "a+b" is the middle of two."""


def _both(table: Table) -> Table:
    """The table with a side's joints ("?_hand": "?Hand") on the left and on the right."""
    full: dict[str, tuple[str, ...]] = {}
    for joint, choices in table.items():
        for side, short in (("left", "l"), ("right", "r")) if "?" in joint else (("", ""),):
            full[joint.replace("?", side)] = tuple(
                name.replace("??", short).replace("?", side).casefold() for name in choices
            )
    return full


TABLES: Mapping[str, Table] = {
    "CMU, Mixamo": _both(
        {
            "head": ("Head+Head_end", "Head+HeadTop_End", "Head"),
            "shoulder_centre": ("Neck1", "Neck"),
            "spine": ("Spine",),
            "hip_centre": ("Hips",),
            "?_shoulder": ("?Arm",),
            "?_elbow": ("?ForeArm",),
            "?_wrist": ("?Hand",),
            "?_hand": ("?HandMiddle1", "?HandIndex1", "?Hand+?Hand_end"),
            "?_hip": ("?UpLeg",),
            "?_knee": ("?Leg",),
            "?_ankle": ("?Foot",),
            "?_foot": ("?ToeBase", "?Toe", "?Foot_end"),
        }
    ),
    "Xsens, 100STYLE": _both(
        {
            "head": ("Head+Head_end", "Head"),
            "shoulder_centre": ("Neck",),
            "spine": ("Chest", "Chest2"),
            "hip_centre": ("Hips",),
            "?_shoulder": ("?Shoulder", "?UpArm"),
            "?_elbow": ("?Elbow", "?LowArm"),
            "?_wrist": ("?Wrist", "?Hand"),
            "?_hand": ("?Wrist+?Wrist_end", "?Hand+?Hand_end"),
            "?_hip": ("?Hip", "?UpLeg"),
            "?_knee": ("?Knee", "?LowLeg"),
            "?_ankle": ("?Ankle", "?Foot"),
            "?_foot": ("?Toe", "?Ankle_end", "?Foot_end"),
        }
    ),
    "Daz, Poser": _both(
        {
            "head": ("head+head_end", "head"),
            "shoulder_centre": ("neck",),
            "spine": ("abdomen",),
            "hip_centre": ("hip",),
            "?_shoulder": ("??Shldr", "??Shoulder"),
            "?_elbow": ("??ForeArm", "??Elbow"),
            "?_wrist": ("??Hand",),
            "?_hand": ("??Mid1", "??Hand+??Hand_end"),
            "?_hip": ("??Thigh", "??Hip"),
            "?_knee": ("??Shin", "??Knee"),
            "?_ankle": ("??Foot",),
            "?_foot": ("??Foot_end", "??Toe1-1"),
        }
    ),
}
"""By who names joints so. The first is CMU's own (the MotionBuilder-friendly release), which Mixamo
and many others have as well; the third is the Daz-friendly release's."""
NEEDED = (
    "hip_centre",
    *(f"{side}_{part}" for side in ("left", "right") for part in ("shoulder", "elbow", "wrist")),
)
"""Without these a body says nothing about gestures."""
LAYOUT = load_layout("kinect20")


class Names:
    """Which bones of a file are which joints of the layout."""

    def __init__(self, names: Sequence[str], where: str) -> None:
        """Choose the table that fits most joints.

        Args:
            names: of the bones; what stands before the last ":" (a program's prefix) is ignored.
            where: the file, for errors.

        Raises:
            InputError: none fits.
        """
        place = {name.rpartition(":")[2].casefold(): number for number, name in enumerate(names)}
        found = {key: _found(table, place) for key, table in TABLES.items()}
        self.table = max(found, key=lambda key: len(found[key]))
        self.joints: Mapping[str, tuple[int, ...]] = found[self.table]
        missing = [joint for joint in NEEDED if joint not in self.joints]
        if missing:
            some = ", ".join(f"{name:.30}" for name in names[:6])
            raise InputError(
                f"{where} has no joint known as {missing[0]} (it has {some} …); "
                f"joint names of these are known: {'; '.join(TABLES)}"
            )

    @property
    def absent(self) -> tuple[str, ...]:
        """Joints of the layout that the file does not have."""
        return tuple(joint for joint in LAYOUT.joints if joint not in self.joints)

    def pick(self, x_TB3: NDArray[np.float64]) -> NDArray[np.float32]:
        """[T, 20, 3]: the layout's joints; NaN = the file does not have it."""
        x_TV3 = np.full((len(x_TB3), len(LAYOUT.joints), 3), np.nan, np.float32)
        for joint, bones in self.joints.items():
            x_TV3[:, LAYOUT.index(joint)] = x_TB3[:, bones].mean(axis=1)
        return x_TV3


def _found(table: Table, place: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for joint, choices in table.items():
        for choice in choices:
            parts = choice.split("+")
            if joint not in found and all(part in place for part in parts):
                found[joint] = tuple(place[part] for part in parts)
    return found
