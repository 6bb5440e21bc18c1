"""iMiGUE (Liu et al., CVPR 2021): micro-gestures at tennis press conferences, 22 joints in pixels.

There are two forms. The skeleton release has a folder for each recording with `NNNN_label.csv`
(`gestureID,start,end`) and `NNNN_light_hand.csv`: a row for each frame, with a column that is
skipped, then 35 joints × x, y, confidence (OpenPose BODY_25, five "RightFinger", five
"LeftFinger"). The starter kit has `.npy` files (N, 3, 90, 22, 1) with a `.pkl` each. Neither names
people: a csv file of yours does (`--subjects`). Recordings without a file of labels, as in a test
phase, are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons, dataset
from mgllm.datasets.skeletons._cutting import Cutting, Label, refuse_twins
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
from mgllm.datasets.subjects import BESIDE, Subjects, find_subjects
from mgllm.errors import InputError
from mgllm.files.tables import number_blocks, read_intervals
from mgllm.items.official import IMIGUE_TRAIN_SUBJECTS
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE, load_layout

FPS = 25.0
VOTERS = 30
"""Recordings that decide which finger block belongs to which wrist: our choice."""
HEADER = ("gestureID", "start", "end")
"""A file of labels may begin with it."""
NO_TIMES = (
    "the kit's arrays do not say when a clip is in its recording (no first, last), so no transcript can be "
    "made of them; for transcripts import the release with NNNN_light_hand.csv"
)
_SUFFIX = "_light_hand.csv"


@dataset("imigue")
class Imigue(ChoosingImporter):
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

    heeds: ClassVar[frozenset[str]] = frozenset({"subjects", "recordings"})

    def read(self, source: Path) -> ImportedSkeletons:
        """Read a folder of recordings, or a folder with the kit's `.npy` and `.pkl`.

        Raises:
            InputError: it is neither, or a file is not of the documented form.
        """
        paths = sorted(source.rglob(f"*{_SUFFIX}"))
        people = find_subjects(source, self.choices.subjects)
        if paths:
            return self._release(source, paths, people)
        kit = find_kit(source)
        if not kit:
            what = f"has neither NNNN{_SUFFIX} files nor the kit's .npy files with their .pkl"
            raise InputError(f"{source} {what}")
        return self._kit(kit, people)

    def _release(self, source: Path, paths: Sequence[Path], people: Subjects | None) -> ImportedSkeletons:
        names = list(map(_recording, paths))
        refuse_twins(names, source)
        notes = _who(people, names)
        labels = {_recording(path): _read_labels(path) for path in paths}
        vote = vote_on_blocks(map(_read_joints, paths[:VOTERS]))
        meta = self._meta(people)
        cutting = Cutting(meta, _recordings(paths, people, vote), labels)
        lines = (*_vote_note(vote), *notes)
        return ImportedSkeletons(
            meta, cutting.clips(), lines, people is not None, later=cutting.notes, whole=cutting
        )

    def _kit(self, kit: Sequence[KitFiles], people: Subjects | None) -> ImportedSkeletons:
        ids = {name.rpartition("_")[0] for files in kit for name in files.ids}
        notes = _who(people, sorted(ids))
        vote = vote_on_blocks(_kit_sample(kit))
        owners = {name: _person(people, name) for name in ids}
        meta = self._meta(people)
        clips = kit_clips(kit, meta.classes, owners, vote)
        return ImportedSkeletons(meta, clips, (*_vote_note(vote), *notes, NO_TIMES), people is not None)

    def _meta(self, people: Subjects | None) -> DatasetMeta:
        train = tuple(map(str, IMIGUE_TRAIN_SUBJECTS))
        test = tuple(str(n) for n in range(1, 73) if str(n) not in train)
        rule = SplitRule(train={"subject": train}, test={"subject": test})
        return DatasetMeta(
            name="iMiGUE",
            layout=load_layout("imigue22"),
            dims=2,
            units="pixels",
            classes=tuple(c.label for c in load_vocabulary("imigue").classes),
            splits={"cross-subject": rule} if people else {},
            source=self.citation,
            licence=self.terms,
        )


def _recordings(paths: Sequence[Path], people: Subjects | None, vote: BlockVote) -> Iterator[Clip]:
    for path in paths:
        name, joints = _recording(path), with_own_blocks(_read_joints(path), vote)
        if not len(joints):
            raise InputError(f"{path} has no frames; remove it or copy it again")
        yield Clip(id=name, subject=_person(people, name), joints=joints, fps=FPS)


def _read_joints(path: Path) -> NDArray[np.float32]:
    """[T, 22, 3]: twelve BODY_25 joints, then the finger blocks in the file's order; missing is
    NaN."""
    kept = [*BODY25_OF_IMIGUE, *range(25, 35)]
    blocks = [
        block.reshape(-1, 35, 3)[:, kept].astype(np.float32) for block in number_blocks(path, 35 * 3, skip=1)
    ]
    return unseen_as_nan(np.concatenate([np.empty((0, len(kept), 3), np.float32), *blocks]))


def _read_labels(path: Path) -> list[Label] | None:
    """What is labelled; raw id 99 is class 32. None if there is no file of labels."""
    file = path.with_name(f"{_recording(path)}_label.csv")
    if not file.is_file():
        return None
    names = [c.label for c in load_vocabulary("imigue").classes]
    rows = []
    for line, (label, start, end) in enumerate(read_intervals(file, HEADER), 1):
        if not (1 <= label <= 31 or label == 99):
            raise InputError(f"{file} row {line}: gestureID must be 1 to 31, or 99 (given {label})")
        rows.append(Label(names[(32 if label == 99 else label) - 1], start, end))
    return rows


def _person(people: Subjects | None, recording: str) -> str:
    """The person, or the recording where nobody says it."""
    return (people.person(recording) if people else None) or recording


def _who(people: Subjects | None, recordings: Sequence[str]) -> tuple[str, ...]:
    """Which recordings have no known person, or are not there."""
    if people is not None:
        return people.notes(recordings)
    what = "each recording counts as a person, and the cross-subject split is left out"
    return (f"nobody says who is in which recording (--subjects FILE, or {BESIDE} in SRC): {what}",)


def _vote_note(vote: BlockVote) -> tuple[str, ...]:
    """How the finger blocks were decided."""
    side, count = ("left", vote.crossed) if vote.swap else ("right", vote.straight)
    looked = vote.straight + vote.crossed
    if not looked:
        return ("no frame shows a wrist together with fingers: the finger blocks keep the order of files",)
    near = f"it is nearer to that wrist in {count} of {looked}"
    return (f"the first finger block is the {side} hand's: {near}",)


def _kit_sample(kit: Sequence[KitFiles]) -> Iterator[NDArray[np.float32]]:
    """Clips of the kit, evenly spread."""
    for files in kit:
        for place in np.linspace(0, len(files.array) - 1, min(VOTERS, len(files.array))).astype(int):
            yield kit_joints(files.array[place])


def _recording(path: Path) -> str:
    return path.name.removesuffix(_SUFFIX)
