"""`mgllm recognizer windows`: clips to learn from, cut out of annotated recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.network.network import BACKGROUND_NAME
from mgllm.recognizer.timelines.cutting import WINDOWS_OF, CutOptions, cut_windows, timed_truth
from mgllm.recognizer.training.targets import ACCEPT
from mgllm.records import Frozen
from mgllm.skeleton import (
    Clip,
    DatasetMeta,
    SkeletonDataset,
    SplitRule,
    check_dataset,
    open_dataset,
    write_dataset,
)

ADDED = ("recording", "first", "last")
"""Columns of windows; empty for clips of another data set."""
PEOPLE = (ACCEPT, "people")
"""Columns of clips of people; empty for the others."""


class Cut(Frozen):
    """What was written."""

    out: Path
    """The folder."""
    windows: dict[str, int]
    """Windows by class."""
    clips: int = Field(ge=0)
    """Clips of the other data set."""
    recordings: int
    """Recordings that windows were cut from."""
    untold: tuple[str, ...]
    """Recordings without a transcript: their gestures are unknown, so nothing was cut."""


def cut(
    path: Path, gestures: Path | None, out: Path, options: CutOptions, beside: Sequence[Path] = ()
) -> Cut:
    """Write a data set of windows out of recordings, and of other sets' clips beside them.

    Args:
        path: a data set whose clips are whole recordings.
        gestures: folder of their annotated `*.mg.json`; none: the data set's own.
        out: folder to write.
        options: which windows.
        beside: data sets with the same layout, whose clips stand first; one of them has classes.

    Raises:
        InputError: a folder cannot be used, or the two sets do not fit together.
    """
    dataset = open_dataset(path)
    check_dataset(dataset)
    truth = timed_truth(gestures or path)
    known = {row.id: truth[row.id].gestures for row in dataset.clips if row.id in truth}
    if not known:
        raise InputError(f"{gestures or path}: no transcript is of a recording in {path}")
    others = [open_dataset(folder) for folder in beside]
    for other in others:
        check_dataset(other)
        _check_fit(dataset, other)
    labels = [one.label for gestures_ in known.values() for one in gestures_]
    named = [name for other in others for name in other.meta.classes]
    classes = tuple(dict.fromkeys([*named, *sorted(labels), BACKGROUND_NAME]))
    columns = _columns(dataset, others)
    counts: dict[str, int] = {}

    def clips() -> Iterator[Clip]:
        for other in others:
            yield from _as_they_are(other, columns)
        for clip in cut_windows(dataset, known, options):
            counts[clip.label or ""] = counts.get(clip.label or "", 0) + 1
            yield _with_columns(clip, columns)

    write_dataset(out, _meta(dataset, others, classes, columns), clips(), lenient=True)
    return Cut(
        out=out,
        windows=counts,
        clips=sum(len(other) for other in others),
        recordings=len(known),
        untold=tuple(row.id for row in dataset.clips if row.id not in known),
    )


def _check_fit(dataset: SkeletonDataset, other: SkeletonDataset) -> None:
    a, b = dataset.meta, other.meta
    if not b.classes and ACCEPT not in other.columns:
        raise InputError(f"{other.path} has no classes, so nothing can be learned from its clips")
    if (a.layout.joints, a.dims, a.units) != (b.layout.joints, b.dims, b.units):
        raise InputError(f"{other.path} has other joints, dimensions or units than {dataset.path}")
    same = {row.id for row in other.clips} & {f"{row.id}-w00000" for row in dataset.clips}
    if same:
        raise InputError(f"{other.path} has a clip '{min(same)}', as windows are called; rename it")


def _columns(dataset: SkeletonDataset, others: Sequence[SkeletonDataset]) -> tuple[str, ...]:
    """Columns that all sets have, those of windows, and those of people."""
    own = tuple(dataset.clips[0].more)
    shared = (name for name in own if all(name in other.clips[0].more for other in others))
    people = (name for name in PEOPLE for other in others if name in other.clips[0].more)
    return tuple(dict.fromkeys([*shared, *people, *ADDED]))


def _as_they_are(other: SkeletonDataset, columns: tuple[str, ...]) -> Iterator[Clip]:
    for number, row in enumerate(other.clips):
        clip = Clip(row.id, row.subject, other.clip(number), row.label, row.fps, row.more)
        yield _with_columns(clip, columns)


def _with_columns(clip: Clip, columns: tuple[str, ...]) -> Clip:
    more: Mapping[str, str] = {name: clip.more.get(name, "") for name in columns}
    return Clip(clip.id, clip.subject, clip.joints, clip.label, clip.fps, more)


def _meta(
    dataset: SkeletonDataset,
    others: Sequence[SkeletonDataset],
    classes: tuple[str, ...],
    columns: tuple[str, ...],
) -> DatasetMeta:
    """As the recordings', with splits that the columns still allow."""
    both = [one.meta for one in (dataset, *others)]
    known = {*columns, "subject"}
    return dataset.meta.model_copy(
        update={
            "name": WINDOWS_OF + " and ".join(meta.name for meta in both),
            "classes": classes,
            "splits": {name: rule for name, rule in dataset.meta.splits.items() if _uses(rule) <= known},
            "made_of": tuple(dict.fromkeys(name for meta in both for name in (meta.name, *meta.made_of))),
            "source": " ".join(dict.fromkeys(meta.source for meta in both if meta.source)),
        }
    )


def _uses(rule: SplitRule) -> set[str]:
    return {*rule.train, *rule.test}
