"""Smoothing in blocks of any size, against a loop."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.recognizer.timelines.decoding import smoothed
from tests.recognizer.timelines.test_paths import cut, posteriors


@pytest.mark.parametrize("frames", [1, 3, 5])
@pytest.mark.parametrize("length", [1, 2, 4, 30])
def test_the_median_against_a_loop(frames: int, length: int) -> None:
    p_TK = posteriors(length, 3)
    half = frames // 2
    slow = np.array(
        [
            np.median([p_TK[min(max(t + d, 0), length - 1)] for d in range(-half, half + 1)], axis=0)
            for t in range(length)
        ]
    )
    slow /= slow.sum(1, keepdims=True)
    for size in (1, 2, 7, 100):
        found = np.concatenate(list(smoothed(cut(p_TK, size), frames)))
        np.testing.assert_allclose(found, slow)


def test_nothing_gives_nothing() -> None:
    assert list(smoothed([], 5)) == []
