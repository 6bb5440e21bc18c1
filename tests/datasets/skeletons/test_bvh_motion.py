"""Forward kinematics against a slow version with matrices, and units."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.datasets.skeletons._bvh_files import Bone, Motion
from mgllm.datasets.skeletons._bvh_motion import (
    UNITS,
    guess_unit,
    joint_positions,
    metres_by_unit,
    with_y_up,
    z_is_up,
)
from mgllm.errors import InputError


def _rotation(axis: str, degrees: float) -> NDArray[np.float64]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    table: dict[str, list[list[float]]] = {
        "X": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "Y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "Z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    matrix = np.eye(4)
    matrix[:3, :3] = table[axis]
    return matrix


def _slow(motion: Motion) -> NDArray[np.float64]:
    """Each frame by itself: a 4x4 matrix for each joint, the parent's first."""
    frames = []
    for row in motion.values:
        left = list(row)
        matrices: list[NDArray[np.float64]] = []
        for bone in motion.bones:
            shift, turn = list(bone.offset), np.eye(4)
            for name in bone.channels:
                value = left.pop(0)
                if name.endswith("position"):
                    shift["XYZ".index(name[0])] = value
                else:
                    turn = turn @ _rotation(name[0], value)
            move = np.eye(4)
            move[:3, 3] = shift
            parent = matrices[bone.parent] if bone.parent >= 0 else np.eye(4)
            matrices.append(parent @ move @ turn)
        frames.append([matrix[:3, 3] for matrix in matrices])
    return np.array(frames)


ROOT = ("Xposition", "Yposition", "Zposition", "Zrotation", "Yrotation", "Xrotation")
BONES = (
    Bone("hips", -1, (0, 1, 0), ROOT),
    Bone("spine", 0, (0.1, 2, -0.3), ("Xrotation", "Zrotation", "Yrotation")),
    Bone("arm", 1, (3, 0.2, 0.1), ("Yrotation", "Xrotation")),
    Bone("arm_end", 2, (1, 0, 0.5)),
    Bone("leg", 0, (0.4, -2, 0), ("Yposition", "Zrotation")),
    Bone("leg_end", 4, (0, -3, 0.2)),
)


@pytest.mark.parametrize("seed", range(3))
def test_joints_are_where_matrices_put_them(seed: int) -> None:
    channels = sum(len(bone.channels) for bone in BONES)
    values = np.random.default_rng(seed).uniform(-180, 180, (4, channels))
    motion = Motion(BONES, values, 0.01)
    np.testing.assert_allclose(joint_positions(motion), _slow(motion), atol=1e-9)


def test_a_quarter_turn_about_z_lays_an_arm_down() -> None:
    bones = (Bone("hips", -1, (0, 0, 0), ("Zrotation",)), Bone("hips_end", 0, (1, 0, 0)))
    x_TB3 = joint_positions(Motion(bones, np.array([[0.0], [90.0]]), 1.0))
    np.testing.assert_allclose(x_TB3[:, 1], [[1, 0, 0], [0, 1, 0]], atol=1e-12)


def test_units_are_guessed_from_the_leg_and_no_two_fit() -> None:
    for name, metres in UNITS.items():
        for height in (1.2, 1.7, 2.3):
            assert guess_unit(0.491 * height / metres) == name
    assert guess_unit(0.15) is None  # a doll
    assert guess_unit(0.0) is None


def test_units_are_names_or_metres() -> None:
    assert metres_by_unit("cmu") == pytest.approx(0.0254 / 0.45)
    assert metres_by_unit("0.3048") == pytest.approx(0.3048)
    for wrong in ("furlong", "0", "-1", "nan", "inf"):
        with pytest.raises(InputError, match=f"--unit '{wrong}' is not one of m, cm"):
            metres_by_unit(wrong)


def test_bodies_along_the_third_axis_are_turned_and_not_mirrored() -> None:
    assert z_is_up(np.array([[0, 0.1, 0.5], [0, 0, 0.6], [0.1, 0.5, 0]]))
    assert not z_is_up(np.array([[0, 0.5, 0.1]]))
    turned = with_y_up(np.eye(3, dtype=np.float32)[None])[0]
    np.testing.assert_array_equal(turned, [[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    assert np.linalg.det(turned) == pytest.approx(1)
