"""Views of a prepared clip: bones, motion, its mirror image, and another number of frames.

Each takes coordinates [T, V, D] and mask [T, V] and returns a new prepared clip.
"""

from __future__ import annotations

import numpy as np

from mgllm.skeleton.preparing import Mask, Points, PreparedClip


def resampled(clip: PreparedClip, frames: int) -> PreparedClip:
    """The whole clip in `frames` frames: linear in time, first and last frame kept.

    Where one of the two neighbours is missing, the nearer frame decides alone.
    """
    last = len(clip.x) - 1
    place = np.linspace(0, last, frames) if frames > 1 else np.array([last / 2])
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, last)
    share = (place - low).astype(np.float32)[:, None, None]
    near = np.rint(place).astype(np.int64)
    both = clip.mask[low] & clip.mask[high]
    x = np.where(both[..., None], (1 - share) * clip.x[low] + share * clip.x[high], clip.x[near])
    return _masked(x, both | clip.mask[near])


def _masked(x: Points, mask: Mask) -> PreparedClip:
    return PreparedClip(np.where(mask[..., None], x, 0).astype(np.float32), mask)
