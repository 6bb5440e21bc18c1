"""Annotations in the form of PYSKL's pickles: several bodies, coordinates, scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._bodies import without_zeros
from mgllm.datasets.skeletons._joining import Kept, dense, main_body
from mgllm.errors import InputError

PIXELS = 20.0
"""Coordinates farther from 0 than this are pixels, where the channel beside them is never outside 0
to 1: no room of a depth camera is 20 metres wide."""
Third = Literal["coordinate", "score", "nothing"]
"""What the third of three channels is."""


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


def third_channel(annotations: Iterable[tuple[str, Mapping[str, Any]]]) -> Third:
    """What the third channel is in all annotations of a file, given with their places.

    A score lies in 0 to 1 beside coordinates in pixels.

    Raises:
        InputError: everything lies in 0 to 1, so that it may be either.
    """
    lowest, highest, farthest, first = np.inf, -np.inf, 0.0, ""
    below = False
    for where, one in annotations:
        points = keypoints(one, where)
        if points.shape[3] != 3 or not points.size:
            continue
        first = first or where
        lowest = min(lowest, float(points[..., 2].min()))
        highest = max(highest, float(points[..., 2].max()))
        farthest = max(farthest, float(np.nanmax(np.abs(points[..., :2]))))
        below = below or bool((points[..., :2] < 0).any())
    if not first or not (lowest >= 0 and highest <= 1):
        return "coordinate"
    if farthest > PIXELS:
        return "score" if highest > 0 else "nothing"
    if farthest <= 1 and not below:
        raise InputError(
            f"{first} keypoint: all three channels lie in 0 to 1, so the third may be a score or a depth; "
            "write x and y in pixels, or put scores into keypoint_score"
        )
    return "coordinate"


def kept_body(
    annotation: Mapping[str, Any], where: str, third: Third
) -> tuple[NDArray[np.float32], Kept | None]:
    """[T, V, D (+ 1 with scores)] of the person that the clip is about, and what was left out;
    what is missing is NaN.

    Raises:
        InputError: keypoints or scores do not fit.
    """
    points = keypoints(annotation, where)
    scores = _scores(annotation, where, points.shape[:3])
    if points.shape[3] == 3 and third != "coordinate":
        scores = points[..., 2] if scores is None and third == "score" else scores
        points = points[..., :2]
    dims = points.shape[3]
    points = without_zeros(points, dims)
    weights = np.ones(points.shape[:3], np.float32) if scores is None else scores.astype(np.float32)
    points[~(weights > 0)] = np.nan
    kept = main_body(np.concatenate([points, weights[..., None]], axis=-1))
    if kept is None:
        missing = np.full((*points.shape[1:3], dims + (scores is not None)), np.nan, np.float32)
        return missing, None
    joints = dense(kept.body, points.shape[1]).astype(np.float32)
    if scores is None:
        return joints[..., :dims], kept
    joints[np.isnan(joints[..., :dims]).any(axis=-1), dims] = 0
    return joints, kept


def _scores(annotation: Mapping[str, Any], where: str, shape: tuple[int, ...]) -> NDArray[Any] | None:
    scores = annotation.get("keypoint_score")
    if scores is None:
        return None
    if not isinstance(scores, np.ndarray) or scores.shape != shape or scores.dtype.kind not in "fiu":
        raise InputError(f"{where} keypoint_score: must be numbers {list(shape)}")
    return scores
