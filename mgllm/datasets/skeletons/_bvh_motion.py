"""Where the joints of a BVH file are, frame by frame (forward kinematics), and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from mgllm.datasets.skeletons._bvh_files import AXES, Bone, Motion
from mgllm.errors import InputError

UNITS: Mapping[str, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "cmu": 0.0254 / 0.45}
"""Metres. `cmu` is the unit of CMU's files, an inch divided by their scale of .45."""
LEG = 0.491
"""Hip to ankle, as a share of body height: thigh .245 + shank .246 (Drillis & Contini 1966, as in
Winter, Biomechanics and Motor Control of Human Movement)."""
SHORTEST, TALLEST = 1.15, 2.4
"""Metres of a body from a child of six up. Their ratio is below that of any two units, so that at
most one unit fits."""


def joint_positions(motion: Motion) -> NDArray[np.float64]:
    """[T, bones, 3] in the file's unit and axes.

    A joint's rotation is the product of its channels' rotations in the file's order, the first
    outermost. Its position channels replace its offset.
    """
    values, frames = motion.values, len(motion.values)
    x_TB3 = np.zeros((frames, len(motion.bones), 3))
    turns: list[Rotation] = []
    first = 0
    for place, bone in enumerate(motion.bones):
        own = values[:, first : first + len(bone.channels)]
        first += len(bone.channels)
        shift_T3, turn = _shift(bone, own), _turn(bone, own)
        if bone.parent < 0:
            x_TB3[:, place] = shift_T3
            turns.append(turn)
        else:
            x_TB3[:, place] = x_TB3[:, bone.parent] + turns[bone.parent].apply(shift_T3)
            turns.append(turns[bone.parent] * turn)
    return x_TB3


def _shift(bone: Bone, own: NDArray[np.float64]) -> NDArray[np.float64]:
    """[T, 3]: from the parent, in its axes."""
    shift_T3 = np.tile(np.array(bone.offset, dtype=np.float64), (len(own), 1))
    for column, name in enumerate(bone.channels):
        if name.endswith("position"):
            shift_T3[:, AXES.index(name[0])] = own[:, column]
    return shift_T3


def _turn(bone: Bone, own: NDArray[np.float64]) -> Rotation:
    """[T] rotations against the parent; capitals mean that each axis turns with those before it."""
    columns = [column for column, name in enumerate(bone.channels) if name.endswith("rotation")]
    if not columns:
        return Rotation.identity(len(own))
    order = "".join(bone.channels[column][0] for column in columns)
    return Rotation.from_euler(order, own[:, columns], degrees=True)


def z_is_up(trunks_F3: NDArray[np.floating[Any]]) -> bool:
    """Whether the third axis points up and not the second: people mostly sit or stand.

    Args:
        trunks_F3: from the hips to between the shoulders, in some files.
    """
    x, y, z = np.abs(np.median(trunks_F3, axis=0))
    return bool(z > max(x, y))


def with_y_up(x_TV3: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same body, turned about the first axis so that the second points up instead of the
    third."""
    return np.stack([x_TV3[..., 0], x_TV3[..., 2], -x_TV3[..., 1]], axis=-1)


def metres_by_unit(unit: str) -> float:
    """Metres of a unit's name, or of a number.

    Raises:
        InputError: it is neither.
    """
    try:
        metres = UNITS[unit] if unit in UNITS else float(unit)
    except ValueError:
        metres = np.nan
    if not 0 < metres < np.inf:
        known = ", ".join(UNITS)
        raise InputError(
            f"--unit '{unit:.30}' is not one of {known}, nor the metres of one unit such as 0.01"
        )
    return metres


def guess_unit(leg: float) -> str | None:
    """The unit in which a body with such a leg is between 1.15 and 2.4 m tall; None: there is none.

    >>> guess_unit(82.0)
    'cm'

    Args:
        leg: hip to knee to ankle, in the file's unit.
    """
    fits = [name for name, metres in UNITS.items() if SHORTEST <= leg / LEG * metres <= TALLEST]
    return fits[0] if fits else None
