"""From probabilities of each frame to segments: smoothing, a path through states, soft suppression.

`units` does the same for classes that have groups. All of it works on a stream of any length: only
a part of the frames is in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.recognizer.timelines.paths import Reals, states
from mgllm.records import Frozen
from mgllm.skeleton.quality import spans

BACKGROUND = 0
"""State without a gesture; its column comes first."""


RATE = 25.0
"""Frames a second for which the numbers of frames below are given: iMiGUE's rate."""


class DecodingOptions(Frozen):
    """How probabilities of frames (posteriors) become segments. Numbers of frames are at 25 frames
    a second; a recording of another rate gets as many as take the same time."""

    median: int = Field(default=5, ge=1)
    """Frames of the running median; odd. 1: no smoothing."""
    stay: float = Field(default=0.99, gt=0, lt=1)
    """Probability that the next frame has the same state."""
    lag: int = Field(default=500, ge=1)
    """Frames after which a state is final."""
    min_frames: int = Field(default=6, ge=1)
    """Frames of the shortest segment."""
    beside: float = Field(default=0.6, gt=0, le=1)
    """Posterior from which a class is a segment even if the path goes through another state."""
    min_confidence: float = Field(default=0.25, ge=0, le=1)
    """Segments of a class with a lower confidence are left out, or answered as its group. Chosen on
    people (docs/results/recognizer-people.md), as the others are."""
    min_group: float = Field(default=0.5, ge=0, le=1)
    """Segments in which a group of classes has a lower mean posterior are left out."""

    def at(self, fps: float) -> DecodingOptions:
        """These options for a recording of another rate."""
        faster = fps / RATE
        changes = {
            "median": 2 * round((self.median - 1) / 2 * faster) + 1,
            "stay": self.stay ** (1 / faster),
            "lag": max(1, round(self.lag * faster)),
            "min_frames": max(1, round(self.min_frames * faster)),
        }
        return self.model_copy(update=changes)


class Run(NamedTuple):
    """Consecutive frames in one state."""

    state: int
    start: int
    """First frame."""
    end: int
    """Frame after the last."""
    confidence: float
    """Mean posterior of the state in these frames."""


def smoothed(blocks: Iterable[Reals], frames: int) -> Iterator[Reals]:
    """Running median of each column over `frames` frames; the edges are repeated, and rows sum to
    1.

    Args:
        blocks: posteriors [T, K], one after the other.
        frames: an odd number.
    """
    from numpy.lib.stride_tricks import sliding_window_view

    half = frames // 2
    if half == 0:
        yield from blocks
        return
    held: Reals | None = None
    for block in blocks:
        if not len(block):
            continue
        held = np.concatenate([np.repeat(block[:1], half, 0) if held is None else held, block])
        if len(held) >= frames:
            yield _normal(np.median(sliding_window_view(held, frames, axis=0), axis=-1))
            held = held[-(frames - 1) :]
    if held is not None:
        ended = np.concatenate([held, np.repeat(held[-1:], half, 0)])
        if len(ended) >= frames:
            yield _normal(np.median(sliding_window_view(ended, frames, axis=0), axis=-1))


def _normal(p_TK: Reals) -> Reals:
    p_TK = np.maximum(p_TK, 1e-12)
    return np.asarray(p_TK / p_TK.sum(1, keepdims=True))


def decode(blocks: Iterable[Reals], options: DecodingOptions) -> list[Run]:
    """Segments of a stream of posteriors [T, K], background first, in the order of their start.

    A class has a segment where the most probable path goes through it, and also where it is
    probable enough beside the path: so gestures that overlap are both found.
    """
    runs, found = OpenRuns(), list[Run]()
    for state_T, p_TK in states(smoothed(blocks, options.median), options.stay, options.lag):
        on_path_TK = state_T[:, None] == np.arange(p_TK.shape[1])
        found += runs.add(on_path_TK | (p_TK >= options.beside), p_TK)
    found += runs.end()
    return sorted(
        (run for run in found if _counts(run, options)), key=lambda run: (run.start, run.end, run.state)
    )


def suppressed(runs: Sequence[Run], width: float, min_confidence: float) -> list[Run]:
    """Runs of one class from several decodings, highest confidence first; each lowers overlapping
    ones.

    c · exp(−IoU² / width): soft-NMS (Bodla et al., ICCV 2017, eq. 3). A run with little overlap is
    kept.
    """
    left, kept = list(runs), []
    while left:
        best = max(left, key=lambda run: (run.confidence, run.end - run.start, -run.start))
        left.remove(best)
        kept.append(best)
        faded = [
            run._replace(confidence=run.confidence * math.exp(-(_overlap(best, run) ** 2) / width))
            for run in left
        ]
        left = [run for run in faded if run.confidence >= min_confidence and not _inside(run, best)]
    return kept


def _counts(run: Run, options: DecodingOptions) -> bool:
    long_enough = run.end - run.start >= options.min_frames
    return run.state != BACKGROUND and long_enough and run.confidence >= options.min_confidence


class OpenRuns:
    """Runs of frames in which a column is on, over blocks; a run at a block's end stays open."""

    def __init__(self, start: int = 0) -> None:
        self._frame = start
        self._open: dict[int, tuple[int, float]] = {}

    def add(self, on_TK: NDArray[np.bool_], p_TK: Reals) -> Iterator[Run]:
        """Runs that end in this block."""
        for state in range(on_TK.shape[1]):
            yield from self._column(state, on_TK[:, state], np.concatenate([[0.0], p_TK[:, state].cumsum()]))
        self._frame += len(on_TK)

    def end(self) -> Iterator[Run]:
        """Runs that are still open."""
        for state, (start, total) in self._open.items():
            yield Run(state, start, self._frame, total / (self._frame - start))

    def _column(self, state: int, on_T: NDArray[np.bool_], sums: Reals) -> Iterator[Run]:
        found = spans(on_T)
        before = self._open.pop(state, None)
        if before is not None and not (found and found[0][0] == 0):
            yield Run(state, before[0], self._frame, before[1] / (self._frame - before[0]))
            before = None
        for first, last in found:
            start, total = before or (self._frame + first, 0.0)
            before = None
            total += float(sums[last] - sums[first])
            if last == len(on_T):
                self._open[state] = (start, total)
            else:
                end = self._frame + last
                yield Run(state, start, end, total / (end - start))


def _overlap(a: Run, b: Run) -> float:
    both = max(0, min(a.end, b.end) - max(a.start, b.start))
    return both / ((a.end - a.start) + (b.end - b.start) - both)


def _inside(run: Run, other: Run) -> bool:
    return other.start <= run.start and run.end <= other.end
