"""From frames at the times of a stream to frames at a steady rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_GAP = 0.2
"""Seconds between two frames over which nothing is interpolated."""
_CLOCK = 1e-6


def at_steady_rate(
    times_T: NDArray[np.float64], x_TVC: NDArray[np.floating[Any]], fps: float, *, max_gap: float = MAX_GAP
) -> NDArray[np.float32]:
    """Joints at the first time, and then `fps` times a second up to the last one.

    Between two frames a joint that is seen in both lies on the line between them, in the stream's time. A
    joint that only one of them sees, or one beside a gap, is taken as it is in a frame at most half a step
    away; otherwise it is missing.

    Args:
        times_T: seconds, growing.
        x_TVC: x, y and confidence; NaN = missing.
        fps: frames a second to be made.
        max_gap: seconds.
    """
    count = int(np.floor((times_T[-1] - times_T[0]) * fps + _CLOCK)) + 1
    wanted = times_T[0] + np.arange(count) / fps
    high = np.clip(np.searchsorted(times_T, wanted, side="right"), 1, max(1, len(times_T) - 1))
    high = np.minimum(high, len(times_T) - 1)
    low = np.maximum(high - 1, 0)
    gap = times_T[high] - times_T[low]
    share = np.where(gap > 0, (wanted - times_T[low]) / np.where(gap > 0, gap, 1), 0).clip(0, 1)
    near = np.where(share < 0.5, low, high)
    reached = np.abs(wanted - times_T[near]) <= 0.5 / fps + _CLOCK
    seen_TV = ~np.isnan(x_TVC[..., :2]).any(axis=-1)
    both = seen_TV[low] & seen_TV[high] & (gap <= max_gap + _CLOCK)[:, None]
    part = share[:, None, None]
    between = (1 - part) * x_TVC[low] + part * x_TVC[high]
    alone = np.where((seen_TV[near] & reached[:, None])[..., None], x_TVC[near], np.nan)
    steady = np.where(both[..., None], between, alone).astype(np.float32)
    steady[..., 2] = np.where(np.isnan(steady[..., 0]), 0, steady[..., 2])
    return steady
