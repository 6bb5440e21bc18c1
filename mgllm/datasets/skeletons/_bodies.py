"""Arrays of bodies: which one moves most, and what is missing in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]


def most_moving(x_MTVD: Reals) -> int:
    """Number of the body that moves most: the variance of its joints times the frames it is seen
    in.

    Args:
        x_MTVD: bodies, NaN where one is not seen.
    """
    return int(np.argmax([_motion(body) for body in x_MTVD]))


def _motion(x_TVD: Reals) -> float:
    seen = np.asarray(np.isfinite(x_TVD).all(axis=-1))
    count = np.maximum(seen.sum(axis=0), 1)[:, None]
    x = np.where(seen[..., None], x_TVD, 0.0)
    mean = x.sum(axis=0) / count
    spread = np.where(seen[..., None], np.square(x - mean), 0.0)
    return float(spread.sum())


def without_zeros(x_TVC: Reals, dims: int) -> NDArray[np.float32]:
    """float32 with NaN coordinates where a joint lies exactly at 0, as many tools write a missing
    one."""
    x = np.array(x_TVC, dtype=np.float32)
    x[(x[..., :dims] == 0).all(axis=-1), :dims] = np.nan
    return x
