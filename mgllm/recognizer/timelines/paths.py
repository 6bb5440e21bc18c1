"""The most probable path through states (Viterbi), found while the frames come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


class Decided(NamedTuple):
    """Frames whose state is final."""

    state_T: NDArray[np.int64]
    p_TK: Reals
    """Posteriors of these frames."""


class StatePath:
    """With probability `stay` the state remains; all changes are equally probable."""

    def __init__(self, stay: float, lag: int) -> None:
        """A path without frames.

        Args:
            stay: see above.
            lag: frames that are held back. The path is that of the complete stream if the best
                paths into all states meet within this number of frames.
        """
        self._stay, self._lag = stay, lag
        self._score_K: Reals | None = None
        self._back: list[NDArray[np.int64]] = []
        self._held: list[Reals] = []

    def add(self, p_TS: Reals, kept_TK: Reals | None = None) -> Iterator[Decided]:
        """Further frames.

        Args:
            p_TS: posteriors of the states.
            kept_TK: what is handed out with the states instead of `p_TS`.
        """
        for p_S, kept_K in zip(p_TS, p_TS if kept_TK is None else kept_TK, strict=True):
            self._score_K, came_K = _step(self._score_K, np.log(np.maximum(p_S, 1e-12)), self._stay)
            self._back.append(came_K)
            self._held.append(kept_K)
        if self._score_K is not None and len(self._back) >= 2 * self._lag:
            path_T = _path(self._back, int(self._score_K.argmax()))
            yield Decided(path_T[: -self._lag], np.stack(self._held[: -self._lag]))
            self._back, self._held = self._back[-self._lag :], self._held[-self._lag :]

    def end(self) -> Iterator[Decided]:
        """The frames that are still held back."""
        if self._score_K is not None:
            yield Decided(_path(self._back, int(self._score_K.argmax())), np.stack(self._held))


def states(blocks: Iterable[Reals], stay: float, lag: int) -> Iterator[Decided]:
    """The path of a stream of posteriors [T, K]; a state is final after `lag` frames."""
    path = StatePath(stay, lag)
    for block in blocks:
        yield from path.add(block)
    yield from path.end()


def _step(score_K: Reals | None, logp_K: Reals, stay: float) -> tuple[Reals, NDArray[np.int64]]:
    """One frame further: the best path into each state comes from this state or from the best of
    all."""
    own_K = np.arange(len(logp_K))
    if score_K is None:
        return logp_K, own_K
    best = int(score_K.argmax())
    kept_K = score_K + np.log(stay)
    changed = score_K[best] + np.log((1 - stay) / max(1, len(logp_K) - 1))
    moved_K = changed > kept_K
    total_K = np.where(moved_K, changed, kept_K) + logp_K
    return total_K - total_K.max(), np.where(moved_K, best, own_K)


def _path(back: Sequence[NDArray[np.int64]], last: int) -> NDArray[np.int64]:
    path_T = np.empty(len(back), np.int64)
    state = last
    for place in range(len(back) - 1, -1, -1):
        path_T[place] = state
        state = int(back[place][state])
    return path_T
