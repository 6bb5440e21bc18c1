"""The path through states, in blocks of any size, against all paths and the whole stream."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from mgllm.recognizer.timelines.paths import Reals, StatePath, states


def posteriors(frames: int, classes: int, seed: int = 0) -> Reals:
    """Noisy, with stretches of one class."""
    random = np.random.default_rng(seed)
    truth = np.repeat(random.integers(0, classes, frames // 7 + 1), 7)[:frames]
    logits = random.normal(size=(frames, classes)) + 2.0 * np.eye(classes)[truth]
    p = np.exp(logits)
    return np.asarray(p / p.sum(1, keepdims=True))


def cut(p_TK: Reals, size: int) -> list[Reals]:
    return [p_TK[first : first + size] for first in range(0, len(p_TK), size)]


@pytest.mark.parametrize("stay", [0.4, 0.9])
def test_the_path_is_the_best_of_all_paths(stay: float) -> None:
    p_TK = posteriors(7, 3, seed=3)

    def worth(path: tuple[int, ...]) -> float:
        steps = [stay if a == b else (1 - stay) / 2 for a, b in pairwise(path)]
        return float(np.log(p_TK[np.arange(7), path]).sum() + np.log(steps).sum())

    best = max(product(range(3), repeat=7), key=worth)
    (decided,) = states([p_TK], stay, lag=100)
    assert decided.state_T.tolist() == list(best)


@pytest.mark.parametrize("size", [1, 13, 64])
def test_a_stream_gives_the_path_of_the_whole(size: int) -> None:
    p_TK = posteriors(600, 5, seed=1)
    (whole,) = states([p_TK], 0.9, lag=10_000)
    pieces = list(states(cut(p_TK, size), 0.9, lag=40))
    assert len(pieces) > 3
    np.testing.assert_array_equal(np.concatenate([piece.state_T for piece in pieces]), whole.state_T)
    np.testing.assert_array_equal(np.concatenate([piece.p_TK for piece in pieces]), p_TK)


def test_more_stay_gives_fewer_changes() -> None:
    p_TK = posteriors(400, 4, seed=2)
    changes = [
        int(np.count_nonzero(np.diff(next(states([p_TK], stay, 1000)).state_T))) for stay in (0.3, 0.9, 0.999)
    ]
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > changes[2]


def test_other_numbers_are_handed_out_with_the_states() -> None:
    p_TS, kept_TK = posteriors(30, 2), posteriors(30, 6, seed=4)
    path = StatePath(0.9, 5)
    pieces = [*path.add(p_TS, kept_TK), *path.end()]
    np.testing.assert_array_equal(np.concatenate([piece.p_TK for piece in pieces]), kept_TK)
    (whole,) = states([p_TS], 0.9, 100)
    np.testing.assert_array_equal(np.concatenate([piece.state_T for piece in pieces]), whole.state_T)


def test_nothing_gives_nothing() -> None:
    assert list(states([], 0.9, 5)) == []
