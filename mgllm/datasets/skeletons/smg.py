"""SMG (Chen et al., IJCV 2023): 40 people standing, 17 micro-gesture classes, Kinect v2.

Files: `SampleNNNN_skeleton.csv` (a row for each frame, 25 joints × 11 columns, the first three x,
y, z), `SampleNNNN_finelabels.csv` (`label 1..17,start,end`) and `SampleNNNN_data.csv`
(`numFrames,fps,maxDepth`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons, dataset
from mgllm.datasets.skeletons._bodies import without_zeros
from mgllm.datasets.skeletons._cutting import Cutting, Label, refuse_twins
from mgllm.datasets.subjects import Subjects, find_subjects
from mgllm.errors import InputError
from mgllm.files.tables import number_blocks, read_intervals, read_numbers
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

JOINTS, COLUMNS = 25, 11
_NAME = re.compile(r"Sample(\d{4})_skeleton")
HEADER = ("label", "start", "end")
"""A file of labels may begin with it."""


@dataset("smg")
class Smg(ChoosingImporter):
    """Importer of SMG's skeletons and fine labels."""

    title = "SMG, spontaneous micro-gestures"
    terms = "Academic research on application to the authors; cite the paper; do not redistribute."
    citation = (
        "Chen, H., Shi, H., Liu, X., Li, X., & Zhao, G. (2023). SMG: A micro-gesture dataset "
        "towards spontaneous body gestures for emotional stress state analysis. International "
        "Journal of Computer Vision 131."
    )
    caution = (
        "Our reading: the sample's number is the person's unless you say it (--subjects), and frames of "
        "label files count from 1 with the end included; here they count from 0. Class 17, illustrative "
        "hand gestures, is not a micro-gesture."
    )

    heeds: ClassVar[frozenset[str]] = frozenset({"subjects", "recordings"})

    def read(self, source: Path) -> ImportedSkeletons:
        """Read all samples below a folder.

        Raises:
            InputError: there are none, or a file is missing or not of the documented form.
        """
        paths = sorted(path for path in source.rglob("Sample*_skeleton.csv") if _NAME.fullmatch(path.stem))
        if not paths:
            raise InputError(f"{source} has no SampleNNNN_skeleton.csv")
        refuse_twins(map(_sample, paths), source)
        people = find_subjects(source, self.choices.subjects)
        notes = people.notes(map(_sample, paths)) if people else ()
        names = [c.label for c in load_vocabulary("smg").classes]
        labels = {_sample(path): _labels(path, names) for path in paths}
        train, test = (tuple(str(n) for n in numbers) for numbers in (range(1, 36), range(36, 41)))
        meta = DatasetMeta(
            name="SMG",
            layout=load_layout("ntu25"),
            dims=3,
            units="metres",
            classes=tuple(names),
            splits={"cross-subject": SplitRule(train={"subject": train}, test={"subject": test})},
            source=self.citation,
            licence=self.terms,
        )
        cutting = Cutting(meta, _recordings(paths, people), labels)
        return ImportedSkeletons(meta, cutting.clips(), notes, later=cutting.notes, whole=cutting)


def _labels(path: Path, names: Sequence[str]) -> list[Label] | None:
    """What is labelled, with frames from 0; None if there is no file of labels."""
    file = _beside(path, "finelabels")
    if not file.is_file():
        return None
    rows = []
    for line, (label, start, end) in enumerate(read_intervals(file, HEADER), 1):
        if not 1 <= label <= len(names):
            raise InputError(f"{file} row {line}: label must be 1 to {len(names)} (given {label})")
        rows.append(Label(names[label - 1], max(start - 1, 0), max(end - 1, 0)))
    return rows


def _recordings(paths: Sequence[Path], people: Subjects | None) -> Iterator[Clip]:
    for path in paths:
        blocks = [
            without_zeros(block.reshape(-1, JOINTS, COLUMNS)[..., :3], 3)
            for block in number_blocks(path, JOINTS * COLUMNS)
        ]
        if not blocks:
            raise InputError(f"{path} has no frames; remove it or copy it again")
        joints, name = np.concatenate(blocks), _sample(path)
        own = str(int(name.removeprefix("Sample")))
        person = (people.person(name) if people else None) or own
        yield Clip(id=name, subject=person, joints=joints, fps=_fps(_beside(path, "data"), len(joints)))


def _sample(path: Path) -> str:
    return path.stem.removesuffix("_skeleton")


def _fps(path: Path, frames: int) -> float:
    if not path.is_file():
        raise InputError(
            f"{path.with_name(path.name.replace('_data', '_skeleton'))} has no {path.name} beside it"
        )
    rows = read_numbers(path, 3)
    if len(rows) != 1 or not rows[0][1] > 0:
        raise InputError(f"{path} must have one row: numFrames,fps,maxDepth")
    if int(rows[0][0]) != frames:
        raise InputError(f"{path} says {int(rows[0][0])} frames; the skeleton file has {frames}")
    return float(rows[0][1])


def _beside(path: Path, what: str) -> Path:
    return path.with_name(path.name.replace("_skeleton.csv", f"_{what}.csv"))
