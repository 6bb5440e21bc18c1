"""Movements through time: minimum jerk, envelopes, pulses."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial

from mgllm.seeds import stream
from mgllm.synthetic.acts import FOLLOWS, SEEN_AT, Acts, Timing, draw_acts, envelope, pulses, way
from mgllm.synthetic.contacts import CHANNELS, Pace
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


def acts_of(label: str | None, number: int = 400) -> Acts:
    still = np.ones(number, np.float32)
    return draw_acts([label] * number, Pace(still, still, stream(1, "acts")), 0.5)


def move(acts: Acts, name: str) -> Reals:
    size: Reals = acts.moves[list[str](CHANNELS).index(name)]
    return size


def test_a_shoulder_rises_with_its_hand_and_the_trunk_follows() -> None:
    acts = acts_of("folding arms")
    for name in FOLLOWS:
        low, high = FOLLOWS[name]
        size = move(acts, name)
        assert low <= size.min() < low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) < size.max() <= high
    assert float(move(acts, "raise_own").mean()) > 2


def test_only_the_shoulder_of_a_hand_that_goes_somewhere_follows() -> None:
    acts = acts_of("biting nails")
    assert 0.1 < acts.other.used.mean() < 0.5  # it goes with speech
    assert (move(acts, "raise_own") != 0).all()
    np.testing.assert_array_equal(move(acts, "raise_other") != 0, acts.other.used)


def test_hands_at_rest_move_no_trunk() -> None:
    for label, names in (("head up", {"head_up"}), ("at rest", {"head_up", "head_turn", "head_tilt"})):
        acts = acts_of(label)
        moved = {name for name in CHANNELS if (move(acts, name) != 0).any()}
        assert moved == names
        assert not acts.own.used.any()
        assert not acts.along.any()
    assert not acts_of(None).moves.any()
