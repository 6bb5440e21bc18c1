"""Skeleton data sets as values: a clip, what holds for all clips, and the open folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from mgllm.errors import InputError, unknown
from mgllm.records import Frozen
from mgllm.records.frozen import Name
from mgllm.skeleton.layout import Layout

JOINTS, CLIPS, META = "joints.npy", "clips.csv", "dataset.json"
FILES = (JOINTS, CLIPS, META)
COLUMNS = ("id", "subject", "label", "start", "length", "fps")
"""Columns of `clips.csv` that every data set has, in this order; others follow."""

Value = Annotated[str, BeforeValidator(lambda v: str(v) if type(v) is int else v)]
Side = Annotated[Mapping[Name, tuple[Value, ...]], Field(min_length=1)]
"""Columns and the values that belong to the side; with several columns a clip must fit all."""


class SplitRule(Frozen):
    """A named split: clips to learn from and clips to test on."""

    train: Side
    """Clips to learn from."""
    test: Side
    """Clips to test on."""


class DatasetMeta(Frozen):
    """`dataset.json`: what holds for all clips."""

    name: Name
    """The data set's name."""
    layout: Layout
    """Joints and their graph."""
    dims: Literal[2, 3]
    """Coordinates of a joint: 2 (x, y) or 3 (x, y, z); one more channel, the last, is a
    confidence."""
    units: Name
    """Unit of the coordinates: metres, pixels …"""
    classes: tuple[Name, ...] = ()
    """Names of the classes in their order; each label is one of them."""
    splits: Mapping[Name, SplitRule] = Field(default_factory=dict)
    """Named splits."""
    made_of: tuple[Name, ...] = ()
    """Data sets that the clips come from: a recogniser that learned from this one has seen their
    people."""
    source: str = ""
    """Where the data come from, and the paper to cite."""
    licence: str = ""
    """Their terms of use."""


class ClipRow(Frozen):
    """A line of `clips.csv`."""

    id: Name
    """Unique in the data set."""
    subject: Name
    """The person."""
    label: str | None = None
    """The class, one of the data set's `classes`; None where it is not known."""
    start: int
    """Row of `joints.npy` with the first frame."""
    length: int
    """Frames, at least 1."""
    fps: float | None = None
    """Frames a second; None where it is not known."""
    more: Mapping[str, str] = Field(default_factory=dict)
    """The other columns."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip on its way into a data set."""

    id: str
    """Unique in the data set."""
    subject: str
    """The person."""
    joints: NDArray[np.floating[Any]]
    """[T, V, C]: x, y[, z][, confidence]; NaN = missing."""
    label: str | None = None
    """The class by name."""
    fps: float | None = None
    """Frames a second."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Other columns; the same names in every clip of a data set."""


@dataclass(frozen=True, eq=False)
class SkeletonDataset:
    """An open folder: rows in memory, joints on disk until they are used."""

    path: Path
    """The folder."""
    meta: DatasetMeta
    """What holds for all clips."""
    clips: tuple[ClipRow, ...]
    """The clips in the order of `clips.csv`."""
    joints: NDArray[np.float32]
    """[sum of frames, V, C], memory-mapped and read-only."""

    def __len__(self) -> int:
        return len(self.clips)

    def clip(self, number: int) -> NDArray[np.float32]:
        """The joints of a clip: a view [T, V, C] of the file, not a copy."""
        row = self.clips[number]
        return self.joints[row.start : row.start + row.length]

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """[N]: place of each clip's label in `classes`; −1 for a clip without label."""
        place = {name: n for n, name in enumerate(self.meta.classes)}
        return np.array([place[row.label] if row.label is not None else -1 for row in self.clips], np.int64)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of `clips.csv`."""
        return (*COLUMNS, *(self.clips[0].more if self.clips else ()))

    def column(self, name: str) -> tuple[str, ...]:
        """A column's text for each clip; empty where it is unknown.

        Raises:
            InputError: there is no such column.
        """
        if name not in self.columns:
            raise InputError(f"{self.path / CLIPS}: {unknown('column', name, self.columns)}")
        if name not in COLUMNS:
            return tuple(row.more[name] for row in self.clips)
        values = (getattr(row, name) for row in self.clips)
        return tuple("" if value is None else _words(value) for value in values)

    @cached_property
    def sha256(self) -> str:
        """Hash of what can be learned from: layout, classes, clips, joints; reads the joints once.

        Name and splits do not matter: a renamed copy has the same people.
        """
        meta = self.meta.model_dump_json(exclude={"name", "made_of", "source", "licence", "splits"})
        digest = hashlib.sha256(meta.encode())
        for row in self.clips:
            digest.update(b"\n" + row.model_dump_json().encode())
        for first in range(0, len(self.joints), 65536):
            digest.update(np.ascontiguousarray(self.joints[first : first + 65536], dtype="<f4").tobytes())
        return digest.hexdigest()


def _words(value: object) -> str:
    return format(value, "g") if isinstance(value, float) else str(value)
