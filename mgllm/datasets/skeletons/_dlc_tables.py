"""DeepLabCut's tables: csv with three or four header lines, or the same as pandas writes it to h5.

An h5 file is read without pandas: pandas would run the pickles in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._restricted_pickle import read_plain_pickle
from mgllm.errors import InputError
from mgllm.files.archives import RATIO, SMALL
from mgllm.files.json_files import decode, read_at_most
from mgllm.files.opening import open_file
from mgllm.files.tables import csv_rows

MAX_BYTES = 2_000_000_000
SCORER, INDIVIDUALS, PARTS, COORDS = "scorer", "individuals", "bodyparts", "coords"
"""First cells of the header's lines, in their order; the second is there only with several
individuals."""
NEEDS = "reading .h5 needs h5py: in the clone, pip install '.[dlc]'; or give the .csv that save_as_csv writes"

MOST_FRAMES = 10_000_000
"""Highest number of a frame: four days of video."""


class Column(NamedTuple):
    """What a column holds."""

    individual: str
    """Empty in tables of one individual."""
    part: str
    coord: str
    """x, y or likelihood."""


class Table(NamedTuple):
    """The content of a file."""

    columns: tuple[Column, ...]
    frames: NDArray[np.int64]
    values: NDArray[np.float64]
    """[frames, columns]; NaN = missing."""


def is_dlc(path: Path) -> bool:
    """Whether a file is one of DeepLabCut's tables, by its suffix or its first cell."""
    if path.suffix.lower() in (".h5", ".hdf5"):
        return True
    try:
        with open_file(path) as file:
            return file.read(20).removeprefix(b"\xef\xbb\xbf").lower().startswith(SCORER.encode())
    except OSError:
        return False


def read_table(path: Path) -> Table:
    """The table of a file.

    Raises:
        InputError: it cannot be read, or is not of the form.
    """
    table = _from_h5(path) if path.suffix.lower() in (".h5", ".hdf5") else _from_csv(path)
    if not len(table.frames):
        raise InputError(f"{path} has no frames")
    if (np.diff(table.frames) <= 0).any() or table.frames[0] < 0:
        raise InputError(f"{path}: frames in the first column must increase")
    return table


def _from_csv(path: Path) -> Table:
    text = decode(read_at_most(path, MAX_BYTES, "a table of DeepLabCut"), str(path)).removeprefix("\ufeff")
    rows = csv_rows(StringIO(text, newline=""), path)
    header: dict[str, list[str]] = {}
    for line, cells in rows:
        name = cells[0].strip().lower() if cells else ""
        if name not in (SCORER, INDIVIDUALS, PARTS, COORDS):
            raise InputError(f"{path}:{line} must be a header line of DeepLabCut: scorer, bodyparts, coords")
        header[name] = [cell.strip() for cell in cells[1:]]
        if name == COORDS:
            break
    if not {PARTS, COORDS} <= header.keys():
        raise InputError(f"{path} has no header of DeepLabCut: lines that begin scorer, bodyparts, coords")
    width = len(header[COORDS])
    if any(len(cells) != width for cells in header.values()):
        raise InputError(f"{path}: the header's lines have different numbers of cells")
    individuals = header.get(INDIVIDUALS, [""] * width)
    columns = [Column(*one) for one in zip(individuals, header[PARTS], header[COORDS], strict=True)]
    frames, values = [], []
    for line, cells in rows:
        if any(cells):
            frame, *numbers = _numbers(f"{path}:{line}", cells, width + 1)
            if not frame.is_integer():
                what = "the number of a frame; hand-labelled pictures (CollectedData) are no recording"
                raise InputError(f"{path}:{line} must begin with {what}")
            if frame > MOST_FRAMES:
                raise InputError(f"{path}:{line} frame {frame:.7g} is more than {MOST_FRAMES:,}")
            frames.append(int(frame))
            values.append(numbers)
    return Table(tuple(columns), np.array(frames, np.int64), np.array(values).reshape(len(frames), width))


def _numbers(where: str, cells: list[str], width: int) -> list[float]:
    if len(cells) != width:
        raise InputError(f"{where} has {len(cells)} cells, the header has {width}")
    try:
        frame = float(cells[0])
    except ValueError:
        frame = 0.5
    try:
        return [frame, *(float(cell) if cell.strip() else np.nan for cell in cells[1:])]
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def _from_h5(path: Path) -> Table:
    try:
        import h5py
    except ImportError:
        raise InputError(f"{path}: {NEEDS}") from None
    try:
        open_file(path).close()
        with h5py.File(path) as file:
            groups = [
                file[name] for name in file if file.get(name, getlink=True, getclass=True) is h5py.HardLink
            ]
            groups = [group for group in groups if "pandas_type" in group.attrs]
            if len(groups) != 1:
                raise InputError(f"{path} must hold one table of pandas, but holds {len(groups)}")
            group = groups[0]
            if "table" in group:
                table, attributes = _read(group, "table", path), group["table"].attrs
                names = read_plain_pickle(bytes(attributes["values_block_0_kind"]), str(path))
                frames, values = table["index"], table["values_block_0"]
            else:
                names = _levels(group, path)
                frames, values = _read(group, "axis1", path), _read(group, "block0_values", path)
            return Table(_columns(names, path), _whole(frames, path), np.asarray(values, np.float64))
    except (OSError, KeyError, ValueError, TypeError, IndexError, AttributeError, RuntimeError) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise InputError(f"{path} cannot be read as a table of DeepLabCut: {reason}") from None


def _read(group: Mapping[str, Any], name: str, path: Path) -> NDArray[Any]:
    """A dataset of the file, after a check of the size that it says it has.

    Raises:
        InputError: it is much larger than the file, or in another file.
    """
    found = group[name]
    if getattr(found, "external", None) or getattr(found, "is_virtual", False):
        raise InputError(f"{path} {name}: is in another file, which is not read")
    if found.dtype.hasobject:
        raise InputError(f"{path} {name}: must be numbers or words, but is {found.dtype}")
    if found.size * found.dtype.itemsize > max(SMALL, RATIO * path.stat().st_size):
        raise InputError(f"{path} {name}: would have {found.size:,} values, far more than the file")
    return np.asarray(found[:])


def _levels(group: Mapping[str, Any], path: Path) -> list[tuple[str, ...]]:
    """Names of the columns: for each level the names, and the number of each column's name."""
    count = sum(1 for name in group if name.startswith("block0_items_level"))
    levels = [
        [levels[place].decode() for place in _read(group, f"block0_items_label{n}", path)]
        for n in range(count)
        for levels in [_read(group, f"block0_items_level{n}", path)]
    ]
    return list(zip(*levels, strict=True))


def _columns(names: Any, path: Path) -> tuple[Column, ...]:
    columns = []
    for name in names:
        if len(name) not in (3, 4):
            raise InputError(f"{path}: columns must have three or four names, but one is {name!r:.60}")
        columns.append(Column(str(name[1]) if len(name) == 4 else "", str(name[-2]), str(name[-1])))
    return tuple(columns)


def _whole(frames: NDArray[Any], path: Path) -> NDArray[np.int64]:
    if frames.dtype.kind not in "iu":
        raise InputError(f"{path}: rows must be numbers of frames; hand-labelled pictures are no recording")
    return frames.astype(np.int64)
