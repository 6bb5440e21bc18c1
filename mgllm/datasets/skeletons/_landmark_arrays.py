"""Arrays of MediaPipe landmarks: one vector a frame, body, face and hands behind each other.

N. Nochnack's tutorial on sign language ("Action Detection for Sign Language", 2021) saves each
frame as 33 body landmarks of x, y, z, visibility, 468 face landmarks of x, y, z, and 21 of the left
and 21 of the right hand: 1662 numbers. Public code that follows it leaves the face out (258), keeps
the body down to the hips alone (226, MSL-150), has the face with irises (1692), or no visibility
(1629, 225). A part that was not found is all zeros.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, some
from mgllm.files.arrays import map_npy
from mgllm.files.tables import repeated
from mgllm.skeleton.landmarks import BODY, HAND, LEFT, RIGHT, WRISTS

Reals = NDArray[np.float64]


class Form(NamedTuple):
    """What a vector consists of, beside two hands at its end."""

    body: int
    """Landmarks of the body."""
    values: int
    """Of each: x, y, z and, with 4, the visibility."""
    face: int
    """Landmarks of the face."""


FORMS: Mapping[int, Form] = {
    form.body * form.values + 3 * (form.face + 2 * HAND): form
    for form in (
        Form(33, 4, 468), Form(33, 4, 0), Form(25, 4, 0), Form(33, 4, 478), Form(33, 3, 468), Form(33, 3, 0),
    )
}  # fmt: skip
"""By length."""
FARTHEST = 20.0
"""Shares of the picture: MediaPipe puts unseen knees a few pictures away; pixels are larger. Our
choice."""
MOST_FRAMES = 1_000_000
"""Of one sequence: nine hours at 30 frames a second."""
_NUMBER = re.compile(r"\d{1,6}")


class Recorded(NamedTuple):
    """The files of one sequence."""

    sign: str
    name: str
    files: tuple[Path, ...]
    """One array [T, L], or a vector for each frame in their order."""
    places: tuple[int, ...]
    """The frame of each file, from 0; empty for one array."""


class Marks(NamedTuple):
    """The landmarks of a sequence: shares of the picture, y downwards; NaN = not found."""

    body: Reals
    """[T, 33, 3]: x, y, visibility."""
    hands: Reals
    """[T, 2, 21, 2]: x, y of the right and the left hand."""


def find_sequences(source: Path) -> tuple[list[Recorded], list[str]]:
    """The sequences of SIGN/SEQUENCE/FRAME.npy and SIGN/SEQUENCE.npy, and what to note.

    Raises:
        InputError: there are none, or a frame's file is not called by a number.
    """
    signs = sorted(path for path in source.iterdir() if path.is_dir()) if source.is_dir() else []
    found: list[Recorded] = []
    for sign in signs:
        whole = [Recorded(sign.name, path.stem, (path,), ()) for path in sign.glob("*.npy")]
        folders = [path for path in sign.iterdir() if path.is_dir()]
        framed = [one for path in folders if (one := _framed(sign.name, path)) is not None]
        names = [one.name for one in (*whole, *framed)]
        if twice := sorted(repeated(names)):
            raise InputError(f"{sign} has the sequence '{twice[0]}' as a file and as a folder")
        found += sorted([*whole, *framed], key=lambda one: _order(one.name))
    if not found:
        raise InputError(f"{source} has neither SIGN/SEQUENCE/FRAME.npy nor SIGN/SEQUENCE.npy")
    return found, _notes(source, found)


def read_marks(one: Recorded) -> tuple[Marks, int]:
    """The landmarks of a sequence, and the length of its vectors.

    Raises:
        InputError: a file is not such an array; names it.
    """
    arrays = [_load(path) for path in one.files]
    length = arrays[0].shape[-1] if arrays[0].ndim else 0
    for path, array in zip(one.files, arrays, strict=True):
        _check(path, array, 1 if one.places else 2, length)
    if not one.places:
        return to_marks(arrays[0]), length
    x_TL = np.zeros((one.places[-1] + 1, length))
    x_TL[list(one.places)] = np.stack(arrays)
    return to_marks(x_TL), length


def to_marks(x_TL: Reals) -> Marks:
    """Body and hands from vectors of a known length."""
    form = FORMS[x_TL.shape[1]]
    frames, size = len(x_TL), form.body * form.values
    body = np.full((frames, BODY, 3), np.nan)
    given = x_TL[:, :size].reshape(frames, form.body, form.values)
    body[:, : form.body, :2] = given[..., :2]
    body[:, : form.body, 2] = given[..., 3] if form.values == 4 else 1.0
    body[np.asarray(given == 0).all(axis=(1, 2))] = np.nan
    hands = np.empty((frames, 2, HAND, 2))
    for side, begin in ((LEFT, -2 * HAND * 3), (RIGHT, -HAND * 3)):
        end = begin + HAND * 3 or None
        hand = x_TL[:, begin:end].reshape(frames, HAND, 3)
        hands[:, side] = np.where((hand == 0).all(axis=(1, 2), keepdims=True), np.nan, hand[..., :2])
    return Marks(body, hands)


def wrist_distances(marks: Marks, swap: bool = False) -> Reals:
    """Distances of the hands' wrists from the body's, in shoulder widths; NaN where unseen.

    A body without width is none: its distances are infinite.

    Args:
        marks: of a sequence.
        swap: measure each hand from the other wrist.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        width = np.linalg.norm(marks.body[:, 11, :2] - marks.body[:, 12, :2], axis=-1)
        away = []
        for side, wrist in WRISTS.items():
            own = WRISTS[1 - side] if swap else wrist
            away.append(np.linalg.norm(marks.hands[:, side, 0] - marks.body[:, own, :2], axis=-1))
        return np.asarray(np.concatenate(away) / np.tile(width, 2))


def _framed(sign: str, folder: Path) -> Recorded | None:
    files = list(folder.glob("*.npy"))
    if not files:
        return None
    if wrong := [path for path in files if not _NUMBER.fullmatch(path.stem)]:
        raise InputError(f"{min(wrong)} must be called by its frame's number, such as 0.npy")
    by_number = {int(path.stem): path for path in files}
    if len(by_number) < len(files):
        raise InputError(f"{folder} has two files of the same frame")
    first = min(by_number)
    numbers = sorted(by_number)
    return Recorded(
        sign, folder.name, tuple(by_number[n] for n in numbers), tuple(n - first for n in numbers)
    )


def _order(name: str) -> tuple[int, str]:
    return (int(name) if _NUMBER.fullmatch(name) else -1, name)


def _notes(source: Path, found: Sequence[Recorded]) -> list[str]:
    notes = []
    deeper = sum(1 for _ in source.glob("*/*/*/**/*.npy"))
    if deeper:
        notes.append(f"{deeper} .npy files lie deeper than SIGN/SEQUENCE/FRAME.npy and are left out")
    gaps = [f"{one.sign}/{one.name}" for one in found if one.places and one.places[-1] + 1 > len(one.places)]
    if gaps:
        notes.append(f"{len(gaps)} sequences have no file for some frames, which are missing: {some(gaps)}")
    return notes


def _load(path: Path) -> Reals:
    array = map_npy(path)
    if array.dtype.kind not in "fiu":
        raise InputError(f"{path} must contain numbers, but is {array.dtype}")
    return array.astype(np.float64)


def _check(path: Path, array: Reals, ndim: int, length: int) -> None:
    if array.ndim != ndim or not array.size or len(array) > MOST_FRAMES:
        wanted = "[L], a frame" if ndim == 1 else "[T, L], a sequence"
        raise InputError(f"{path} must be {wanted}, but has the shape {list(array.shape)}")
    if array.shape[-1] not in FORMS:
        known = ", ".join(map(str, sorted(FORMS)))
        raise InputError(f"{path} has {array.shape[-1]} numbers in a frame; known are {known}")
    if array.shape[-1] != length:
        raise InputError(f"{path} has {array.shape[-1]} numbers in a frame, the frames before it {length}")
    if not np.isfinite(array).all():
        raise InputError(f"{path} has an infinite or missing value; a missing part must be zeros")
    form = FORMS[length]
    body = array[..., : form.body * form.values].reshape(-1, form.body, form.values)
    if (far := float(np.abs(body[..., :2]).max())) > FARTHEST:
        raise InputError(f"{path} has a coordinate of {far:.4g}; they must be shares of the picture, 0 to 1")
