"""`NAME.skeleton.npz`: the joints of one recording, for recordings that are not a data set.

A zip file of two arrays: `joints` [T, V, 3] and `about`, one JSON text. No pickle, no pixels.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.files.archives import refuse_bomb
from mgllm.files.arrays import NPZ_ERRORS, npz_array, reason
from mgllm.files.json_files import parse_json, to_model
from mgllm.files.opening import open_file
from mgllm.files.tables import repeated
from mgllm.records import Frozen
from mgllm.records.frozen import Name
from mgllm.skeleton.dataset import Clip, DatasetMeta
from mgllm.skeleton.layout import Layout
from mgllm.skeleton.reading import clip_problem

SUFFIX = ".skeleton.npz"
PIXELS = "pixels"
"""Unit of coordinates in a picture; y goes down."""
MAX_BYTES = 1_000_000_000
"""Most bytes of both arrays, unpacked: 40 hours of 25 joints at 25 frames a second."""
_MEMBERS = {"joints.npy", "about.npy"}


class About(Frozen):
    """What the file says about the joints."""

    schema_: Literal["mgllm.skeleton/1"] = Field(default="mgllm.skeleton/1", alias="schema")
    """Name and version of the file format."""
    joints: tuple[Name, ...] = Field(min_length=1, max_length=1000)
    """Names in the order of the array's axis V. "left" is the person's own left."""
    dims: Literal[2] = 2
    """Coordinates of a joint; the last channel is a confidence."""
    units: Name = PIXELS
    """Unit of the coordinates; y increases downwards."""
    fps: float = Field(gt=0, le=1000)
    """Frames a second, steady."""
    begins: float = Field(default=0.0, ge=0)
    """Seconds of the first frame since the recording's beginning."""
    picture: tuple[int, int] | None = None
    """Width and height of the picture in pixels."""
    source: Name | None = None
    """Name of the file that it was read from; absent if the user hides it."""
    source_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """Hash of that file's bytes; absent if the user hides the name."""
    detector: Name | None = None
    """What found the joints."""
    partial: str | None = Field(default=None, max_length=500)
    """Which part of that file could not be read; absent if all was read."""


@dataclass(frozen=True, eq=False)
class Recording:
    """The joints of one recording."""

    joints: NDArray[np.float32]
    """[T, V, 3]: x, y, confidence; NaN = missing."""
    about: About
    """What the file says about them."""

    @property
    def end(self) -> float:
        """Seconds from the recording's beginning to the end of the last frame."""
        return self.about.begins + len(self.joints) / self.about.fps


def skeleton_bytes(recording: Recording) -> bytes:
    """The content of the file; the same recording gives the same bytes."""
    about = recording.about.model_dump(mode="json", by_alias=True, exclude_none=True)
    text = json.dumps(about, ensure_ascii=False)
    buffer = io.BytesIO()
    np.savez(buffer, joints=recording.joints.astype("<f4"), about=np.array(text))
    return buffer.getvalue()


def as_recording(clip: Clip, meta: DatasetMeta, detector: str) -> Recording:
    """A clip of a data set as a recording of its own; without confidences a joint seen has 1.

    Raises:
        InputError: its joints are not pixels of a picture, or frames a second are not known.
    """
    if meta.dims != 2 or meta.units != PIXELS:
        raise InputError(
            f"'{clip.id}' has {meta.dims} coordinates in {meta.units}; skeleton files have pixels"
        )
    if clip.fps is None:
        raise InputError(f"'{clip.id}' does not say frames per second, which skeleton files need")
    x_TVC = np.asarray(clip.joints, np.float32)
    if problem := clip_problem(x_TVC, meta.dims):
        raise InputError(f"'{clip.id}': {problem}")
    if x_TVC.shape[-1] == meta.dims:
        seen = np.isfinite(x_TVC).all(axis=-1, keepdims=True)
        x_TVC = np.concatenate([x_TVC, seen.astype(np.float32)], axis=-1)
    return Recording(x_TVC, About(joints=meta.layout.joints, fps=clip.fps, source=clip.id, detector=detector))


def read_skeleton_file(path: Path) -> Recording:
    """The recording of a file.

    Raises:
        InputError: it cannot be read, is too large, or does not have this format.
    """
    arrays = _arrays(path)
    if arrays["about"].dtype.kind != "U" or arrays["about"].ndim:
        raise InputError(f"{path} about: must be one JSON text")
    about = to_model(About, parse_json(str(arrays["about"]), str(path)), f"{path} about")
    joints = arrays["joints"]
    wanted = (len(about.joints), about.dims + 1)
    if joints.dtype != np.dtype("<f4") or joints.ndim != 3 or joints.shape[1:] != wanted:
        what = (
            f"must be float32 [frames, {wanted[0]}, {wanted[1]}], but is {joints.dtype} {list(joints.shape)}"
        )
        raise InputError(f"{path} joints: {what}")
    if twice := repeated(about.joints):
        raise InputError(f"{path} joints: '{twice[0]}' appears twice; names must be unique")
    if problem := clip_problem(joints, about.dims):
        raise InputError(f"{path} joints: {problem}")
    return Recording(joints, about)


def joints_for(recording: Recording, layout: Layout, what: str) -> NDArray[np.float32]:
    """[T, V, 3] in a layout's order, by name.

    Raises:
        InputError: the recording has not all of its joints.
    """
    names = recording.about.joints
    missing = [name for name in layout.joints if name not in names]
    if missing:
        raise InputError(
            f"{what} was made for a layout of {len(layout.joints)} joints with '{missing[0]}'; the "
            f"skeleton of {len(names)} joints has none; use another recogniser, or read the video again"
        )
    return recording.joints[:, [names.index(name) for name in layout.joints]]


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The two arrays, after a check of the sizes that the file states."""
    try:
        with open_file(path) as file, ZipFile(file) as archive:
            members = archive.namelist()
            if len(members) != len(_MEMBERS) or {*members} != _MEMBERS:
                held = ", ".join(sorted(members)[:5]) or "nothing"
                raise InputError(
                    f"{path} is not a {SUFFIX} file: it must contain joints and about, but contains {held}"
                )
            refuse_bomb(archive, str(path), MAX_BYTES)
            return {name: npz_array(archive, name) for name in ("joints", "about")}
    except BadZipFile:
        raise InputError(f"{path} is damaged, or is not a {SUFFIX} file; make it again") from None
    except NPZ_ERRORS as error:
        raise InputError(f"{path} cannot be read: {reason(error)}") from None
