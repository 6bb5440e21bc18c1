"""What a detector saw in a recording, frame by frame: the noun between a video and its joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BODY, HAND = 33, 21
"""Landmarks of MediaPipe's body and of one hand."""
RIGHT, LEFT = 0, 1
"""Places of the hands; the person's own sides."""


@dataclass(frozen=True, eq=False)
class Poses:
    """Landmarks of one person. T frames; pixels of the whole picture, y downwards; NaN = not seen."""

    times: NDArray[np.float64]
    """[T]: seconds since the container's beginning, growing, at no fixed rate."""
    body: NDArray[np.float32]
    """[T, 33, 3]: x, y and visibility."""
    hands: NDArray[np.float32]
    """[T, 2, 21, 2]: x and y of the right and the left hand."""
    size: tuple[int, int]
    """Width and height of the picture."""
    partial: str | None = None
    """What could not be read of the file, in words; None if all was."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """[T]: whether there is a person in the frame."""
        there: NDArray[np.bool_] = ~np.isnan(self.body[:, 0, 0])
        return there
