"""From a recorded clip to one that can be compared: gaps filled, centred, scaled, resampled.

Pure functions of arrays [T, V, …]; T frames, V joints, C channels, D = 2 or 3 coordinates. What is
not seen is False in the mask [T, V] and 0 in the coordinates, so that later steps meet no NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from mgllm.errors import InputError, unknown
from mgllm.records import Frozen
from mgllm.skeleton.layout import Layout

Points = NDArray[np.float32]
Mask = NDArray[np.bool_]
Reals = NDArray[np.floating[Any]]
MAX_GAP = 0.2
"""Seconds: nothing is interpolated between frames that are farther apart."""
SHOULDERS, UNSCALED = "shoulders", "none"
"""Scales that are not a pair of joints."""
_CLOCK = 1e-6


class Preparation(Frozen):
    """How clips are prepared; part of a checkpoint's config."""

    max_gap: int = Field(5, ge=0)
    """Longest run of missing frames of a joint that is interpolated; longer ones stay masked."""
    min_confidence: float = Field(0.0, ge=0)
    """A joint whose confidence is not above this is missing."""
    centre: Literal["frame", "clip", "none"] = "frame"
    """What is put at 0: the root in every frame, its median over the clip (so that the body may
    move about), or nothing."""
    scale: str = SHOULDERS
    """Divide by the median distance of two joints: the layout's shoulders, or a pair such as
    `left_hip-right_hip`; or `none`, which keeps the units."""

    @model_validator(mode="before")
    @classmethod
    def _with_one_scale(cls, given: Any) -> Any:
        """A pair of its own, as the first checkpoints have it, becomes the scale."""
        if not isinstance(given, Mapping) or "pair" not in given:
            return given
        rest = {name: value for name, value in given.items() if name != "pair"}
        kept = given["pair"] is None or given.get("scale") == UNSCALED
        return rest if kept else {**rest, "scale": "-".join(map(str, given["pair"]))}

    @field_validator("scale")
    @classmethod
    def _is_scale(cls, scale: str) -> str:
        first, _, second = scale.partition("-")
        if scale not in (SHOULDERS, UNSCALED) and not (first and second):
            raise ValueError("must be shoulders, none, or two joints such as left_hip-right_hip")
        return scale


@dataclass(frozen=True, eq=False)
class PreparedClip:
    """Coordinates without gaps, and where they are real."""

    x: Points
    """[T, V, D]; 0 where the mask is False."""
    mask: Mask
    """[T, V]: seen, or interpolated over a short gap."""


def prepare_clip(x_TVC: Reals, layout: Layout, dims: int, how: Preparation) -> PreparedClip:
    """All steps: find what is missing, fill short gaps, centre, scale."""
    seen = seen_joints(x_TVC, dims, how.min_confidence)
    x, mask = fill_gaps(x_TVC[..., :dims], seen, how.max_gap)
    if how.centre != "none":
        x = centred(x, mask, layout, still=how.centre == "clip")
    if how.scale != UNSCALED:
        x = scaled(x, mask, scale_pair(layout, how.scale))
    return PreparedClip(np.where(mask[..., None], x, 0).astype(np.float32), mask)


def seen_joints(x_TVC: Reals, dims: int, min_confidence: float = 0.0) -> Mask:
    """[T, V]: all coordinates are there and the confidence, if there is one, is above the
    minimum."""
    seen: Mask = np.logical_not(np.isnan(x_TVC[..., :dims]).any(axis=-1))
    return seen & (x_TVC[..., dims] > min_confidence) if x_TVC.shape[-1] > dims else seen


def fill_gaps(x_TVD: Reals, seen_TV: Mask, max_gap: int) -> tuple[Points, Mask]:
    """Interpolate, joint by joint, runs of at most `max_gap` missing frames between two seen ones.

    Returns: coordinates (0 where still missing) and the new mask.
    """
    frames = np.arange(len(x_TVD))[:, None]
    before = np.maximum.accumulate(np.where(seen_TV, frames, -1), axis=0)
    after = np.minimum.accumulate(np.where(seen_TV, frames, len(x_TVD))[::-1], axis=0)[::-1]
    inside = (before >= 0) & (after < len(x_TVD))
    fill = ~seen_TV & inside & (after - before - 1 <= max_gap)
    x = np.where(seen_TV[..., None], x_TVD, 0).astype(np.float32)
    t, v = np.nonzero(fill)
    a, b = before[t, v], after[t, v]
    share = ((t - a) / (b - a)).astype(np.float32)[:, None]
    x[t, v] = (1 - share) * x[a, v] + share * x[b, v]
    return x, seen_TV | fill


def centred(x_TVD: Points, mask_TV: Mask, layout: Layout, *, still: bool = False) -> Points:
    """Subtract the root (the mean of its joints) of each frame; `still`: its median over the clip.

    If the root is missing in a frame, it comes from the frames around it. If it is never seen, the
    mean of all joints seen takes its place.
    """
    track = _root_track(x_TVD, mask_TV, layout)
    if still:
        track = np.median(track, axis=0, keepdims=True)
    moved = np.where(mask_TV[..., None], x_TVD - track[:, None], 0)
    return moved.astype(np.float32)


def scale_pair(layout: Layout, scale: str = SHOULDERS) -> tuple[int, int] | None:
    """Numbers of the two joints whose distance is the scale; None if the layout has no shoulders.

    Raises:
        InputError: a name is not a joint.
    """
    if scale == SHOULDERS:
        return layout.shoulder_index
    words = scale.split("-")
    cuts = [("-".join(words[:n]), "-".join(words[n:])) for n in range(1, len(words))]
    known = next((cut for cut in cuts if all(name in layout.joints for name in cut)), None)
    if known is None:
        wrong = next(name for name in cuts[0] if name not in layout.joints)
        raise InputError(f"--scale {scale}: {unknown('joint', wrong, layout.joints)}")
    if known[0] == known[1]:
        raise InputError(f"--scale {scale}: a length needs two joints, and '{known[0]}' is one")
    return layout.index(known[0]), layout.index(known[1])


def scaled(x_TVD: Points, mask_TV: Mask, pair: tuple[int, int] | None) -> Points:
    """Divide by the median distance of the pair over the frames in which both are there.

    If there is no pair, or its joints are never both there or are at the same point, the root mean
    square distance of all joints from 0 takes its place: on parts of UTD-MHAD it did as well as a
    pair. A clip of zeros stays as it is.
    """
    width = 0.0 if pair is None else _median_distance(x_TVD, mask_TV, pair)
    if width <= 0 and mask_TV.any():
        width = float(np.sqrt(np.square(x_TVD[mask_TV]).sum(axis=-1).mean()))
    return x_TVD / np.float32(width) if width > 0 else x_TVD


def _median_distance(x_TVD: Points, mask_TV: Mask, pair: tuple[int, int]) -> float:
    both = mask_TV[:, pair[0]] & mask_TV[:, pair[1]]
    distance = np.linalg.norm(x_TVD[both, pair[0]] - x_TVD[both, pair[1]], axis=-1)
    return float(np.median(distance)) if both.any() else 0.0


def _root_track(x_TVD: Points, mask_TV: Mask, layout: Layout) -> Points:
    """[T, D]: where the root is, in every frame."""
    joints = list(layout.root_index)
    there = mask_TV[:, joints].all(axis=1)
    track = x_TVD[:, joints].mean(axis=1)
    if not there.any():
        joints, there = list(range(mask_TV.shape[1])), mask_TV.any(axis=1)
        count = np.maximum(mask_TV.sum(axis=1), 1)[:, None]
        track = np.where(mask_TV[..., None], x_TVD, 0).sum(axis=1) / count
    if not there.any():
        return np.zeros_like(track)
    frames = np.arange(len(x_TVD))
    steps = [np.interp(frames, frames[there], track[there, d]) for d in range(track.shape[1])]
    return np.stack(steps, axis=1).astype(np.float32)


def resampled(clip: PreparedClip, frames: int) -> PreparedClip:
    """The complete clip in `frames` frames: linear in time, first and last frame kept.

    If one of the two neighbours is missing, the nearer frame alone decides.
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


def at_steady_rate(
    times_T: NDArray[np.float64], x_TVC: NDArray[np.floating[Any]], fps: float, *, max_gap: float = MAX_GAP
) -> NDArray[np.float32]:
    """Joints at the first time, and then `fps` times in a second up to the last one.

    A joint that is seen in two neighbouring frames is interpolated in the stream's time. A joint
    that only one of them has, or one beside a gap, is taken from a frame at most half a step away;
    else it is missing.

    Args:
        times_T: seconds, increasing.
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
