"""DeepLabCut's csv and h5 files (Mathis et al., Nature Neuroscience 2018; Lauer et al., Nature
Methods 2022).

Header lines `scorer`, `individuals` (only with several), `bodyparts`, `coords` (x, y, likelihood);
then a line for each frame. Body parts have the names that the user gave them: known ones are read,
`--joint-names` (a csv file `name,joint`) says what others are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from mgllm.datasets.base import dataset
from mgllm.datasets.skeletons._dlc_tables import Table, is_dlc, read_table
from mgllm.datasets.skeletons._frames import recording_names
from mgllm.datasets.skeletons._keypoints import JOINTS, named_joints
from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.datasets.skeletons._pose_files import Found, PoseImporter
from mgllm.errors import InputError, nearest, some, unknown
from mgllm.files.tables import read_rows

COORDS = ("x", "y", "likelihood")
UNIQUE = "single"
"""Name that DeepLabCut gives the individual to whom parts belong that are there once."""
_SUFFIXES = (".csv", ".h5", ".hdf5")


@dataset("dlc")
class DeepLabCut(PoseImporter):
    """Importer of DeepLabCut's tables."""

    title = "DeepLabCut key points"
    program = "DeepLabCut"
    citation = (
        "Mathis, A., Mamidanna, P., Cury, K. M., Abe, T., Murthy, V. N., Mathis, M. W., & Bethge, M. (2018). "
        "DeepLabCut: Markerless pose estimation of user-defined body parts. Nature Neuroscience 21."
    )
    heeds: ClassVar[frozenset[str]] = PoseImporter.heeds | {"joint_names"}

    def find(self, source: Path) -> tuple[list[Found], list[str]]:
        """A recording for each table, called as its video was: what stands before `DLC`.

        Raises:
            InputError: there are none, or two of one recording.
        """
        files = [source] if source.is_file() else _tables_below(source)
        tables = [path for path in files if source.is_file() or is_dlc(path)]
        if not tables:
            raise InputError(f"{source} has no .csv or .h5 files of DeepLabCut")
        keys = [(path.parent, path.stem.partition("DLC")[0].rstrip("_-. ") or path.stem) for path in tables]
        for path, key in zip(tables, keys, strict=True):
            if (first := tables[keys.index(key)]) != path:
                raise InputError(
                    f"{first.name} and {path.name} in {path.parent} are of one recording; keep one"
                )
        rest = [path.name for path in files if path not in tables]
        notes = [f"{len(rest)} other tables are left out: {some(rest)}"] if rest else []
        names = recording_names(keys)
        return [Found(name, (path,)) for name, path in zip(names, tables, strict=True)], notes

    def detect(self, found: Found) -> Detections:
        """The individuals of a table.

        Raises:
            InputError: it is not of the form, or none of its body parts is known.
        """
        path = found.files[0]
        table = read_table(path)
        if other := sorted({column.coord for column in table.columns} - {*COORDS}):
            raise InputError(f"{path} has the coordinates {some(other)}; only x, y and likelihood are read")
        parts = tuple(dict.fromkeys(column.part for column in table.columns))
        joints = self._joints(parts)
        if not any(joints):
            raise InputError(
                f"{path}: none of its body parts is known ({some(parts)}); --joint-names FILE with columns "
                "name,joint says which joints they are"
            )
        people = dict.fromkeys(column.individual for column in table.columns)
        if len(people) > 1:
            people.pop(UNIQUE, None)
        begin = 1 if table.frames[0] == 1 else 0
        x_MTVC = np.stack([_individual(table, one, parts, path) for one in people])
        count = len(table.frames)
        frame_N = np.repeat(table.frames - begin, len(people))
        who = [one or "1" for one in people]
        return Detections(
            frames=int(frame_N[-1]) + 1,
            joints=joints,
            frame_N=frame_N,
            x_NVC=x_MTVC.swapaxes(0, 1).reshape(-1, *x_MTVC.shape[2:]),
            who_N=tuple(who * count),
            named=True,
            counts=_unknown(parts, joints),
        )

    def _joints(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Our names of the body parts: those of `--joint-names` before what we know."""
        if self.choices.joint_names is None:
            return named_joints(parts)
        given = _read_names(self.choices.joint_names)
        if not set(given) & set(parts):
            raise InputError(f"{self.choices.joint_names} names none of the body parts {some(parts)}")
        taken = set(given.values())
        known = (joint if joint not in taken else "" for joint in named_joints(parts))
        return tuple(given.get(part, joint) for part, joint in zip(parts, known, strict=True))


def _tables_below(folder: Path) -> list[Path]:
    """All tables of a folder; of csv and h5 with one name, which DeepLabCut writes together, the
    csv."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    csv = {path.with_suffix("") for path in files if path.suffix.lower() == ".csv"}
    return [path for path in files if path.suffix.lower() == ".csv" or path.with_suffix("") not in csv]


def _read_names(path: Path) -> Mapping[str, str]:
    """Joint by body part, from a csv file.

    Raises:
        InputError: it cannot be read, or a joint is unknown or there twice.
    """
    names: dict[str, str] = {}
    for row in read_rows(path, ("name", "joint"), "columns are name,joint")[1]:
        name, joint = row.cells["name"], row.cells["joint"]
        if joint not in JOINTS:
            raise InputError(f"{row.where} {unknown('joint', joint, JOINTS)}")
        if name in names or joint in names.values():
            raise InputError(f"{row.where} '{name if name in names else joint}' is there a second time")
        names[name] = joint
    return names


def _individual(
    table: Table, individual: str, parts: tuple[str, ...], path: Path
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """[T, V, 3]: x, y and likelihood of one individual; NaN = missing. Without likelihoods they are
    1."""
    x_TVC = np.full((len(table.frames), len(parts), 3), np.nan, np.float32)
    given = [column for column in table.columns if column.individual == individual]
    if len(set(given)) < len(given):
        raise InputError(f"{path} has a body part twice")
    if not any(column.coord == COORDS[2] for column in given):
        x_TVC[..., 2] = 1
    with np.errstate(over="ignore"):  # too large for 32 bits: infinite, and so missing
        for place, column in enumerate(table.columns):
            if column.individual == individual:
                x_TVC[:, parts.index(column.part), COORDS.index(column.coord)] = table.values[:, place]
    x_TVC[~np.isfinite(x_TVC).all(axis=-1)] = np.nan
    return x_TVC


def _unknown(parts: tuple[str, ...], joints: tuple[str, ...]) -> Mapping[str, int]:
    """A count of the body parts that are not read, with a guess where one is near."""
    lost = [part for part, joint in zip(parts, joints, strict=True) if not joint]
    if not lost:
        return {}
    said = [f"{part} (is it {near}?)" if (near := nearest(part, JOINTS, 0.75)) else part for part in lost]
    return {f"body parts are not joints that are known, and are left out ({some(said)})": len(lost)}
