"""What can be said of a recording by its joints alone: when nobody is seen, whether the person who
is followed changes, and whether the picture is turned.

Pure functions of joints [T, V, C] with x to the right and y downwards, as in pictures. A joint is
looked for by the names that layouts use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.skeleton.layout import Layout
from mgllm.skeleton.preparing import Mask, Reals, seen_joints

NOBODY = 0.5
"""Seconds: the shortest stretch without any joint that counts as one. Detectors lose a person for
moments; what lasts longer is not a detector's blink. Our choice."""
GUESSED = 0.2
"""A joint with a confidence up to this is a guess and shows nothing. Chosen on landmarks of people:
of 3,685 touches none loses its hand by it. Of 98 clips in which the hands hang below the picture,
where MediaPipe still guesses wrists, it leaves 2 a hand (.1: 28)."""
MOST = 0.75
"""Share of the frames in which the picture must be turned. Three clips turned by hand have 1.0,
upright ones 0; bowing and lying down take a part of a recording. Our choice."""
LEAP = 0.2
"""Seconds: frames that are farther apart are not compared. Our choice."""
BLOCK = 8192
"""Frames looked at together, so that memory does not grow with a recording."""
FACE, EYES = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head"), ("left_eye", "right_eye")
BELOW = ("left_elbow", "right_elbow", "left_hip", "right_hip", "mid_hip", "hip_centre", "spine_base")
"""Joints below the shoulders of an upright person."""

Turn = Literal["upside down", "on the side"]


class View(NamedTuple):
    """How the person stands in the picture."""

    turned: Turn | None
    """How the person is, if not upright."""
    swapped: bool
    """Whether a face is seen and the left shoulder is to the left of the right one."""


def person_seen(joints_TVC: Reals, dims: int) -> Mask:
    """[T]: whether any joint is there, however sure."""
    blocks = [seen_joints(block, dims).any(axis=1) for block in _blocks(joints_TVC)]
    return np.concatenate(blocks) if blocks else np.zeros(0, bool)


def spans(on_T: Mask) -> list[tuple[int, int]]:
    """First frame, and frame after the last, of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on_T, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def nobody(seen_T: Mask, fps: float) -> list[tuple[int, int]]:
    """Stretches (first frame, frame after the last) of at least `NOBODY` seconds without a
    person."""
    return [(first, after) for first, after in spans(~seen_T) if after - first >= NOBODY * fps]


def somebody(seen_T: Mask, fps: float) -> list[tuple[int, int]]:
    """What is left of the recording without the stretches of `nobody`, in the same form."""
    kept_T = np.ones(len(seen_T), bool)
    for first, after in nobody(seen_T, fps):
        kept_T[first:after] = False
    return spans(kept_T)


def leaps(joints_TVC: Reals, layout: Layout, dims: int, fps: float) -> int:
    """How often the point between the shoulders moves by more than a shoulder width at once.

    At once is from one frame in which the shoulders are seen to the next, or in two steps of less:
    joints at a steady rate may have been interpolated between two people. The width is the larger
    one of the frames. 0 where the layout has no shoulders.
    """
    if layout.shoulder_index is None:
        return 0
    pair = list(layout.shoulder_index)
    parts = [(block[:, pair, :dims], seen_joints(block, dims)[:, pair]) for block in _blocks(joints_TVC)]
    there = np.flatnonzero(np.concatenate([seen.all(axis=1) for _, seen in parts]))
    shoulders = np.concatenate([points for points, _ in parts])[there].astype(np.float64)
    middle, width = shoulders.mean(axis=1), np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1)
    step = np.diff(middle, axis=0)
    once = (np.diff(there) <= LEAP * fps) & (np.linalg.norm(step, axis=-1) > _larger(width, 1))
    goes_on = once[1:] & once[:-1] & ((step[1:] * step[:-1]).sum(axis=-1) > 0)
    twice = np.linalg.norm(step[1:] + step[:-1], axis=-1) > _larger(width, 2)
    twice &= (there[2:] - there[:-2] <= LEAP * fps) & ~once[1:] & ~once[:-1]
    return int(once.sum() - goes_on.sum()) + len(spans(twice))


def _larger(width_T: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """The larger of the widths of two frames so many steps apart."""
    return np.maximum(width_T[step:], width_T[:-step])


def view_of(joints_TVC: Reals, layout: Layout, dims: int) -> View:
    """How the person stands in the picture; upright and not swapped where joints do not show it.

    Upside down: the head is below the line of the shoulders, and elbows and hips, where they are
    seen, are above it; a person who bows has them below. On the side: the shoulders are one above
    the other and the head is beside them; in profile it is above them.

    Args:
        joints_TVC: in pixels or the like, y downwards; of three coordinates nothing is said.
        layout: of the joints.
        dims: coordinates of a joint.
    """
    pair = layout.shoulder_index
    if dims != 2 or pair is None or not set(FACE) & set(layout.joints):
        return View(None, swapped=False)
    count = np.zeros(5, np.int64)
    for block in _blocks(joints_TVC):
        count += _counts(block, layout, pair)
    judged, upside_down, side, faces, swapped = count.tolist()
    turned: Turn | None = None
    if judged and upside_down >= MOST * judged:
        turned = "upside down"
    elif judged and side >= MOST * judged:
        turned = "on the side"
    return View(turned, swapped=turned is None and faces > 0 and swapped >= MOST * faces)


def _counts(x_TVC: Reals, layout: Layout, pair: tuple[int, int]) -> NDArray[np.int64]:
    """Frames with head and shoulders; upside down; on the side; with a face from the front; with
    swapped shoulders."""
    seen_TV = seen_joints(x_TVC, 2, GUESSED)
    left_TD, right_TD = x_TVC[:, pair[0], :2], x_TVC[:, pair[1], :2]
    head_TD = _mean(x_TVC, seen_TV, layout, FACE)
    below_TD = _mean(x_TVC, seen_TV, layout, BELOW)
    middle_TD = (left_TD + right_TD) / 2
    width_T = np.linalg.norm(left_TD - right_TD, axis=-1)
    across_T, up_T = head_TD[:, 0] - middle_TD[:, 0], middle_TD[:, 1] - head_TD[:, 1]
    judged_T = seen_TV[:, pair[0]] & seen_TV[:, pair[1]] & ~np.isnan(across_T)
    flat_T = np.abs(left_TD[:, 0] - right_TD[:, 0]) > np.abs(left_TD[:, 1] - right_TD[:, 1])
    hanging_T = np.isnan(below_TD[:, 1]) | (below_TD[:, 1] < middle_TD[:, 1])
    upside_down_T = judged_T & (up_T < 0) & hanging_T
    side_T = judged_T & ~flat_T & (np.abs(across_T) > np.abs(up_T)) & (width_T > 0)
    front_T = judged_T & flat_T & _face(seen_TV, layout) & (width_T > np.hypot(across_T, up_T) / 2)
    swapped_T = front_T & (left_TD[:, 0] < right_TD[:, 0])
    return np.array([one.sum() for one in (judged_T, upside_down_T, side_T, front_T, swapped_T)], np.int64)


def _face(seen_TV: Mask, layout: Layout) -> Mask:
    """[T]: nose and both eyes are seen; never where the layout has none."""
    names = ("nose", *EYES)
    if not set(names) <= set(layout.joints):
        return np.zeros(len(seen_TV), bool)
    return np.asarray(seen_TV[:, [layout.index(name) for name in names]].all(axis=1))


def _mean(x_TVC: Reals, seen_TV: Mask, layout: Layout, names: tuple[str, ...]) -> NDArray[np.floating[Any]]:
    """[T, 2]: the middle of those of the joints that are seen; NaN without any."""
    places = [layout.index(name) for name in names if name in layout.joints]
    count_T = seen_TV[:, places].sum(axis=1)
    total_TD = np.where(seen_TV[:, places, None], x_TVC[:, places, :2], 0).sum(axis=1)
    return np.asarray(np.where(count_T[:, None] > 0, total_TD / np.maximum(count_T, 1)[:, None], np.nan))


def _blocks(joints_TVC: Reals) -> Iterator[Reals]:
    for first in range(0, len(joints_TVC), BLOCK):
        yield joints_TVC[first : first + BLOCK]
