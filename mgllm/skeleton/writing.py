"""Writing a skeleton data set: clip by clip, with one clip in memory; all three files or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np
from numpy.lib import format as npy

from mgllm.errors import InputError, some
from mgllm.files.formulas import guarded
from mgllm.files.tables import read_csv
from mgllm.files.writing import write_folder
from mgllm.skeleton.dataset import (
    CLIPS,
    COLUMNS,
    FILES,
    JOINTS,
    META,
    Clip,
    DatasetMeta,
    SkeletonDataset,
    SplitRule,
)
from mgllm.skeleton.reading import clip_problem, open_dataset
from mgllm.skeleton.selection import matching


@dataclass(frozen=True, eq=False)
class Written:
    """What was written."""

    dataset: SkeletonDataset
    """The new folder, open."""
    left_out: tuple[str, ...]
    """What a lenient writer left out, a line for each."""


def write_dataset(
    path: str | Path, meta: DatasetMeta, clips: Iterable[Clip], *, lenient: bool = False
) -> Written:
    """Write a skeleton data set folder.

    Args:
        path: the folder; made if it does not exist. An existing data set is never overwritten.
        meta: what holds for all clips.
        clips: read one at a time; written in this order.
        lenient: leave out clips without any joint, classes without clips and splits with an empty
            side, with a note, instead of refusing them.

    Raises:
        InputError: something does not fit, or the folder cannot be written; then nothing is
            written.
    """
    folder = Path(path)
    refuse_existing(folder)
    with write_folder(folder, FILES) as drafts:
        with growing_dataset(drafts, meta, lenient=lenient) as growing:
            for clip in clips:
                growing.add(clip)
        open_dataset(drafts)
    return Written(open_dataset(folder), growing.left_out)


def refuse_existing(folder: Path) -> None:
    """Refuse a folder that has a file of a data set.

    Raises:
        InputError: it has one.
    """
    there = [folder / name for name in FILES if (folder / name).exists()]
    if there:
        raise InputError(f"{there[0]} exists already and is not overwritten; choose another folder")


@contextmanager
def growing_dataset(folder: Path, meta: DatasetMeta, *, lenient: bool = False) -> Iterator[Growing]:
    """The files of a data set in a folder that is there, clip by clip; complete at the end.

    Raises:
        InputError: clips do not fit, or there is none.
    """
    with (
        (folder / JOINTS).open("wb") as joints,
        (folder / CLIPS).open("w", encoding="utf-8", newline="") as table,
    ):
        writer = _Stream(meta, joints, table)
        growing = Growing(writer, lenient)
        yield growing
        writer.finish()
    growing.finish(folder, meta, writer.labels)


class Growing:
    """A data set that is being written."""

    def __init__(self, writer: _Stream, lenient: bool) -> None:
        self._writer, self._lenient = writer, lenient
        self._empty: list[str] = []
        self.left_out: tuple[str, ...] = ()
        self.clips = self.frames = 0

    def add(self, clip: Clip) -> None:
        """Append a clip, if it can be used."""
        if self._writer.add(clip, self._lenient):
            self.clips, self.frames = self.clips + 1, self.frames + len(clip.joints)
        else:
            self._empty.append(clip.id)

    def finish(self, folder: Path, meta: DatasetMeta, labels: set[str]) -> None:
        """Write `dataset.json`, when all clips are there."""
        notes = []
        if self._empty:
            names = some(self._empty)
            notes.append(f"{len(self._empty)} clips have no joint at all and are left out: {names}")
        if self._lenient:
            meta = _without_empty(meta, folder, labels, notes)
        text = json.dumps(meta.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=1)
        (folder / META).write_text(text + "\n", encoding="utf-8", newline="\n")
        self.left_out = tuple(notes)


class _Stream:
    """The open files of a data set that grows clip by clip."""

    def __init__(self, meta: DatasetMeta, joints: BinaryIO, table: TextIO) -> None:
        self._meta, self._file = meta, joints
        self._table = csv.writer(table, lineterminator="\n")
        self._frames = 0
        self._tail: tuple[int, int] | None = None
        self._more: tuple[str, ...] = ()
        self._header = 0
        self.labels: set[str] = set()

    def add(self, clip: Clip, lenient: bool) -> bool:
        """Append a clip; False if it was left out."""
        x_TVC = np.ascontiguousarray(clip.joints, dtype="<f4")
        if x_TVC.ndim != 3:
            raise InputError(f"clip '{clip.id}': joints must be [T, V, C], but are {list(x_TVC.shape)}")
        if problem := clip_problem(x_TVC, self._meta.dims):
            if lenient:
                return False
            raise InputError(f"clip '{clip.id}': {problem}; leave the clip out")
        if self._tail is None:
            self._begin(clip, x_TVC.shape[1:])
        if x_TVC.shape[1:] != self._tail or tuple(clip.more) != self._more:
            given = f"{list(x_TVC.shape[1:])}, columns {list(clip.more)}"
            wanted = f"{list(self._tail or ())}, columns {list(self._more)}"
            raise InputError(
                f"clip '{clip.id}' does not fit the clips before it: it has {given}; they have {wanted}"
            )
        fps = "" if clip.fps is None else format(clip.fps, "g")
        words = map(guarded, (clip.id, clip.subject, clip.label or ""))
        more = map(guarded, clip.more.values())
        self._table.writerow([*words, self._frames, len(x_TVC), fps, *more])
        self._file.write(x_TVC.reshape(-1).view(np.uint8).data)
        self._frames += len(x_TVC)
        self.labels |= {clip.label} if clip.label else set()
        return True

    def finish(self) -> None:
        """Write the header again, now that the number of frames is known."""
        if self._tail is None:
            raise InputError(f"'{self._meta.name}' has no clips in which a joint is seen")
        header = _header((self._frames, *self._tail))
        if len(header) != self._header:
            raise RuntimeError("the npy header changed its length")
        self._file.seek(0)
        self._file.write(header)

    def _begin(self, clip: Clip, tail: tuple[int, ...]) -> None:
        self._tail, self._more = (tail[0], tail[1]), tuple(clip.more)
        self._table.writerow([*COLUMNS, *self._more])
        self._header = self._file.write(_header((0, *tail)))


def _header(shape: tuple[int, ...]) -> bytes:
    """An npy header; numpy leaves room in it for a larger first axis."""
    buffer = io.BytesIO()
    npy.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def _without_empty(meta: DatasetMeta, folder: Path, labels: set[str], notes: list[str]) -> DatasetMeta:
    """The meta without classes that no clip has and without splits that have an empty side."""
    absent = [name for name in meta.classes if name not in labels]
    if absent:
        notes.append(
            f"{len(absent)} of {len(meta.classes)} classes have no clips and are left out: {some(absent)}"
        )
    (_, header), *table = read_csv(folder / CLIPS)
    rows = [dict(zip(header, cells, strict=True)) for _, cells in table]
    splits = {}
    for name, rule in meta.splits.items():
        if _has_both_sides(rule, rows):
            splits[name] = rule
        else:
            notes.append(f"the split '{name}' is left out: one of its sides has no clips here")
    classes = tuple(name for name in meta.classes if name in labels)
    return meta.model_copy(update={"classes": classes, "splits": splits})


def _has_both_sides(rule: SplitRule, rows: Sequence[dict[str, str]]) -> bool:
    """Whether each side has a clip."""
    for side in (rule.train, rule.test):
        fitting = list(rows)
        for column, values in side.items():
            known = {row.get(column, "") for row in rows}
            chosen = set().union(*(matching(value, known) for value in values))
            fitting = [row for row in fitting if row.get(column, "") in chosen]
        if not fitting:
            return False
    return True
