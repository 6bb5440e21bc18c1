"""iMiGUE (Liu et al., CVPR 2021): micro-gestures at tennis press conferences, 22 joints in pixels.

There are two forms. The skeleton release has a folder for each recording with `NNNN_label.csv`
(`gestureID,start,end`) and `NNNN_light_hand.csv`: a row for each frame, with a column that is
skipped, then 35 joints × x, y, confidence (OpenPose BODY_25, five "RightFinger", five
"LeftFinger"). The starter kit has `.npy` files (N, 3, 90, 22, 1) with a `.pkl` each. Neither names
people: your own file `subjects.csv` (`recording,subject`) beside the data adds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.datasets.skeletons._imigue_kit import (
    BlockVote,
    KitFiles,
    find_kit,
    kit_clips,
    kit_joints,
    unseen_as_nan,
    vote_on_blocks,
    with_own_blocks,
)
from mgllm.errors import InputError, some
from mgllm.files.tables import read_csv, read_intervals, read_numbers
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE, load_layout

TRAIN_SUBJECTS = (
    "2,4,5,6,9,10,12,13,14,15,17,18,20,21,22,23,25,28,29,30,31,35,36,"
    "38,39,41,42,43,44,46,47,48,52,53,59,61,62"
)
"""Of the official cross-subject protocol; the other 35 of 1..72 are tested."""
FPS = 25.0
VOTERS = 30
"""Recordings that decide which finger block belongs to which wrist: our choice."""
_SUFFIX = "_light_hand.csv"


@dataset("imigue")
class Imigue:
    """Importer of iMiGUE's skeleton release and of the starter kit's arrays."""

    title = "iMiGUE, skeletons"
    terms = "By application to the authors only; cite the paper; do not redistribute."
    citation = (
        "Liu, X., Shi, H., Chen, H., Yu, Z., Li, X., & Zhao, G. (2021). iMiGUE: An identity-free "
        "video dataset for micro-gesture understanding and emotion analysis. CVPR 2021."
    )
    caution = (
        "Class 32, illustrative body language (raw id 99), is not a micro-gesture. Our reading: "
        "label frames count from 0 and the end is included, since the kit adds 1. Nine classes"
        " have under 40 clips."
    )

    def read(self, source: Path) -> ImportedSkeletons:
        """Read a folder of recordings, or a folder with the kit's `.npy` and `.pkl`.

        Raises:
            InputError: it is neither, or a file is not of the documented form.
        """
        names = tuple(c.label for c in load_vocabulary("imigue").classes)
        recordings = sorted(source.rglob(f"*{_SUFFIX}"))
        kit = [] if recordings else find_kit(source)
        if not recordings and not kit:
            what = f"has neither NNNN{_SUFFIX} files nor the kit's .npy files with their .pkl"
            raise InputError(f"{source} {what}")
        people = _read_people(source)
        labels = {path: _read_labels(path) for path in recordings}
        vote = vote_on_blocks(_kit_sample(kit) if kit else map(_read_joints, recordings[:VOTERS]))
        clips: Iterator[Clip]
        if kit:
            clips = kit_clips(kit, names, people, vote)
            ids = {name.rpartition("_")[0] for files in kit for name in files.ids}
        else:
            clips = _clips(labels, names, people, vote)
            ids = {_recording(path) for path in recordings}
        return ImportedSkeletons(self._meta(names, people), clips, _warnings(vote, ids, people), bool(people))

    def _meta(self, names: tuple[str, ...], people: Mapping[str, str]) -> DatasetMeta:
        train = tuple(TRAIN_SUBJECTS.split(","))
        test = tuple(str(n) for n in range(1, 73) if str(n) not in train)
        rule = SplitRule(train={"subject": train}, test={"subject": test})
        return DatasetMeta(
            name="iMiGUE",
            layout=load_layout("imigue22"),
            dims=2,
            units="pixels",
            classes=names,
            splits={"cross-subject": rule} if people else {},
            source=self.citation,
            licence=self.terms,
        )


def _clips(
    labels: Mapping[Path, Sequence[tuple[int, int, int]]],
    names: Sequence[str],
    people: Mapping[str, str],
    vote: BlockVote,
) -> Iterator[Clip]:
    for path, intervals in labels.items():
        joints = with_own_blocks(_read_joints(path), vote) if intervals else None
        recording = _recording(path)
        for place, (label, start, end) in enumerate(intervals):
            if joints is None or end >= len(joints):
                frames = 0 if joints is None else len(joints)
                what = f"row {place + 1} ends at frame {end}; {path.name} has frames 0 to {frames - 1}"
                raise InputError(f"{_label_file(path)} {what}")
            yield Clip(
                id=f"{recording}_{place}",
                subject=people.get(recording, recording),
                joints=joints[start : end + 1],
                label=names[label - 1],
                fps=FPS,
                more={"recording": recording, "first": str(start), "last": str(end)},
            )


def _read_joints(path: Path) -> NDArray[np.float32]:
    """[T, 22, 3]: twelve BODY_25 joints, then the finger blocks in the file's order; missing is
    NaN."""
    table = read_numbers(path, 35 * 3, skip=1).reshape(-1, 35, 3)
    kept = table[:, [*BODY25_OF_IMIGUE, *range(25, 35)]].astype(np.float32)
    return unseen_as_nan(kept)


def _read_labels(path: Path) -> list[tuple[int, int, int]]:
    """Class 1..32, first and last frame (from 0) of each gesture; raw id 99 is class 32."""
    file = _label_file(path)
    if not file.is_file():
        raise InputError(f"{path} has no {file.name} beside it")
    rows = []
    for line, (label, start, end) in enumerate(read_intervals(file), 1):
        if not (1 <= label <= 31 or label == 99):
            raise InputError(f"{file} row {line}: gestureID must be 1 to 31, or 99 (given {label})")
        rows.append((32 if label == 99 else label, start, end))
    return rows


def _read_people(source: Path) -> dict[str, str]:
    """Person by recording, from `subjects.csv` if there is one."""
    path = source / "subjects.csv"
    if not path.is_file():
        return {}
    rows = [row for _, row in read_csv(path, strict=False) if row]
    if not rows or [cell.strip() for cell in rows[0]] != ["recording", "subject"]:
        raise InputError(f"{path}:1 must be 'recording,subject'")
    if wrong := [line for line, row in enumerate(rows, 1) if len(row) != 2 or not row[1].strip()]:
        raise InputError(f"{path}:{wrong[0]} must have a recording and a subject")
    return {row[0].strip(): row[1].strip() for row in rows[1:]}


def _warnings(vote: BlockVote, recordings: set[str], people: Mapping[str, str]) -> tuple[str, ...]:
    """How the finger blocks were decided, and which recordings have no known person."""
    side, count = ("left", vote.crossed) if vote.swap else ("right", vote.straight)
    looked = vote.straight + vote.crossed
    lines = []
    if looked:
        lines.append(
            f"the first finger block is the {side} hand's: it is nearer to that wrist in {count} of {looked}"
        )
    else:
        lines.append(
            "no frame shows a wrist together with fingers: the finger blocks keep the order of the files"
        )
    if not people:
        lines.append(
            "no subjects.csv: each recording counts as a person, and the cross-subject split is left out"
        )
    elif lost := sorted(recordings - set(people)):
        raise InputError(f"subjects.csv does not name {len(lost)} recordings: {some(lost)}")
    return tuple(lines)


def _kit_sample(kit: Sequence[KitFiles]) -> Iterator[NDArray[np.float32]]:
    """Clips of the kit, evenly spread."""
    for files in kit:
        for place in np.linspace(0, len(files.array) - 1, min(VOTERS, len(files.array))).astype(int):
            yield kit_joints(files.array[place])


def _recording(path: Path) -> str:
    return path.name.removesuffix(_SUFFIX)


def _label_file(path: Path) -> Path:
    return path.with_name(f"{_recording(path)}_label.csv")
