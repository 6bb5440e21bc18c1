"""Joints at a steady rate: against a slow version, and in the stream's own time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton.preparing import at_steady_rate

Reals = NDArray[np.float32]


def slow(times: list[float], x_TVC: Reals, fps: float, max_gap: float) -> Reals:
    """Frame by frame, joint by joint."""
    rows = []
    k = 0
    while times[0] + k / fps <= times[-1] + 1e-6:
        t = min(times[0] + k / fps, times[-1])
        row = np.full(x_TVC.shape[1:], np.nan, np.float32)
        row[:, 2] = 0
        a = max(n for n in range(len(times)) if times[n] <= t + 1e-12)
        b = min(a + 1, len(times) - 1)
        for v in range(x_TVC.shape[1]):
            seen = [not np.isnan(x_TVC[n, v, :2]).any() for n in (a, b)]
            gap = times[b] - times[a]
            if all(seen) and gap <= max_gap + 1e-6:
                s = (t - times[a]) / gap if gap else 0.0
                row[v] = (1 - s) * x_TVC[a, v] + s * x_TVC[b, v]
                continue
            near = a if t - times[a] < times[b] - t or a == b else b
            if not np.isnan(x_TVC[near, v, :2]).any() and abs(times[near] - t) <= 0.5 / fps + 1e-6:
                row[v] = x_TVC[near, v]
        rows.append(row)
        k += 1
    return np.stack(rows)


@pytest.mark.parametrize("seed", range(20))
def test_it_does_what_a_slow_version_does(seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = random.choice([0.02, 0.033, 0.04, 0.1, 0.19, 0.21, 0.5], 30)
    times = 3.0 + np.concatenate([[0.0], np.cumsum(steps)])
    x = random.random((31, 4, 3)).astype(np.float32)
    x[random.random((31, 4)) < 0.25] = (np.nan, np.nan, 0)
    found = at_steady_rate(times, x, 25.0)
    assert found.dtype == np.float32
    assert np.allclose(found, slow(times.tolist(), x, 25.0, 0.2), atol=1e-5, equal_nan=True)


def test_a_movement_at_a_varying_rate_keeps_its_speed() -> None:
    times = np.array([0.0, 0.03, 0.1, 0.12, 0.3, 0.31, 0.5])
    x = np.stack([100 * times, 0 * times, np.full(7, 0.7)], -1)[:, None].astype(np.float32)
    found = at_steady_rate(times, x, 25.0)
    assert len(found) == 13
    assert np.allclose(found[:, 0, 0], 4 * np.arange(13), atol=1e-4)
    assert np.allclose(found[:, 0, 2], 0.7)


def test_over_a_gap_nothing_is_made_up() -> None:
    times = np.array([0.0, 0.04, 0.54, 0.58])
    x = np.ones((4, 1, 3), np.float32)
    found = at_steady_rate(times, x, 25.0)
    missing = np.isnan(found[:, 0, 0])
    assert missing.tolist() == [False, False, *[True] * 11, False, False][:15]
    assert (found[missing, 0, 2] == 0).all()


def test_frames_that_come_steadily_stay_as_they_are() -> None:
    x = np.random.default_rng(1).random((50, 3, 3)).astype(np.float32)
    x[7, 1] = (np.nan, np.nan, 0)
    assert np.allclose(at_steady_rate(np.arange(50) / 25, x, 25.0), x, atol=1e-5, equal_nan=True)


def test_lost_hands_stay_as_often_lost() -> None:
    random = np.random.default_rng(2)
    x = random.random((3000, 1, 3)).astype(np.float32)
    x[np.repeat(random.random(1000) < 0.25, 3)] = (np.nan, np.nan, 0)
    before = np.isnan(x[:, 0, 0]).mean()
    after = np.isnan(at_steady_rate(np.arange(3000) / 30, x, 25.0)[:, 0, 0]).mean()
    assert after == pytest.approx(before, abs=0.01)


def test_one_frame() -> None:
    assert at_steady_rate(np.array([2.0]), np.ones((1, 2, 3), np.float32), 25.0).shape == (1, 2, 3)
