"""Which of iMiGUE's two finger blocks belongs to which wrist: decided by distance, since names contradict."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mgllm.records import Frozen

RIGHT_WRIST, LEFT_WRIST = 4, 7
"""Of BODY_25, and of the 22: OpenPose's 2–4 is the person's right arm."""
FIRST, SECOND = slice(12, 17), slice(17, 22)
"""The two finger blocks of the 22."""


class BlockVote(Frozen):
    """How the recordings voted."""

    straight: int
    """Recordings whose first block lies nearer to the right wrist and second nearer to the left."""
    crossed: int
    """Recordings in which it is the other way round."""

    @property
    def swap(self) -> bool:
        """Whether the first block is the left hand's."""
        return self.crossed > self.straight


def vote_on_blocks(recordings: Iterable[NDArray[np.float32]]) -> BlockVote:
    """Let each recording [T, 22, 3] vote by the median difference of finger–wrist distances over both blocks.

    A recording without wrists and fingers in one frame has no vote.
    """
    straight = crossed = 0
    for joints in recordings:
        difference = _crossed_minus_straight(joints[..., :2])
        straight += difference > 0
        crossed += difference < 0
    return BlockVote(straight=straight, crossed=crossed)


def with_own_blocks(joints: NDArray[np.float32], vote: BlockVote) -> NDArray[np.float32]:
    """[T, 22, C] with the right hand's fingers first."""
    if not vote.swap:
        return joints
    order = [*range(12), *range(17, 22), *range(12, 17)]
    return joints[:, order]


def _crossed_minus_straight(x_TVD: NDArray[np.float32]) -> float:
    """Positive: the blocks stand in the order right, left; 0 where nothing can be told."""
    own = _distances(x_TVD, RIGHT_WRIST, FIRST), _distances(x_TVD, LEFT_WRIST, SECOND)
    other = _distances(x_TVD, LEFT_WRIST, FIRST), _distances(x_TVD, RIGHT_WRIST, SECOND)
    differences = [b - a for a, b in zip(own, other, strict=True)]
    told = np.concatenate([d[~np.isnan(d)] for d in differences])
    return float(np.median(told)) if len(told) else 0.0


def _distances(x_TVD: NDArray[np.float32], wrist: int, block: slice) -> NDArray[np.float32]:
    """[T * 5]: distance of each finger of the block from the wrist; NaN where one is missing."""
    away: NDArray[np.float32] = np.linalg.norm(x_TVD[:, block] - x_TVD[:, wrist : wrist + 1], axis=-1)
    return away.ravel()
