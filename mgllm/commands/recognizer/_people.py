"""A data set of windows of people, for `rebuild --people`, and the notices of its sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mgllm.errors import InputError
from mgllm.recognizer.timelines.cutting import WINDOWS_OF
from mgllm.recognizer.timelines.people import PeopleOptions, check_people, people_windows
from mgllm.skeleton import Clip, SkeletonDataset, check_dataset, open_dataset, write_dataset
from mgllm.skeleton.selection import select_rule

SOURCES = ("group", "repo", "commit", "licence")
"""Columns that say where a clip is from."""
COPYRIGHTS = {
    "me-abhinav-1001/Sign-Language-Detection": "Copyright (c) 2023 Abhinav Anand",
    "tamtridung/ASL_SignWish": "Copyright (c) 2021 Tam_Tran",
    "traduttore/traduttore-model": "Copyright (c) 2022 traduttore",
    "yunlisa96/hand-sign-recognition": "no copyright line is filled in, and there is no NOTICE file",
    "akashcodes23/Realtime-Sign-LanguageDetection": "Copyright (c) 2025 Akash G Patil",
    "electronicaddict/Jupyter": "Copyright (c) 2024 Ryan Luke Karan Lobo",
}
"""The notice in each repository's licence file; the card repeats it, as the licences ask."""


def cut_people(path: Path, out: Path, options: PeopleOptions) -> None:
    """Write windows of the people of a data set; `part` says who is learned from and who is judged.

    Raises:
        InputError: the data set says nothing about places, or a side has nobody.
    """
    dataset = open_dataset(path)
    check_dataset(dataset)
    check_people(dataset)
    if "group" not in dataset.columns:
        raise InputError(
            f"{path} has no column 'group', so nobody can be kept apart to calibrate on; "
            "write there who was recorded together (docs/people.md)"
        )
    judged = _of_groups(dataset, options.judged)
    learned = sorted({*range(len(dataset))} - {*judged, *_of_groups(dataset, options.left_out)})
    if not judged or not learned:
        raise InputError(
            f"{path}: nobody to {'calibrate on' if not judged else 'learn from'}; "
            "name groups of clips with --set people_windows.judged=[GROUP]"
        )

    def clips() -> Iterator[Clip]:
        yield from people_windows(dataset, learned, "train", options)
        yield from people_windows(dataset, judged, "validation", options)

    meta = dataset.meta.model_copy(
        update={
            "name": WINDOWS_OF + dataset.meta.name,
            "classes": (),
            "splits": {},
            "made_of": (dataset.meta.name, *dataset.meta.made_of),
        }
    )
    write_dataset(out, meta, clips(), lenient=True)


def notices(path: Path, options: PeopleOptions) -> tuple[str, ...]:
    """A line for each source that is learned from or calibrated on."""
    dataset = open_dataset(path)
    if not set(SOURCES) <= set(dataset.columns):
        return (f"Source: {dataset.meta.source or dataset.meta.name}",)
    used = {tuple(row.more[name] for name in SOURCES) for row in dataset.clips}
    return tuple(
        f"{group}: https://github.com/{repo}, commit {commit}, {licence}{_notice(repo)}"
        for group, repo, commit, licence in sorted(used)
        if group not in options.left_out
    )


def _notice(repo: str) -> str:
    return f"; {COPYRIGHTS[repo]}" if repo in COPYRIGHTS else ""


def _of_groups(dataset: SkeletonDataset, groups: tuple[str, ...]) -> list[int]:
    return [int(number) for number in select_rule(dataset, {"group": groups})]
