"""Which moments of a recording a person should look at to judge its transcript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mgllm.records import Gesture

MOMENTS = 12
"""On one sheet."""
APART = 0.1
"""Seconds: two moments that are nearer to one another look alike."""
GRID = 8
"""Candidates to a moment, to either side."""


class Moment(NamedTuple):
    """A point of time, and what goes on then."""

    time: float
    """Seconds from the recording's beginning."""
    gestures: tuple[Gesture, ...]
    """Surest first."""


def choose_moments(
    gestures: Sequence[Gesture], begins: float, end: float, count: int = MOMENTS
) -> tuple[Moment, ...]:
    """The middle of each gesture, the surest first; what is left over lies as far from the others as it can.

    In the order of time. A gesture without times has no moment.
    """
    timed = [one for one in gestures if one.start is not None]
    surest = sorted(timed, key=lambda one: -(one.confidence or 0))
    middles = [((one.start or 0) + _end(one)) / 2 for one in surest]
    times: list[float] = []
    for middle in (min(max(middle, begins), end) for middle in middles):
        if len(times) < count and all(abs(middle - time) >= APART for time in times):
            times.append(middle)
    grid = np.linspace(begins, end, 2 * GRID * count + 1)[GRID :: 2 * GRID]
    if times:
        fine = np.linspace(begins, end, 2 * GRID * count + 1)[1:-1]
        while len(times) < count:
            times.append(float(max(fine, key=lambda time: min(abs(time - one) for one in times))))
    else:
        times = [float(time) for time in grid]
    return tuple(Moment(time, _then(timed, time)) for time in sorted(times))


def _end(gesture: Gesture) -> float:
    return (gesture.end if gesture.end is not None else gesture.start) or 0.0


def _then(gestures: Sequence[Gesture], time: float) -> tuple[Gesture, ...]:
    there = [one for one in gestures if (one.start or 0) <= time <= _end(one)]
    return tuple(sorted(there, key=lambda one: -(one.confidence or 0)))
