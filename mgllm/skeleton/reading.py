"""Opening a skeleton data set: its structure is checked at once, its joints by `check_dataset`."""

from __future__ import annotations

import math
import mmap
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, some
from mgllm.files.arrays import NPY_ERRORS, read_header, reason
from mgllm.files.formulas import unguarded
from mgllm.files.json_files import read_json
from mgllm.files.opening import open_file
from mgllm.files.tables import named_cells, read_csv, refuse_twice, repeated
from mgllm.records.frozen import NAME_LENGTH
from mgllm.skeleton.dataset import CLIPS, COLUMNS, FILES, JOINTS, META, ClipRow, DatasetMeta, SkeletonDataset
from mgllm.skeleton.other_folders import instead_of_dataset
from mgllm.skeleton.selection import MOST_DIGITS, check_rules

META_BYTES = 50_000_000
"""Largest `dataset.json` that is read; lists of people and classes take some kB."""

RELEASED = 50_000
"""Frames after which the memory of those that were looked at is given back: 10 to 20 MB."""


def open_dataset(path: str | Path) -> SkeletonDataset:
    """Open a skeleton data set folder; its joints stay on disk.

    Raises:
        InputError: a file is missing, cut off, or does not fit the others; one line with file and
            place.
    """
    folder = Path(path)
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        what = "does not exist" if not folder.exists() else f"has no {', '.join(missing)}"
        hint = instead_of_dataset(folder)
        raise InputError(hint or f"{folder} {what}; a skeleton data set is a folder with {', '.join(FILES)}")
    meta = read_meta(folder / META)
    joints = _map_joints(folder / JOINTS, meta)
    clips = _read_clips(folder / CLIPS, meta)
    _check_rows(folder / CLIPS, clips, len(joints))
    dataset = SkeletonDataset(folder, meta, clips, joints)
    _check_classes(dataset)
    check_rules(dataset)
    return dataset


def check_dataset(dataset: SkeletonDataset) -> tuple[str, ...]:
    """Check every clip's joints, one clip at a time.

    Returns: notes on what is allowed but unusual, such as clips of one frame.

    Raises:
        InputError: a clip has no joint at all, or an infinite value.
    """
    place = dataset.path / JOINTS
    looked = 0
    for number, row in enumerate(dataset.clips):
        looked += row.length
        if looked > RELEASED:
            looked = 0
            _release(dataset.joints)
        if problem := clip_problem(dataset.clip(number), dataset.meta.dims):
            raise InputError(f"{place} clip '{row.id}': {problem}; leave the clip out")
    single = [row.id for row in dataset.clips if row.length == 1]
    notes = []
    if single:
        notes.append(f"{len(single)} clips have only one frame, so nothing moves in them: {some(single)}")
    unlabelled = sum(row.label is None for row in dataset.clips)
    if unlabelled and dataset.meta.classes:
        notes.append(f"{unlabelled} of {len(dataset)} clips have no label")
    used = set(dataset.labels.tolist())
    empty = [name for place, name in enumerate(dataset.meta.classes) if place not in used]
    if empty:
        notes.append(f"{len(empty)} of {len(dataset.meta.classes)} classes have no clips: {some(empty)}")
    return tuple(notes)


def _release(joints: NDArray[np.float32]) -> None:
    """Give pages of the file back that were looked at, or a large data set fills the memory."""
    if isinstance(joints.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        joints.base.madvise(mmap.MADV_DONTNEED)


def clip_problem(x_TVC: NDArray[np.floating], dims: int) -> str | None:
    """What makes a clip unusable: no frame, no joint, an infinite value; None if it can be used."""
    points = x_TVC[..., :dims]
    if len(points) == 0:
        return "it has no frame"
    if np.isinf(x_TVC).any():
        return "it has infinite values"
    if np.isnan(points).any(axis=-1).all():
        return "no joint is seen in any frame (all NaN)"
    return None


def read_meta(path: Path) -> DatasetMeta:
    """`dataset.json`.

    Raises:
        InputError: its content does not fit; names the field.
    """
    return read_json(path, DatasetMeta, META_BYTES, "the description of a data set")


def _map_joints(path: Path, meta: DatasetMeta) -> NDArray[np.float32]:
    try:
        with open_file(path) as file:
            shape, fortran, dtype = read_header(file, sys.maxsize)
            begin = file.tell()
    except NPY_ERRORS as error:
        raise InputError(f"{path} cannot be read as an npy file: {reason(error)}") from None
    joints = len(meta.layout.joints)
    if dtype != np.dtype("<f4") or fortran or len(shape) != 3:
        order = ", Fortran order" if fortran else ""
        raise InputError(
            f"{path} must be float32 [frames, joints, channels], but is {dtype} {list(shape)}{order}"
        )
    if shape[1] != joints or shape[2] - meta.dims not in (0, 1):
        wanted = f"[frames, {joints}, {meta.dims} or {meta.dims + 1}]"
        raise InputError(f"{path} has the shape {list(shape)}; {META} needs {wanted}")
    have, want = path.stat().st_size - begin, math.prod(shape) * 4
    if have < want:
        whole = have // (4 * shape[1] * shape[2])
        raise InputError(f"{path} is cut off: it has {whole} of {shape[0]} frames; copy it again")
    if not want:
        raise InputError(f"{path} has no frames")
    return np.memmap(path, np.float32, "r", begin, shape)


def _read_clips(path: Path, meta: DatasetMeta) -> tuple[ClipRow, ...]:
    rows = read_csv(path)
    _, header = next(rows, (1, list[str]()))
    missing = [name for name in COLUMNS if name not in header and name != "fps"]
    if missing:
        raise InputError(f"{path}:1 has no columns {', '.join(missing)}; it has {header}")
    refuse_twice(path, header)
    classes = set(meta.classes)
    return tuple(_row(f"{path}:{line}", header, cells, classes) for line, cells in rows if cells)


def _row(where: str, header: list[str], cells: list[str], classes: set[str]) -> ClipRow:
    row = {name: unguarded(cell) for name, cell in named_cells(where, header, cells).items()}
    for name in ("id", "subject"):
        if not 0 < len(row[name].strip()) <= NAME_LENGTH:
            wanted = f"must be 1 to {NAME_LENGTH} characters"
            raise InputError(f"{where} {name}: {wanted} (given '{row[name]:.30}')")
    label = row["label"] or None
    if label is not None and label not in classes:
        raise InputError(f"{where} label: '{label:.60}' is not one of the classes of {META}")
    return ClipRow(
        id=row["id"],
        subject=row["subject"],
        label=label,
        start=_whole(where, "start", row["start"], 0),
        length=_whole(where, "length", row["length"], 1),
        fps=_rate(where, row.get("fps", "")),
        more={name: value for name, value in row.items() if name not in COLUMNS},
    )


def _whole(where: str, name: str, word: str, least: int) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS and int(word) >= least):
        raise InputError(f"{where} {name}: must be a whole number, {least} or more (given '{word:.30}')")
    return int(word)


def _rate(where: str, word: str) -> float | None:
    try:
        rate = float(word) if word else None
    except ValueError:
        rate = math.nan
    if rate is not None and not 0 < rate < math.inf:
        raise InputError(f"{where} fps: must be a number above 0, or empty (given '{word:.30}')")
    return rate


def _check_rows(path: Path, clips: Sequence[ClipRow], frames: int) -> None:
    if not clips:
        raise InputError(f"{path} has no clips")
    seen: set[str] = set()
    for line, row in enumerate(clips, 2):
        if row.id in seen:
            raise InputError(f"{path}:{line} id: '{row.id}' appears twice; ids must be unique")
        seen.add(row.id)
        if row.start + row.length > frames:
            what = f"clip '{row.id}' ends at frame {row.start + row.length}, but {JOINTS} has {frames} frames"
            raise InputError(f"{path}:{line} {what}")
    ordered = sorted(clips, key=lambda row: row.start)
    for one, next_one in pairwise(ordered):
        if one.start + one.length > next_one.start:
            raise InputError(f"{path}: clips '{one.id}' and '{next_one.id}' overlap in {JOINTS}")


def _check_classes(dataset: SkeletonDataset) -> None:
    classes = dataset.meta.classes
    twice = sorted(repeated(classes))
    if twice:
        raise InputError(f"{dataset.path / META} classes: '{twice[0]}' appears twice")
