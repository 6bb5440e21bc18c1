"""The learning rate by hand; what follows from a set's size."""

from __future__ import annotations

import math

import pytest

from mgllm.recognizer.training.length import (
    EPOCHS,
    LEAST_STEPS,
    MOST_STEPS,
    cosine,
    epochs_for,
    momentum_for,
    queue_for,
    steps_per_epoch,
)


def test_the_rate_rises_in_a_line_and_falls_in_half_a_cosine() -> None:
    rates = [cosine(step, 10, 0.2) for step in range(10)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[6] == pytest.approx(0.5)
    assert rates[4] == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert rates[9] == pytest.approx(0.5 * (1 + math.cos(math.pi * 7 / 8)))
    assert rates[2:] == sorted(rates[2:], reverse=True)


@pytest.mark.parametrize("warmup", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 3, 40])
def test_no_step_is_lost_to_a_rate_of_0_and_one_reaches_the_highest(steps: int, warmup: float) -> None:
    rates = [cosine(step, steps, warmup) for step in range(steps)]
    assert min(rates) > 0
    assert max(rates) == 1


def test_the_key_network_forgets_its_beginning() -> None:
    assert momentum_for(1) == momentum_for(0) == momentum_for(100) == 0.9
    assert momentum_for(1000) == pytest.approx(0.99)
    assert momentum_for(10**7) == 0.999
    for steps in (200, 900, 9000):
        assert momentum_for(steps) ** steps < 5e-5


def test_the_queue_holds_each_clip_once() -> None:
    assert queue_for(500, 32) == 500
    assert queue_for(10, 32) == 32
    assert queue_for(10**6, 32) == 16384


def test_an_epoch_has_whole_batches_but_one_at_least() -> None:
    assert [steps_per_epoch(clips, 32) for clips in (2, 31, 32, 63, 64)] == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("clips", "epochs"),
    [(2, 90), (63, 90), (64, 45), (108, 30), (431, 30), (448, 29), (722, 19), (30_000, 1)],
)
def test_epochs_by_hand(clips: int, epochs: int) -> None:
    assert epochs_for(clips, 32) == epochs


@pytest.mark.parametrize("clips", [2, 31, 40, 108, 431, 2_900, 30_000])
@pytest.mark.parametrize("batch", [2, 32])
def test_steps_are_within_their_bounds_in_whole_epochs(clips: int, batch: int) -> None:
    steps, epochs = steps_per_epoch(clips, batch), epochs_for(clips, batch)
    assert epochs * steps >= LEAST_STEPS
    assert (epochs - 1) * steps < MOST_STEPS
    assert epochs <= EPOCHS or (epochs - 1) * steps < LEAST_STEPS
