"""Bodies and torsos: each body by its own number, lengths kept however one sits, sides where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.synthetic.contacts import CHANNELS
from mgllm.synthetic.figure import PARTS, Bodies, draw_bodies, make_torso
from mgllm.synthetic.geometry import Numbers, Reals, length

SEEN = np.zeros(1, np.bool_)
FRAMES = 60


def bodies(number: int = FRAMES) -> Bodies:
    """One body in all frames."""
    drawn = draw_bodies(0, range(1), SEEN).bodies
    frames: Numbers = np.array([number])
    return drawn.spread(frames)


def angles(seed: int | None = None) -> dict[str, Reals]:
    """Upright; or each channel anywhere within some degrees (the shift: some centimetres)."""
    if seed is None:
        return {name: np.zeros(FRAMES, np.float32) for name in CHANNELS}
    random = np.random.default_rng(seed)
    most = {name: 0.05 if name == "shift" else 20.0 for name in CHANNELS}
    return {name: random.uniform(-most[name], most[name], FRAMES).astype(np.float32) for name in CHANNELS}


def test_a_body_follows_from_seed_and_number_alone() -> None:
    many = draw_bodies(7, range(5), np.zeros(5, np.bool_))
    for number in range(5):
        one = draw_bodies(7, range(number, number + 1), SEEN)
        for name in PARTS:
            assert getattr(one.bodies, name)[0] == getattr(many.bodies, name)[number]
    other = draw_bodies(8, range(5), np.zeros(5, np.bool_))
    assert (other.drawn["stature"] != many.drawn["stature"]).all()
    speakers = draw_bodies(7, range(5), np.zeros(5, np.bool_), kind="speaker")
    assert (speakers.drawn["stature"] != many.drawn["stature"]).all()


def test_parts_are_shares_of_stature_and_arms_go_together() -> None:
    made = draw_bodies(1, range(40), np.arange(40) % 2 == 1)
    stature, drawn = made.drawn["stature"], made.drawn
    np.testing.assert_allclose(made.bodies.trunk, PARTS["trunk"] * stature * drawn["trunk"], rtol=1e-5)
    np.testing.assert_allclose(made.bodies.depth, PARTS["depth"] * stature * drawn["shoulders"], rtol=1e-5)
    for part in ("upper_arm", "forearm", "hand"):
        np.testing.assert_allclose(
            getattr(made.bodies, part), PARTS[part] * stature * drawn["arms"], rtol=1e-5
        )


def test_who_sits_straight_is_as_tall_as_the_trunk_and_level() -> None:
    body, torso = bodies(), make_torso(bodies(), angles())
    np.testing.assert_allclose(torso.chest.origin_3F, np.stack([0 * body.trunk, body.trunk, 0 * body.trunk]))
    left, right = torso.left_shoulder, torso.right_shoulder
    np.testing.assert_allclose(left[0] - right[0], 2 * body.shoulder, rtol=1e-4)
    assert (left[0] > 0).all()  # x points to the person's left
    np.testing.assert_allclose(left[1:], right[1:], atol=1e-6)
    assert (torso.points["nose"][2] > torso.points["left_ear"][2]).all()


@pytest.mark.parametrize("seed", range(3))
def test_lengths_are_kept_however_one_sits(seed: int) -> None:
    body, torso = bodies(), make_torso(bodies(), angles(seed))
    lower = length(torso.points["bend"] - torso.points["hips"])
    upper = length(torso.chest.origin_3F - torso.points["bend"])
    np.testing.assert_allclose(lower + upper, body.trunk, rtol=1e-4)
    ears = length(torso.points["left_ear"] - torso.points["right_ear"])
    np.testing.assert_allclose(ears, 2 * body.head, rtol=1e-4)


def test_a_raised_shoulder_goes_up_and_the_other_stays() -> None:
    plain = make_torso(bodies(), angles())
    raised = make_torso(bodies(), {**angles(), "raise_own": np.full(FRAMES, 15, np.float32)})
    assert (raised.right_shoulder[1] > plain.right_shoulder[1]).all()
    np.testing.assert_array_equal(raised.left_shoulder, plain.left_shoulder)


def test_a_shift_moves_the_seat_to_the_persons_right() -> None:
    plain = make_torso(bodies(), angles())
    moved = make_torso(bodies(), {**angles(), "shift": np.full(FRAMES, 0.05, np.float32)})
    np.testing.assert_allclose(moved.seat.origin_3F[0] - plain.seat.origin_3F[0], -0.05, atol=1e-6)
    np.testing.assert_allclose(moved.chest.origin_3F[1:], plain.chest.origin_3F[1:], atol=1e-6)
