"""Segments of posteriors: runs against a loop, overlapping gestures, soft suppression, any block size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mgllm.recognizer.timelines.decoding import DecodingOptions, Run, decode, suppressed
from mgllm.recognizer.timelines.paths import Reals

OPTIONS = DecodingOptions(median=1, stay=0.6, min_frames=2, lag=10, beside=0.5, min_confidence=0.4)


def stretches(*parts: tuple[int, tuple[float, ...]]) -> Reals:
    return np.concatenate([np.tile(p, (frames, 1)) for frames, p in parts])


REST, ONE, TWO, BOTH = (0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9), (0.0, 0.5, 0.5)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_runs_of_gestures_between_rest(size: int) -> None:
    p_TK = stretches((20, REST), (8, ONE), (15, REST), (6, TWO), (30, REST), (9, ONE))
    blocks = [p_TK[first : first + size] for first in range(0, len(p_TK), size)]
    found = decode(blocks, OPTIONS)
    assert [(run.state, run.start, run.end) for run in found] == [(1, 20, 28), (2, 43, 49), (1, 79, 88)]
    assert [run.confidence for run in found] == pytest.approx([0.9] * 3)


def test_gestures_that_overlap_are_both_found() -> None:
    found = decode([stretches((10, REST), (10, ONE), (8, BOTH), (10, TWO), (10, REST))], OPTIONS)
    assert {run.state for run in found} == {1, 2}
    spans = {run.state: (run.start, run.end) for run in found}
    assert spans[1] == (10, 28)
    assert spans[2] == (20, 38)


def test_what_is_too_short_or_unsure_goes() -> None:
    p_TK = stretches((10, REST), (3, ONE), (10, REST), (10, (0.3, 0.4, 0.3)), (10, REST))
    assert [run.start for run in decode([p_TK], OPTIONS)] == [10, 23]
    assert [run.start for run in decode([p_TK], OPTIONS.model_copy(update={"min_frames": 5}))] == [23]
    assert [run.start for run in decode([p_TK], OPTIONS.model_copy(update={"min_confidence": 0.5}))] == [10]


def test_rest_alone_and_nothing_give_nothing() -> None:
    assert decode([stretches((50, REST))], OPTIONS) == []
    assert decode([], OPTIONS) == []


def test_soft_suppression_by_hand() -> None:
    sure, rival, apart = Run(1, 0, 10, 0.9), Run(1, 5, 15, 0.6), Run(1, 40, 50, 0.3)
    kept = suppressed([rival, apart, sure], 0.5, 0.1)
    assert [run.start for run in kept] == [0, 5, 40]
    assert kept[1].confidence == pytest.approx(0.6 * math.exp(-((5 / 15) ** 2) / 0.5))
    assert kept[2].confidence == 0.3
    assert [run.start for run in suppressed([rival, sure], 0.5, 0.5)] == [0]
    inside = Run(1, 2, 8, 0.8)
    assert suppressed([inside, sure], 0.5, 0.1) == [sure]


def test_a_slower_recording_has_segments_of_the_same_time() -> None:
    usual = DecodingOptions(median=5, stay=0.99, min_frames=6, lag=500)
    assert usual.at(25) == usual
    slow = usual.at(12.5)
    assert (slow.median, slow.min_frames, slow.lag) == (3, 3, 250)
    assert slow.stay == pytest.approx(0.99**2)
    assert usual.at(50).min_frames == 12
    assert usual.at(5).median == 1
