"""What a reader must know about a recording before trusting its gestures, as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import some
from mgllm.records import Frozen
from mgllm.skeleton import Layout
from mgllm.skeleton.quality import Turn, leaps, nobody, person_seen, view_of

SELDOM = 0.5
"""A note says it if a person is seen in a smaller share of the frames."""
REPEATEDLY = 2
"""Leaps from which on several people are suspected: one may be an accident. Our choice."""
TURNED: Mapping[Turn, str] = {
    "upside down": "the person is upside down",
    "on the side": "the person lies on the side",
}


class Quality(Frozen):
    """What is known of a recording."""

    unseen: tuple[tuple[float, float], ...] = ()
    """Start and end, in seconds of the recording, of stretches in which nobody is seen."""
    turned: Turn | None = None
    """A turned picture: what a recogniser finds in it means nothing."""
    notes: tuple[str, ...] = ()
    """A line for each thing."""


def quality_of(
    joints_TVC: NDArray[np.floating[Any]],
    skeleton: tuple[Layout, int],
    fps: float,
    *,
    begins: float = 0.0,
    is_picture: bool = True,
) -> Quality:
    """What joints show of a recording.

    Args:
        joints_TVC: the recording; may be memory-mapped.
        skeleton: layout and number of coordinates.
        fps: frames a second.
        begins: seconds of the first frame since the recording's beginning.
        is_picture: whether x goes right and y down, as in a picture; else nothing is said of turned
            and mirrored pictures.
    """
    layout, dims = skeleton
    seen_T = person_seen(joints_TVC, dims)
    unseen = tuple(
        (round(begins + first / fps, 3), round(begins + after / fps, 3))
        for first, after in nobody(seen_T, fps)
    )
    notes = [_nobody_note(unseen)] if unseen else []
    if not unseen and seen_T.mean() < SELDOM:
        notes.append(f"a person is seen in only {seen_T.mean():.0%} of the frames")
    if (count := leaps(joints_TVC, layout, dims, fps)) >= REPEATEDLY:
        notes.append(
            f"the person jumps to another place {count} times: there seem to be several people, or "
            "cuts; --crop X,Y,W,H uses only a part of a video's picture"
        )
    turned: Turn | None = None
    if is_picture:
        turned, swapped = view_of(joints_TVC, layout, dims)
        if turned:
            notes.append(f"{TURNED[turned]}, so no gesture is named; turn the picture upright first")
        if swapped:
            notes.append(
                "left and right are exchanged: the picture or the joints are mirrored, or the person "
                "turns the back; look at it before you use its gestures"
            )
    return Quality(unseen=unseen, turned=turned, notes=tuple(notes))


def _nobody_note(unseen: Sequence[tuple[float, float]]) -> str:
    where = some([f"{start:.1f}–{end:.1f} s" for start, end in unseen])
    return f"nobody is seen for {unseen_seconds(unseen):.1f} s ({where}): no gesture is named there"


def unseen_seconds(unseen: Sequence[tuple[float, float]]) -> float:
    """Their sum."""
    return round(sum(end - start for start, end in unseen), 3)
