"""Where gestures stand in an ELAN file: whole milliseconds, on tiers on which nothing overlaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mgllm.records import Frozen, Gesture


class Placed(Frozen):
    """A gesture with a place in time."""

    number: int
    """From 1, in the order of the transcript."""
    gesture: Gesture
    """The gesture."""
    start: int
    """Milliseconds."""
    end: int
    """Milliseconds, after the start."""


def place(gestures: Iterable[Gesture], lost: Counter[str]) -> list[Placed]:
    """The gestures that have a start; what had to be left out or changed is counted in `lost`."""
    placed: list[Placed] = []
    for gesture in gestures:
        if gesture.start is None:
            lost["gestures have no start and are left out"] += 1
            continue
        start = round(gesture.start * 1000)
        end = start if gesture.end is None else round(gesture.end * 1000)
        if end <= start:
            lost["gestures have no end, or no duration, and are written as one millisecond"] += 1
        placed.append(Placed(number=len(placed) + 1, gesture=gesture, start=start, end=max(end, start + 1)))
    return placed


def lay(placed: Sequence[Placed]) -> list[list[Placed]]:
    """The gestures on as few lanes as need be, so that none overlap on a lane; one lane at least.

    First fit in the order of the starts, which is optimal for intervals.
    """
    lanes: list[list[Placed]] = [[]]
    for one in sorted(placed, key=lambda one: (one.start, one.end)):
        free = next((lane for lane in lanes if not lane or lane[-1].end <= one.start), None)
        if free is None:
            lanes.append(free := [])
        free.append(one)
    return lanes
