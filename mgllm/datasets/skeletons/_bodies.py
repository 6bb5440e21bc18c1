"""Several bodies in one recording: which of them the clip is about, in PYSKL's pickles and
elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError

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


def check_annotations(path: Path, content: Any) -> list[dict[str, Any]]:
    """The annotations of a pickle's content, at least one.

    Raises:
        InputError: there are none, or one has no name, or its label is not a number.
    """
    annotations = content.get("annotations") if isinstance(content, dict) else None
    if not isinstance(annotations, list) or not annotations:
        raise InputError(f"{path} is not a PYSKL pickle: it must be a dict with a list 'annotations'")
    for place, one in enumerate(annotations):
        if not isinstance(one, dict) or not isinstance(one.get("frame_dir"), str):
            raise InputError(f"{path} annotations[{place}]: has no text 'frame_dir'")
        label = one.get("label", 0)
        if not isinstance(label, int | np.integer) or not 0 <= label < 100_000:
            raise InputError(f"{path} annotations[{place}] label: must be a whole number, 0 or more")
    return annotations


def keypoints(annotation: Mapping[str, Any], where: str) -> NDArray[np.float32]:
    """[M, T, V, D], D = 2 or 3 coordinates.

    Raises:
        InputError: it is not such an array.
    """
    points = annotation.get("keypoint")
    if not isinstance(points, np.ndarray) or points.ndim != 4 or points.dtype.kind not in "fiu":
        shape = (
            f"{points.dtype} {list(points.shape)}"
            if isinstance(points, np.ndarray)
            else type(points).__name__
        )
        raise InputError(f"{where} keypoint: must be numbers [M, T, V, C], but is {shape}")
    if points.shape[3] not in (2, 3) or not points.shape[0]:
        raise InputError(
            f"{where} keypoint: has the shape {list(points.shape)}; C must be 2 or 3, and M at least 1"
        )
    return points.astype(np.float32)


def main_body(annotation: Mapping[str, Any], where: str) -> NDArray[np.float32]:
    """[T, V, D (+ 1 with scores)] of the body that moves most; what is missing is NaN.

    Raises:
        InputError: keypoints or scores do not fit.
    """
    points = keypoints(annotation, where)
    dims = points.shape[3]
    points = without_zeros(points, dims)
    scores = annotation.get("keypoint_score")
    if scores is None:
        alone: NDArray[np.float32] = points[most_moving(points)]
        return alone
    if (
        not isinstance(scores, np.ndarray)
        or scores.shape != points.shape[:3]
        or scores.dtype.kind not in "fiu"
    ):
        raise InputError(f"{where} keypoint_score: must be numbers {list(points.shape[:3])}")
    points[scores <= 0] = np.nan
    body = most_moving(points)
    joints = np.concatenate([points[body], scores[body, ..., None].astype(np.float32)], axis=-1)
    joints[np.isnan(joints[..., :dims]).any(axis=-1), dims] = 0
    return joints
