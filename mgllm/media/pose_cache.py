"""Poses that were found before, by content: the same bytes, the same crop, the same detector.

They lie in `$MGLLM_CACHE/poses`, else in the user's cache folder; no pixels, no names. Whatever is wrong with
one, it is made again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from mgllm.errors import InputError
from mgllm.files.caching import cache_folder
from mgllm.files.writing import write_folder
from mgllm.media.crop import Crop
from mgllm.media.pose import DETECTOR
from mgllm.media.poses import BODY, HAND, Poses

FORMAT = "1"
"""Changes when what is kept, or how pictures are decoded, does."""


def pose_key(file_sha256: str, crop: Crop | None) -> str:
    """What the poses of a file go by."""
    parts = (FORMAT, DETECTOR, crop.text if crop else "", file_sha256)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_poses(key: str) -> Poses | None:
    """Poses that are kept under a key; None where there are none, or damaged ones."""
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
    """Keep poses, whole or not at all. Where nothing can be kept, nothing is."""
    path = _path(key)
    with suppress(InputError), write_folder(path.parent, (path.name,)) as drafts:
        draft = drafts / path.name
        draft.touch(mode=0o600)  # poses are of people: nobody else of this machine needs them
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
