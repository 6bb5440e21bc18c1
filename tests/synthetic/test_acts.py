"""Movements through time: minimum jerk, envelopes, pulses."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial

from mgllm.synthetic.acts import SEEN_AT, Timing, envelope, pulses, way
from mgllm.synthetic.geometry import Reals


def one(begin: float, onset: float, hold: float, offset: float) -> Timing:
    return Timing(*(np.array([part], np.float32) for part in (begin, onset, hold, offset)))


def seconds(first: float, last: float, number: int = 1001) -> Reals:
    return np.linspace(first, last, number).astype(np.float32)


def jerk_of(polynomial: Polynomial) -> float:
    """The integral of the squared third derivative from 0 to 1."""
    return float((polynomial.deriv(3) ** 2).integ()(1.0))


def test_the_way_is_the_one_of_least_jerk() -> None:
    wanted = Polynomial([0, 0, 0, 10, -15, 6])
    share = seconds(-0.5, 1.5)
    np.testing.assert_allclose(way(share), np.asarray(wanted(np.clip(share, 0, 1)), np.float32), atol=1e-6)
    bump = Polynomial([0, 0, 0, 1]) * Polynomial([1, -1]) ** 3  # at rest at both ends, as the way is
    for much in (-0.5, -0.01, 0.01, 0.5):
        assert jerk_of(wanted + much * bump) > jerk_of(wanted)


def test_a_movement_is_seen_when_it_has_come_its_first_share() -> None:
    assert abs(float(way(np.array(SEEN_AT, np.float32))) - 0.05) < 1e-4
    timing = one(1.0, 2.0, 3.0, 1.0)
    assert abs(float(timing.seen_from[0]) - (1 + 2 * SEEN_AT)) < 1e-6
    assert abs(float(timing.seen_to[0]) - (7 - SEEN_AT)) < 1e-6


def test_an_envelope_is_nothing_outside_and_whole_while_held() -> None:
    time = seconds(-1, 9)
    share = envelope(time, one(1.0, 2.0, 3.0, 1.0))
    assert (share[(time <= 1) | (time >= 7)] == 0).all()
    np.testing.assert_allclose(share[(time >= 3) & (time <= 6)], 1, atol=1e-6)
    assert ((share >= 0) & (share <= 1)).all()


def test_pulses_are_whole_and_as_many_as_fit() -> None:
    time, timing = seconds(0, 4), one(0.5, 0.5, 2.0, 0.5)
    beats = pulses(time, timing, np.array([1.7], np.float32))
    rising = (beats[1:] > 0.5) & (beats[:-1] <= 0.5)
    assert int(rising.sum()) == round(3 * 1.7)
    assert (beats[(time <= 0.5) | (time >= 3.5)] < 1e-5).all()
    assert beats.max() > 0.999


def test_without_pulses_a_move_is_held() -> None:
    time, timing = seconds(0, 4), one(0.5, 0.5, 2.0, 0.5)
    np.testing.assert_array_equal(pulses(time, timing, np.zeros(1, np.float32)), envelope(time, timing))
