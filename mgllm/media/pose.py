"""Where a person's body and hands are in a picture or a part of it, by MediaPipe Holistic.

Landmarks are not smoothed (`smooth_landmarks=False`). Measured on six clips of people signing (458
frames, in pixels at 143 between the shoulders): with smoothing the jitter at head and shoulders is
.03–.11, without it .31–.54, and a quick hand lags behind. The recogniser has learned from jitter of
.3–.6. MediaPipe's `left` is the person's own left if the picture is not mirrored.

Poses are kept by content (the same bytes, the same crop, the same detector) in
`$MGLLM_CACHE/poses`, else in the user's cache folder: no pixels, no names. A damaged one is made
again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.files.caching import cache_folder
from mgllm.files.writing import write_folder
from mgllm.media.poses import Poses
from mgllm.media.video import MEDIAPIPE, Pixels, Video, holistic, quiet_stderr
from mgllm.records import Frozen
from mgllm.skeleton.landmarks import BODY, HAND

_PART = re.compile(r"(\d+(?:\.\d+)?)(%?)")
SMALLEST = 32
"""Pixels on each side of a crop; a person cannot be seen in less."""
DETECTOR = f"MediaPipe Holistic {MEDIAPIPE}, model complexity 1, not smoothed"
FIRST = 64
"""Pixels on each side of the empty picture with which the detector starts."""
FEWEST = 2
"""Frames of a recording; with fewer nothing moves."""
Found = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Body [33, 3] and hands [2, 21, 2] of a frame."""
FORMAT = "1"
"""Version of the kept files; it changes with their content and with how pictures are decoded."""


class Box(Frozen):
    """A part of a picture in whole pixels."""

    x: int
    """Its left side."""
    y: int
    """Its upper side."""
    width: int
    """From left to right."""
    height: int
    """From top to bottom."""


class Crop(Frozen):
    """What the user asked for; percentages need the size of a picture."""

    text: str
    """As it was written, without blanks."""
    values: tuple[float, float, float, float]
    """X, Y, W, H."""
    percent: tuple[bool, bool, bool, bool]
    """Which of them are shares of the picture."""

    def within(self, size: tuple[int, int], where: str) -> Box:
        """The box in a picture of a size (width, height).

        Raises:
            InputError: it reaches beyond the picture, or is too small to show a person.
        """
        sides = (size[0], size[1], size[0], size[1])
        pixels = [
            value * side / 100 if percent else value
            for value, percent, side in zip(self.values, self.percent, sides, strict=True)
        ]
        x, y = round(pixels[0]), round(pixels[1])
        width, height = round(pixels[0] + pixels[2]) - x, round(pixels[1] + pixels[3]) - y
        picture = f"the picture of {where}, {size[0]} x {size[1]} pixels"
        if x + width > size[0] or y + height > size[1]:
            raise InputError(f"--crop {self.text} reaches beyond {picture}")
        if min(width, height) < SMALLEST:
            raise InputError(
                f"--crop {self.text} is {width} x {height} pixels of {picture}; "
                f"it must have at least {SMALLEST} on each side"
            )
        return Box(x=x, y=y, width=width, height=height)


def parse_crop(text: str) -> Crop:
    """`X,Y,W,H`, each a number of pixels or a share of the picture such as 25%.

    Raises:
        InputError: the text is something else.

    >>> parse_crop("25%, 0, 50%, 480").percent
    (True, False, True, False)
    """
    parts = [_PART.fullmatch(part.strip()) for part in text.split(",")]
    found = [part for part in parts if part is not None]
    if len(parts) != 4 or len(found) != 4:
        raise InputError(f"--crop '{text:.60}' is not X,Y,W,H in pixels or percent, such as 25%,0,50%,100%")
    x, y, width, height = (float(part[1]) for part in found)
    a, b, c, d = (part[2] == "%" for part in found)
    return Crop(text=",".join(part[0] for part in found), values=(x, y, width, height), percent=(a, b, c, d))


class PoseDetector:
    """Follows one person through the pictures of one recording; a new recording needs a new one."""

    def __init__(self) -> None:
        self._graph: Any = None
        self._settled = False

    def __enter__(self) -> Self:
        module = holistic()
        with quiet_stderr():
            self._graph = module.Holistic(static_image_mode=False, model_complexity=1, smooth_landmarks=False)
            # Its threads print while they start; after a first, empty picture all have started.
            self._graph.process(np.zeros((FIRST, FIRST, 3), np.uint8))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._graph.close()

    def detect(self, rgb: Pixels, box: Box | None = None) -> Found:
        """Landmarks in pixels of the whole picture; NaN where there are none.

        Args:
            rgb: [height, width, 3].
            box: the only part that is used.
        """
        part, corner = rgb, (0, 0)
        if box is not None:
            part = np.ascontiguousarray(rgb[box.y : box.y + box.height, box.x : box.x + box.width])
            corner = (box.x, box.y)
        if self._settled:
            seen = self._graph.process(part)
        else:  # it prints once more at the first person
            with quiet_stderr():
                seen = self._graph.process(part)
            self._settled = seen.pose_landmarks is not None
        scale = np.array([part.shape[1], part.shape[0]], np.float32)
        body = np.full((BODY, 3), np.nan, np.float32)
        if seen.pose_landmarks:
            body[:] = [(one.x, one.y, one.visibility) for one in seen.pose_landmarks.landmark]
            body[:, :2] = body[:, :2] * scale + corner
        hands = np.full((2, HAND, 2), np.nan, np.float32)
        for side, marks in enumerate((seen.right_hand_landmarks, seen.left_hand_landmarks)):
            if marks:
                hands[side] = [(one.x, one.y) for one in marks.landmark]
        return body, hands * scale + np.array(corner, np.float32)


def watch(video: Video, detector: PoseDetector, crop: Crop | None, step: Callable[[], object]) -> Poses:
    """What the detector sees in all pictures of a video; only one picture is in memory at a time.

    Args:
        video: an open one.
        detector: a new one.
        crop: the part of the picture that is used; None: all of it.
        step: called after each picture.

    Raises:
        InputError: there are fewer than two pictures, or the crop does not fit.
    """
    times: list[float] = []
    found: list[Found] = []
    size, box = (0, 0), None
    for picture in video.pictures():
        if not times:
            size = (picture.rgb.shape[1], picture.rgb.shape[0])
            box = crop.within(size, str(video.path)) if crop else None
        found.append(detector.detect(picture.rgb, box))
        times.append(picture.time)
        step()
    if len(times) < FEWEST:
        what = "has only one picture, so nothing moves" if times else "has no picture that can be read"
        raise InputError(f"{video.path} {what}; give a video")
    bodies, hands = zip(*found, strict=True)
    return Poses(np.array(times), np.stack(bodies), np.stack(hands), size, video.partial())


def pose_key(file_sha256: str, crop: Crop | None) -> str:
    """The name under which the poses of a file are kept."""
    parts = (FORMAT, DETECTOR, crop.text if crop else "", file_sha256)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_poses(key: str) -> Poses | None:
    """Poses that are kept under a key; None if there are none, or they are damaged."""
    try:
        with _path(key).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            width, height = (int(value) for value in kept["size"])
            partial = str(kept["partial"]) or None
            poses = Poses(kept["times"], kept["body"], kept["hands"], (width, height), partial)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    frames = len(poses.times)
    fits = poses.body.shape == (frames, BODY, 3) and poses.hands.shape == (frames, 2, HAND, 2)
    return poses if fits and frames else None


def write_poses(key: str, poses: Poses) -> None:
    """Keep poses, completely or not at all; a folder that cannot be written is ignored."""
    path = _path(key)
    with suppress(InputError), write_folder(path.parent, (path.name,)) as drafts:
        draft = drafts / path.name
        draft.touch(mode=0o600)  # poses are data about people: other users of this machine need not read them
        np.savez(
            draft,
            times=poses.times,
            body=poses.body,
            hands=poses.hands,
            size=np.array(poses.size),
            partial=np.array(poses.partial or ""),
        )


def _path(key: str) -> Path:
    return cache_folder("poses") / f"{key}.npz"
