"""SMG (Chen et al., IJCV 2023): 40 people standing, 17 micro-gesture classes, Kinect v2.

Files: `SampleNNNN_skeleton.csv` (a row for each frame, 25 joints × 11 columns, the first three x,
y, z), `SampleNNNN_finelabels.csv` (`label 1..17,start,end`) and `SampleNNNN_data.csv`
(`numFrames,fps,maxDepth`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.datasets.skeletons._bodies import without_zeros
from mgllm.errors import InputError
from mgllm.files.tables import read_intervals, read_numbers
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

JOINTS, COLUMNS = 25, 11
_NAME = re.compile(r"Sample(\d{4})_skeleton")
Interval = tuple[int, int, int]


@dataset("smg")
class Smg:
    """Importer of SMG's skeletons and fine labels."""

    title = "SMG, spontaneous micro-gestures"
    terms = "Academic research on application to the authors; cite the paper; do not redistribute."
    citation = (
        "Chen, H., Shi, H., Liu, X., Li, X., & Zhao, G. (2023). SMG: A micro-gesture dataset "
        "towards spontaneous body gestures for emotional stress state analysis. International "
        "Journal of Computer Vision 131."
    )
    caution = (
        "Our reading: the sample's number is the person's, and label frames count from 1 with the end "
        "included. Class 17, illustrative hand gestures, is not a micro-gesture."
    )

    def read(self, source: Path) -> ImportedSkeletons:
        """Read all samples below a folder.

        Raises:
            InputError: there are none, or a file is missing or not of the documented form.
        """
        paths = sorted(path for path in source.rglob("Sample*_skeleton.csv") if _NAME.fullmatch(path.stem))
        if not paths:
            raise InputError(f"{source} has no SampleNNNN_skeleton.csv")
        names = [c.label for c in load_vocabulary("smg").classes]
        labels = {path: _labels(path, len(names)) for path in paths}
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
        return ImportedSkeletons(meta, _clips(labels, names))


def _labels(path: Path, classes: int) -> list[Interval]:
    file = _beside(path, "finelabels")
    rows = read_intervals(file)
    for line, (label, _, _) in enumerate(rows, 1):
        if not 1 <= label <= classes:
            raise InputError(f"{file} row {line}: label must be 1 to {classes} (given {label})")
    return rows


def _clips(labels: Mapping[Path, Sequence[Interval]], names: Sequence[str]) -> Iterator[Clip]:
    for path, intervals in labels.items():
        sample = path.stem.removesuffix("_skeleton")
        frames = read_numbers(path, JOINTS * COLUMNS).reshape(-1, JOINTS, COLUMNS)
        x_TVD = without_zeros(frames[..., :3], 3)
        fps = _fps(_beside(path, "data"), len(x_TVD))
        for place, (label, start, end) in enumerate(intervals):
            if end > len(x_TVD):
                what = f"row {place + 1} ends at frame {end}; {path.name} has {len(x_TVD)} frames"
                raise InputError(f"{_beside(path, 'finelabels')} {what}")
            yield Clip(
                id=f"{sample}_{place}",
                subject=str(int(sample.removeprefix("Sample"))),
                joints=x_TVD[max(start - 1, 0) : max(end, 1)],
                label=names[label - 1],
                fps=fps,
                more={"recording": sample, "first": str(start), "last": str(end)},
            )


def _fps(path: Path, frames: int) -> float:
    rows = read_numbers(path, 3)
    if len(rows) != 1 or not 0 < rows[0][1] < math.inf:
        raise InputError(f"{path} must have one row: numFrames,fps,maxDepth")
    if rows[0][0] != frames:
        raise InputError(f"{path} says {rows[0][0]:g} frames; the skeleton file has {frames}")
    return float(rows[0][1])


def _beside(path: Path, what: str) -> Path:
    file = path.with_name(path.name.replace("_skeleton.csv", f"_{what}.csv"))
    if not file.is_file():
        raise InputError(f"{path} has no {file.name} beside it")
    return file
