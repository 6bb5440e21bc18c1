"""Values of many clips: tables whose last axis is the clip or the frame, and the ranges of the
values.

Seen ranges are for learning, unseen ranges for tests. There is a gap between them, so that a test
clip is of another kind and not only from another seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.geometry import Numbers, Reals

Pair = tuple[float, float]


class Columns:
    """Base of frozen dataclasses of arrays with the same last axis."""

    def take(self, index: Numbers) -> Self:
        """The clips (or frames) of these numbers."""
        return type(self)(*(part[..., index] for part in self._parts()))

    def spread(self, frames_N: Numbers) -> Self:
        """Each clip's values for all of its frames."""
        return type(self)(*(np.repeat(part, frames_N, axis=-1) for part in self._parts()))

    def where(self, mask: NDArray[np.bool_], other: Self) -> Self:
        """These values where the mask is True, the other ones elsewhere."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return type(self)(*(np.where(mask, mine, theirs) for mine, theirs in pairs))

    def replaced(self, index: Numbers, other: Self) -> Self:
        """These values, with the other ones at these numbers."""
        parts = []
        for whole, part in zip(self._parts(), other._parts(), strict=True):
            changed = whole.copy()
            changed[..., index] = part
            parts.append(changed)
        return type(self)(*parts)

    def _parts(self) -> list[NDArray[Any]]:
        return [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]


class Span(NamedTuple):
    """The values of one property."""

    seen: Pair
    """Range for bodies and clips to learn from."""
    unseen: tuple[Pair, ...]
    """Ranges for bodies and clips to test on; one of them is drawn."""


BODY: Mapping[str, Span] = {
    "stature": Span((1.60, 1.82), ((1.50, 1.58), (1.84, 1.96))),
    "arms": Span((0.96, 1.04), ((0.88, 0.94), (1.06, 1.12))),
    "shoulders": Span((0.95, 1.05), ((0.86, 0.93), (1.07, 1.14))),
    "trunk": Span((0.96, 1.04), ((0.90, 0.945), (1.055, 1.10))),
    "head": Span((0.96, 1.04), ((0.90, 0.945), (1.055, 1.10))),
}
"""Stature in metres; the others are factors on what is usual for that stature."""
CAMERA: Mapping[str, Span] = {
    "azimuth": Span((-18, 18), ((-34, -22), (22, 34))),
    "elevation": Span((-4, 8), ((10, 17),)),
    "distance": Span((2.0, 3.4), ((1.4, 1.8), (3.8, 6.0))),
}
"""Degrees to the person's left and above the horizontal; metres to the chest."""
MOVEMENT: Mapping[str, Span] = {
    "amplitude": Span((0.8, 1.2), ((0.6, 0.75), (1.25, 1.5))),
    "speed": Span((0.8, 1.2), ((0.6, 0.75), (1.25, 1.5))),
}
"""Factors on the size and the pace of all movements of a gesture."""
PROPERTIES: Mapping[str, Span] = {**BODY, **CAMERA, **MOVEMENT}


def draw(name: str, unseen_N: NDArray[np.bool_], random: np.random.Generator) -> Reals:
    """A value of a property for each of N bodies or clips, from the seen or the unseen ranges."""
    span = PROPERTIES[name]
    which, share = random.integers(len(span.unseen), size=len(unseen_N)), random.random(len(unseen_N))
    other = np.array(span.unseen)[which]
    low = np.where(unseen_N, other[:, 0], span.seen[0])
    high = np.where(unseen_N, other[:, 1], span.seen[1])
    return (low + (high - low) * share).astype(np.float32)
