"""Segments from states and posteriors: runs of frames, without rivals and what is short or unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mgllm.recognizer.timelines.decoding import BACKGROUND, DecodingOptions, Reals, Run, smoothed, states


def decode(blocks: Iterable[Reals], options: DecodingOptions) -> list[Run]:
    """Segments of a stream of posteriors [T, K], background first, in the order of their start.

    A class runs on in frames where the most probable path goes through it, or where it is probable enough
    beside the path: gestures that overlap are both found.
    """
    runs, found = _OpenRuns(), list[Run]()
    for state_T, p_TK in states(smoothed(blocks, options.median), options.stay, options.lag):
        on_path_TK = state_T[:, None] == np.arange(p_TK.shape[1])
        found += runs.add(on_path_TK | (p_TK >= options.beside), p_TK)
    found += runs.end()
    return sorted(
        (run for run in found if _counts(run, options)), key=lambda run: (run.start, run.end, run.state)
    )


def suppressed(runs: Sequence[Run], width: float, min_confidence: float) -> list[Run]:
    """Runs of one class from several decodings, the surest first; each lowers those that overlap it.

    c · exp(−IoU² / width): soft-NMS (Bodla et al., ICCV 2017, eq. 3), keeps a rival that is mostly apart.
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


class _OpenRuns:
    """Runs of frames in which a column is on, over blocks; what touches a block's end stays open."""

    def __init__(self) -> None:
        self._frame = 0
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
        edges = np.flatnonzero(np.diff(np.concatenate([[False], on_T, [False]]).astype(np.int8)))
        spans = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        before = self._open.pop(state, None)
        if before is not None and not (spans and spans[0][0] == 0):
            yield Run(state, before[0], self._frame, before[1] / (self._frame - before[0]))
            before = None
        for first, last in spans:
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
