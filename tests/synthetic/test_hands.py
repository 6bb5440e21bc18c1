"""Two-link arms: exact lengths, wrists where they were asked to be, elbows that bend as elbows do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.geometry import Reals, dot, length, unit
from mgllm.synthetic.hands import MOST_BENT, Arm, reach_wrist

UPPER, FORE = 0.33, 0.26


def arms(distance: float, number: int = 200) -> tuple[Arm, Reals, Reals]:
    """Random arms whose wrists are asked to be so far from the shoulder; what was asked, and the poles."""
    random = np.random.default_rng(0)
    shoulder = random.normal(size=(3, number)).astype(np.float32)
    asked = shoulder + unit(random.normal(size=(3, number)).astype(np.float32)) * np.float32(distance)
    pole = random.normal(size=(3, number)).astype(np.float32)
    one = np.ones(number, np.float32)
    return reach_wrist(shoulder, asked, one * UPPER, one * FORE, pole), asked, pole


def angle(arm: Arm, number: int) -> float:
    """The elbow's angle in degrees, the slow way."""
    a, b, c = (part[:, number].astype(np.float64) for part in (arm.shoulder, arm.elbow, arm.wrist))
    u, v = b - a, c - b
    return float(np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v))))


def lengths(arm: Arm) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return length(arm.elbow - arm.shoulder), length(arm.wrist - arm.elbow)


def test_a_wrist_within_reach_is_where_it_was_asked_to_be() -> None:
    for distance in (0.2, 0.35, 0.5, 0.57):
        arm, asked, _ = arms(distance)
        np.testing.assert_allclose(arm.wrist, asked, atol=2e-6)


def test_lengths_hold_within_reach_and_beyond() -> None:
    for distance in (0.01, 0.1, 0.4, 0.59, 3.0):
        upper, fore = lengths(arms(distance)[0])
        np.testing.assert_allclose(upper, UPPER, atol=1e-5)
        np.testing.assert_allclose(fore, FORE, atol=1e-5)


def test_an_elbow_bends_no_further_than_elbows_do() -> None:
    for distance in (0.001, 0.05, 0.3, 5.0):
        arm = arms(distance)[0]
        bends = [angle(arm, number) for number in range(200)]
        assert max(bends) <= np.degrees(MOST_BENT) + 0.1
    assert abs(max(angle(arms(0.001)[0], number) for number in range(200)) - 150) < 0.2


def test_the_elbow_lies_to_the_side_of_the_pole() -> None:
    arm, _, pole = arms(0.4)
    line = unit(arm.wrist - arm.shoulder)
    aside = arm.elbow - arm.shoulder - dot(arm.elbow - arm.shoulder, line) * line
    assert (dot(aside, pole) > 0).all()
    assert float(np.abs(dot(np.cross(line, pole, axis=0), aside)).max()) < 1e-5


def test_an_arm_that_is_too_short_points_there() -> None:
    arm, asked, _ = arms(2.0)
    np.testing.assert_allclose(unit(arm.wrist - arm.shoulder), unit(asked - arm.shoulder), atol=1e-5)
