"""Cameras: what they look at is in the middle, near things are large, left and right are not mixed up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mgllm.seeds import stream
from mgllm.synthetic.cameras import HEIGHT, ROLL, SHOULDER_WIDTH, WIDTH, Cameras, draw_cameras, project
from mgllm.synthetic.geometry import Reals


def camera(**said: float) -> Cameras:
    """In front of the person, two metres away, 200 pixels between the shoulders."""
    values: dict[str, float] = {"azimuth": 0, "elevation": 0, "roll": 0, "distance": 2, "width": 200}
    values |= {"centre_x": 640, "centre_y": 400, **said}
    return Cameras(**{name: np.full(1, value, np.float32) for name, value in values.items()})


def seen(point: tuple[float, float, float], by: Cameras) -> tuple[float, float]:
    """The pixel of a point in metres from the middle of a chest whose shoulders are 0.4 m apart."""
    points: Reals = np.array(point, np.float32)[None, :, None]
    x, y = project(points, by, np.zeros((3, 1), np.float32), np.full(1, 0.2, np.float32))[0, :, 0].tolist()
    return x, y


def test_the_middle_of_the_chest_is_where_it_was_asked_to_be() -> None:
    for azimuth in (-30, 0, 30):
        assert seen((0, 0, 0), camera(azimuth=azimuth, elevation=10, roll=2)) == pytest.approx((640, 400))


def test_shoulders_are_as_far_apart_as_was_asked() -> None:
    left, right = seen((0.2, 0, 0), camera()), seen((-0.2, 0, 0), camera())
    assert left[0] - right[0] == pytest.approx(200, rel=1e-4)
    assert left[0] > right[0]  # who faces the camera has the left side to the picture's right
    assert left[1] == pytest.approx(right[1])


def test_up_is_up_and_near_is_large() -> None:
    assert seen((0, 0.3, 0), camera())[1] < 400
    near, far = (seen((0.2, 0, z), camera())[0] - 640 for z in (0.5, -0.5))
    assert near == pytest.approx(100 * 2 / 1.5, rel=1e-4)
    assert far == pytest.approx(100 * 2 / 2.5, rel=1e-4)


def test_a_camera_to_the_persons_left_sees_the_left_side_nearer() -> None:
    left, right = (seen((x, 0, 0), camera(azimuth=30)) for x in (0.2, -0.2))
    assert abs(left[0] - 640) > abs(right[0] - 640)
    assert seen((0, 0, 0.3), camera(azimuth=30))[0] < 640  # the nose points away to the picture's left
    assert seen((0, 0, 0.3), camera(elevation=15))[1] > 400  # from above it points down


def test_cameras_are_drawn_from_their_ranges_and_a_change_of_one_changes_no_other() -> None:
    unseen = np.arange(500) % 2 == 1
    cameras = draw_cameras(unseen, stream(3, "cameras"))
    assert np.abs(cameras.roll).max() <= ROLL
    assert SHOULDER_WIDTH[0] <= cameras.width.min() < cameras.width.max() <= SHOULDER_WIDTH[1]
    assert (cameras.centre_x > 0.3 * WIDTH).all()
    assert (cameras.centre_x < 0.7 * WIDTH).all()
    assert (cameras.centre_y < HEIGHT).all()
    assert np.abs(cameras.azimuth[~unseen]).max() < np.abs(cameras.azimuth[unseen]).min()
    turned = replace(cameras, azimuth=cameras.azimuth + 1)
    np.testing.assert_array_equal(turned.distance, cameras.distance)
