"""Whether a skeleton data set has what is in a made-up corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, some
from mgllm.skeleton import SkeletonDataset, open_dataset
from mgllm.skeleton.dataset import ClipRow
from mgllm.skeleton.selection import named_split
from mgllm.synthetic.corpora import Truth
from mgllm.synthetic.corpora.truth import TrueVideo

NEAR = 2e-3
"""Pixels or metres by which a joint may differ: files have three or four decimals."""


def check_dataset_of(folder: Path, truth: Truth) -> Iterator[str]:
    """What is wrong with a data set of clips, or of complete recordings."""
    dataset = open_dataset(folder)
    if truth.corpus == "ma52":
        yield from _recordings(dataset, truth)
        yield from _parts(dataset, truth)
        return
    clips = [row for row in dataset.clips if row.id not in truth.videos]
    if clips:
        yield from _clips(clips, truth)
    else:
        yield from _recordings(dataset, truth)
    for row in dataset.clips:
        name, first = (row.id, 0) if row.id in truth.videos else _place(row)
        if name not in truth.videos:
            yield f"{row.id} is of recording '{name}', which is not in the corpus"
            continue
        yield from _row(dataset, row, truth.videos[name], truth, first)
    if clips:
        yield from _sides(dataset, truth)


def differences(wanted: Counter[Hashable], found: Counter[Hashable], what: str) -> Iterator[str]:
    """What is missing and what is too much."""
    missing, extra = wanted - found, found - wanted
    if missing:
        yield f"{missing.total()} {what} missing: {some(sorted(map(str, missing)))}"
    if extra:
        yield f"{extra.total()} {what} too many: {some(sorted(map(str, extra)))}"


def same_person(one: str, other: str) -> bool:
    """Numbers are compared as numbers."""
    return one == other or (one.isdecimal() and other.isdecimal() and int(one) == int(other))


def _clips(clips: list[ClipRow], truth: Truth) -> Iterator[str]:
    wanted: Counter[Hashable] = Counter(
        (name, clip.label, clip.first, clip.last)
        for name, video in truth.videos.items()
        for clip in video.clips
    )
    found: Counter[Hashable] = Counter((row.more.get("recording"), row.label, *_frames(row)) for row in clips)
    yield from differences(wanted, found, "clips")
    for row in clips:
        first, last = _frames(row)
        if row.length != last - first + 1:
            yield f"{row.id} has {row.length} frames; {first} to {last} are {last - first + 1}"


def _recordings(dataset: SkeletonDataset, truth: Truth) -> Iterator[str]:
    wanted: Counter[Hashable] = Counter(list(truth.videos))
    yield from differences(wanted, Counter(row.id for row in dataset.clips), "recordings")
    for row in dataset.clips:
        if (video := truth.videos.get(row.id)) is None:
            continue
        if row.length != video.frames:
            yield f"{row.id} has {row.length} frames; it must have {video.frames}"
        if truth.corpus == "ma52":
            yield from _row(dataset, row, video, truth, 0)


def _row(dataset: SkeletonDataset, row: ClipRow, video: TrueVideo, truth: Truth, first: int) -> Iterator[str]:
    """Person, rate and joints of a row."""
    named = truth.corpus != "ma52" or video.labelled  # nobody says who is in a test clip of ma52
    if named and not same_person(row.subject, video.subject):
        yield f"{row.id} is of person '{row.subject}'; it must be '{video.subject}'"
    if truth.fps is not None and row.fps != truth.fps:
        yield f"{row.id} has {row.fps} frames a second; it must have {truth.fps:g}"
    joints = dataset.joints[row.start : row.start + row.length]
    for look in video.looks:
        if first <= look.frame < first + row.length:
            missing = (np.nan,) * joints.shape[2]
            wanted = np.array([point or missing for point in look.joints], np.float64)
            if not _alike(np.asarray(joints[look.frame - first], np.float64), wanted):
                yield f"{row.id} frame {look.frame} has other joints"


def _alike(found: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    """Whether coordinates agree, and the same joints are missing."""
    shown = min(found.shape[1], wanted.shape[1])
    same = np.isclose(found[:, :shown], wanted[:, :shown], atol=NEAR, rtol=0)
    missing = np.isnan(found[:, :2]).any(axis=1) & np.isnan(wanted[:, :2]).any(axis=1)
    return bool((same.all(axis=1) | missing).all())


def _sides(dataset: SkeletonDataset, truth: Truth) -> Iterator[str]:
    """Whether each split has its people on the right sides."""
    for name, sides in truth.sides.items():
        if not all(sides.values()):
            continue  # a side is empty: such a split is left out
        try:
            split = named_split(dataset, name)
        except InputError as error:
            yield str(error)
            continue
        for side, numbers in (("train", split.train), ("test", split.test)):
            here = {row.subject for row in (dataset.clips[n] for n in numbers) if row.label is not None}
            labelled = {one.subject for one in truth.videos.values() if one.clips}
            wanted = {who for who in sides[side] if who in labelled}
            if {int(who) for who in here if who.isdecimal()} != {int(who) for who in wanted}:
                yield f"{name}: {side} has people {some(sorted(here))}; it must have {some(sorted(wanted))}"


def _parts(dataset: SkeletonDataset, truth: Truth) -> Iterator[str]:
    """Label and part of each clip of ma52."""
    for row in dataset.clips:
        if (video := truth.videos.get(row.id)) is not None:
            label = video.clips[0].label if video.clips else None
            if row.label != label:
                yield f"{row.id} has the label {row.label!r}; it must have {label!r}"
            if row.more.get("part") != video.side:
                yield f"{row.id} is in part {row.more.get('part')!r}; it must be in {video.side!r}"


def _place(row: ClipRow) -> tuple[str, int]:
    return row.more.get("recording", ""), _frames(row)[0]


def _frames(row: ClipRow) -> tuple[int, int]:
    """First and last frame; −1 where they are not said."""
    first, last = (row.more.get(name, "") for name in ("first", "last"))
    return (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (-1, -1)
