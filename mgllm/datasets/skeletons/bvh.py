"""BVH motion capture (CMU, 100STYLE, Mixamo …): bodies in three dimensions as Kinect's 20 joints.

A clip is a file. Nothing is in a file about who moves and what is done: the person comes from
`NN_MM.bvh` (CMU: person and trial), `--subject`, or a csv file with the columns `file,subject` and,
if wanted, `label`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons, dataset
from mgllm.datasets.skeletons._bvh_files import Motion, read_bvh
from mgllm.datasets.skeletons._bvh_motion import (
    UNITS,
    guess_unit,
    joint_positions,
    metres_by_unit,
    with_y_up,
    z_is_up,
)
from mgllm.datasets.skeletons._bvh_names import LAYOUT, Names
from mgllm.datasets.skeletons._people import Key, read_people
from mgllm.errors import InputError, some
from mgllm.files.tables import Row
from mgllm.skeleton import Clip, DatasetMeta

_TRIAL = re.compile(r"(\d+)_\d+")
VOTERS = 5
"""Files that decide which axis points up: one may be of a person who lies. Our choice."""
APART, NEAR = 0.1, 0.02
"""Metres that joints move on average, beside the hips: more than `APART` from the first frame to
the second and less than `NEAR` to the third is a pose put before the recording, as in CMU's files
(a T); at 30 to 120 frames a second a body moves less. Our choice."""


class _File(NamedTuple):
    path: Path
    id: str
    subject: str
    label: str | None


@dataset("bvh")
class Bvh(ChoosingImporter):
    """Importer of `.bvh` files."""

    title = "BVH motion capture"
    terms = "Those of the recordings; read them where you found the files."
    citation = "CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, if the files are from there."
    caution = (
        "Motion capture of the whole body without face and mostly without fingers: what people do that is "
        "not a micro-gesture, and where arms are. y is up; bodies face any way."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"subject", "subjects", "group", "unit"})

    def read(self, source: Path) -> ImportedSkeletons:
        """Read one file, or all below a folder in the order of their names.

        Raises:
            InputError: there are none, or the first is not of the form, or its joints or unit are
                not known; `clips` raises it for the others.
        """
        files, known = self._files(source)
        motion = read_bvh(files[0].path)
        names = Names([bone.name for bone in motion.bones], str(files[0].path))
        unit = self.choices.unit or _unit(motion, names, files[0].path)
        meta = DatasetMeta(
            name=self.choices.group or source.stem,
            layout=LAYOUT,
            dims=3,
            units="metres",
            classes=tuple(sorted({file.label for file in files if file.label})),
            source=self.citation,
            licence=self.terms,
        )
        notes = [
            f"joint names of {names.table}; missing: {', '.join(names.absent) or 'none'}",
            _unit_note(unit, self.choices.unit is None, motion, names),
            "a first frame far from the second (a T before the recording, as in CMU's files) is left out",
        ]
        if not known:
            notes.append("nothing names the people: each file counts as a person; --subject or --subjects")
        turned = z_is_up(np.stack([_trunk(file.path) for file in _spread(files)]))
        if turned:
            notes.append("bodies stand along the third axis: they are turned so that y is up")
        clips = _clips(files, metres_by_unit(unit), turned, self.choices.group or "")
        return ImportedSkeletons(meta, clips, tuple(notes), known)

    def _files(self, source: Path) -> tuple[list[_File], bool]:
        """The files, and whether all their people are known."""
        found = (
            sorted(p for p in source.rglob("*") if p.suffix.lower() == ".bvh")
            if source.is_dir()
            else [source]
        )
        if not found:
            raise InputError(f"{source} has no .bvh files")
        twice = [stem for stem, n in Counter(path.stem for path in found).items() if n > 1]
        if twice:
            raise InputError(f"{source} contains these files more than once: {some(twice)}")
        people = read_people(source, self.choices, ("file",), ("label",))
        if people is not None and (lost := [p.name for p in found if _row(people, p) is None]):
            raise InputError(f"the csv of subjects does not name {len(lost)} files: {some(lost)}")
        files = [self._file(path, people) for path in found]
        return files, all(self._person(path, people) is not None for path in found)

    def _file(self, path: Path, people: Mapping[Key, Row] | None) -> _File:
        row = _row(people, path)
        label = row.cells.get("label", "") if row else ""
        return _File(path, path.stem, self._person(path, people) or path.stem, label or None)

    def _person(self, path: Path, people: Mapping[Key, Row] | None) -> str | None:
        """The person of a file, if anything says who it is."""
        if self.choices.subject is not None:
            return self.choices.subject
        if row := _row(people, path):
            return row.cells["subject"]
        trial = _TRIAL.fullmatch(path.stem)
        return str(int(trial[1])) if trial else None


def _row(people: Mapping[Key, Row] | None, path: Path) -> Row | None:
    """A file's row; the csv names it with or without its suffix."""
    rows = people or {}
    return rows.get((path.name,)) or rows.get((path.stem,))


def _unit(motion: Motion, names: Names, path: Path) -> str:
    """The unit that makes the body as tall as people are."""
    leg = _leg(motion, names)
    unit = guess_unit(leg) if leg else None
    if unit is None:
        length = f"a leg is {leg:.3g} long" if leg else "a leg is not there"
        raise InputError(
            f"{path} does not show its unit ({length}); give --unit {', '.join(UNITS)} or metres"
        )
    return unit


def _leg(motion: Motion, names: Names) -> float:
    """Hip to knee to ankle of the left leg in the file's unit; 0 if it has none."""
    wanted = ("left_hip", "left_knee", "left_ankle")
    if any(joint not in names.joints for joint in wanted):
        return 0.0
    first = Motion(motion.bones, motion.values[:1], motion.seconds)
    hip, knee, ankle = (joint_positions(first)[0, names.joints[joint][0]] for joint in wanted)
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _unit_note(unit: str, guessed: bool, motion: Motion, names: Names) -> str:
    metres = metres_by_unit(unit)
    leg = _leg(motion, names) * metres
    how = "guessed from the first file, --unit says another" if guessed else "as given"
    return f"unit {unit}, {metres:.4g} m ({how}); its leg, hip to ankle, is {leg:.2f} m"


def _spread(files: Sequence[_File]) -> list[_File]:
    return [files[n] for n in np.linspace(0, len(files) - 1, min(VOTERS, len(files))).astype(int)]


def _joints(motion: Motion, path: Path) -> NDArray[np.float32]:
    return Names([bone.name for bone in motion.bones], str(path)).pick(joint_positions(motion))


def _trunk(path: Path) -> NDArray[np.float32]:
    """[3]: from the hips to between the shoulders; the median over the file."""
    x_TV3 = _joints(read_bvh(path), path)
    shoulders = x_TV3[:, [LAYOUT.index("left_shoulder"), LAYOUT.index("right_shoulder")]].mean(axis=1)
    trunk: NDArray[np.float32] = np.median(shoulders - x_TV3[:, LAYOUT.index("hip_centre")], axis=0)
    return trunk


def _clips(files: Sequence[_File], metres: float, turned: bool, group: str) -> Iterator[Clip]:
    for file in files:
        motion = read_bvh(file.path)
        x_TV3 = _joints(motion, file.path) * np.float32(metres)
        joints, first = _without_pose(x_TV3)
        yield Clip(
            id=file.id,
            subject=file.subject,
            joints=with_y_up(joints) if turned else joints,
            label=file.label,
            fps=round(1 / motion.seconds, 3),
            more={"group": group, "first": str(first)},
        )


def _without_pose(x_TV3: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """The recording without a pose before it, and the number of its first frame."""
    if len(x_TV3) < 3:
        return x_TV3, 0
    from_hips = x_TV3[:3] - x_TV3[:3, [LAYOUT.index("hip_centre")]]
    steps = np.nanmean(np.linalg.norm(np.diff(from_hips, axis=0), axis=-1), axis=1)
    posed = bool(steps[0] > APART and steps[1] < NEAR)
    return (x_TV3[1:], 1) if posed else (x_TV3, 0)
