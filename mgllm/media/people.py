"""Whether one person was followed: a detector of one person may go from one to another."""

from __future__ import annotations

import numpy as np

from mgllm.media.poses import Poses

SHOULDERS = (11, 12)
NEIGHBOURS = 0.2
"""Seconds: frames that are farther apart are no neighbours."""
REPEATEDLY = 2
"""So many leaps are no accident."""


def leaps(poses: Poses) -> int:
    """How often the point between the shoulders leaps by more than a shoulder width from a frame to the next.

    The width is the wider one of the two frames.
    """
    there = np.flatnonzero(poses.seen)
    shoulders = poses.body[there][:, SHOULDERS, :2].astype(np.float64)
    middle = shoulders.mean(axis=1)
    width = np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1)
    moved = np.linalg.norm(np.diff(middle, axis=0), axis=-1)
    near = np.diff(poses.times[there]) <= NEIGHBOURS
    return int((near & (moved > np.maximum(width[1:], width[:-1]))).sum())


def several_people(poses: Poses) -> str | None:
    """A line where the person followed seems to change; None where it does not."""
    count = leaps(poses)
    if count < REPEATEDLY:
        return None
    return (
        f"the person followed leaps {count} times: there seem to be several people, or cuts; "
        "--crop X,Y,W,H keeps to a part of the picture"
    )
