"""Vectors and rotations of many frames against one frame at a time, in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.synthetic.geometry import (
    Reals,
    beside,
    combined,
    cross,
    dot,
    length,
    mixed,
    rotated,
    rotation,
    turned_toward,
    unit,
)

FRAMES = 40


def vectors(seed: int) -> Reals:
    return np.random.default_rng(seed).normal(size=(3, FRAMES)).astype(np.float32)


def angles(seed: int) -> Reals:
    return np.random.default_rng(seed).uniform(-1.2, 1.2, FRAMES).astype(np.float32)


def about(axis: int, angle: float) -> NDArray[np.float64]:
    """The right-handed rotation about an axis, from its definition."""
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    made = np.eye(3)
    made[a, a] = made[b, b] = np.cos(angle)
    made[b, a], made[a, b] = np.sin(angle), -np.sin(angle)
    return made


def test_products_and_lengths_are_those_of_numpy() -> None:
    a, b = vectors(0), vectors(1)
    for frame in range(FRAMES):
        assert dot(a, b)[frame] == pytest.approx(float(a[:, frame] @ b[:, frame]), abs=1e-5)
        np.testing.assert_allclose(cross(a, b)[:, frame], np.cross(a[:, frame], b[:, frame]), atol=1e-5)
        assert length(a)[frame] == pytest.approx(float(np.linalg.norm(a[:, frame])), rel=1e-5)


def test_a_unit_vector_keeps_its_direction_and_nothing_stays_finite() -> None:
    np.testing.assert_allclose(length(unit(vectors(2))), 1, atol=1e-5)
    np.testing.assert_allclose(unit(vectors(2)) * length(vectors(2)), vectors(2), atol=1e-5)
    assert np.isfinite(unit(np.zeros((3, 4), np.float32))).all()


def test_what_stands_beside_an_axis_is_square_to_it_and_on_its_vectors_side() -> None:
    v, axis = vectors(3), unit(vectors(4))
    found = beside(v, axis)
    np.testing.assert_allclose(dot(found, axis), 0, atol=1e-5)
    np.testing.assert_allclose(length(found), 1, atol=1e-5)
    assert (dot(found, v) > 0).all()


@pytest.mark.parametrize("most", [0.1, 1.0, 4.0])
def test_a_vector_turns_no_further_than_it_may_nor_beyond_the_other(most: float) -> None:
    a, b = unit(vectors(5)), unit(vectors(6))
    found = turned_toward(a, b, most)
    np.testing.assert_allclose(length(found), 1, atol=1e-4)
    before, moved, left = (np.arccos(np.clip(dot(*pair), -1, 1)) for pair in ((a, b), (a, found), (found, b)))
    np.testing.assert_allclose(moved, np.minimum(before, most), atol=2e-3)
    np.testing.assert_allclose(moved + left, before, atol=2e-3)


def test_a_rotation_is_tilt_then_lean_then_turn() -> None:
    lean, turn, tilt = angles(7), angles(8), angles(9)
    found = rotation(lean, turn, tilt)
    for frame in range(FRAMES):
        wanted = about(1, turn[frame]) @ about(0, lean[frame]) @ about(2, tilt[frame])
        np.testing.assert_allclose(found[..., frame], wanted, atol=1e-5)
        np.testing.assert_allclose(found[..., frame] @ found[..., frame].T, np.eye(3), atol=1e-5)


def test_signs_are_those_that_people_speak_of() -> None:
    zero, some = np.zeros(1, np.float32), np.full(1, 0.3, np.float32)
    up, ahead = (np.array([[x], [y], [z]], np.float32) for x, y, z in ((0, 1, 0), (0, 0, 1)))
    assert rotated(rotation(some, zero, zero), up)[2, 0] > 0  # leaning goes forward
    assert rotated(rotation(zero, some, zero), ahead)[0, 0] > 0  # turning goes to the left
    assert (
        rotated(rotation(zero, zero, some), up)[0, 0] > 0 or rotated(rotation(zero, zero, some), up)[0, 0] < 0
    )


def test_one_rotation_inside_another_is_one_after_the_other() -> None:
    first, then = (rotation(angles(n), angles(n + 1), angles(n + 2)) for n in (10, 13))
    v = vectors(16)
    np.testing.assert_allclose(rotated(combined(first, then), v), rotated(first, rotated(then, v)), atol=1e-5)


def test_one_vector_is_turned_in_all_frames() -> None:
    turns, v = rotation(angles(17), angles(18), angles(19)), vectors(20)[:, :1]
    found = rotated(turns, v)
    for frame in range(FRAMES):
        np.testing.assert_allclose(found[:, frame], turns[..., frame] @ v[:, 0], atol=1e-5)


def test_mixing_begins_at_one_and_ends_at_the_other() -> None:
    a, b = vectors(21), vectors(22)
    np.testing.assert_array_equal(mixed(a, b, np.float32(0)), a)
    np.testing.assert_allclose(mixed(a, b, np.float32(1)), b, atol=1e-6)
    np.testing.assert_allclose(mixed(a, b, np.full(FRAMES, 0.5, np.float32)), (a + b) / 2, atol=1e-6)
