"""Views of a prepared clip: bones, motion, its mirror image, and another number of frames.

Each takes coordinates [T, V, D] and mask [T, V] and returns a new prepared clip.
"""

from __future__ import annotations

import numpy as np

from mgllm.skeleton.layout import Layout
from mgllm.skeleton.preparing import Mask, Points, PreparedClip


def bones(clip: PreparedClip, layout: Layout) -> PreparedClip:
    """Each joint minus its neighbour on the way to the root; 0 at the root itself."""
    parent = np.where(layout.parents < 0, np.arange(len(layout.parents)), layout.parents)
    return _masked(clip.x - clip.x[:, parent], clip.mask & clip.mask[:, parent])


def motion(clip: PreparedClip) -> PreparedClip:
    """Each frame minus the one before; 0 in the first frame and where either is missing."""
    x, mask = np.zeros_like(clip.x), np.zeros_like(clip.mask)
    x[1:] = clip.x[1:] - clip.x[:-1]
    mask[1:] = clip.mask[1:] & clip.mask[:-1]
    mask[0] = clip.mask[0]
    return _masked(x, mask)


def mirrored(clip: PreparedClip, layout: Layout) -> PreparedClip:
    """The clip in a mirror: left and right joints exchanged *and* x negated (the clip is centred)."""
    order = layout.mirror_index
    x = clip.x[:, order].copy()
    x[..., 0] *= -1
    return PreparedClip(x, clip.mask[:, order])


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


def cropped(clip: PreparedClip, frames: int, start: int = 0) -> PreparedClip:
    """`frames` frames from `start`; what lies beyond the end is 0 and masked."""
    x = np.zeros((frames, *clip.x.shape[1:]), np.float32)
    mask = np.zeros((frames, clip.mask.shape[1]), dtype=bool)
    part = slice(start, start + frames)
    taken = len(clip.x[part])
    x[:taken], mask[:taken] = clip.x[part], clip.mask[part]
    return PreparedClip(x, mask)


def _masked(x: Points, mask: Mask) -> PreparedClip:
    return PreparedClip(np.where(mask[..., None], x, 0).astype(np.float32), mask)
