"""Windows out of recordings of people whose hands' places are known, to learn from.

The data set has a column `mg_accept`: the classes that would be right for a clip, parted by |, or
`none`. Where the contact begins and ends is in `contact_from` and `contact_to`, in frames. `group`
says who was recorded together: some groups are calibrated on alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.network.network import BACKGROUND_NAME
from mgllm.recognizer.timelines.timeline import NO_GESTURES, UNKNOWN_FPS
from mgllm.recognizer.training.targets import ACCEPT
from mgllm.records import Frozen
from mgllm.seeds import stream
from mgllm.skeleton import Clip, SkeletonDataset
from mgllm.skeleton.dataset import ClipRow

OPEN_PEOPLE = "People open"
"""How the name of the public landmarks begins that the bundled recogniser may learn from
(docs/people.md). They are some twenty signers before their own cameras, known by their names there.
A user's recording is taken to be of somebody else unless it has one of these names."""
NEEDED = ("mg_accept", "contact_from", "contact_to")
NONE = "none"


class PeopleOptions(Frozen):
    """Which windows are cut out of each clip of a person."""

    windows: int = Field(default=3, ge=0)
    """Windows of each clip, besides the whole clip."""
    seconds: tuple[float, float] = (1.0, 2.0)
    """Shortest and longest."""
    judged: tuple[str, ...] = ("o02", "o05")
    """Groups (column `group`) that are not learned from: probabilities are calibrated on them. The
    two are people with every place but the neck."""
    left_out: tuple[str, ...] = ("o06", "o07", "o08")
    """Groups that are used for nothing: o06 has no places, o07 and o08 are public tests."""
    seed: int = 0
    """Decides where windows are cut."""


def check_people(dataset: SkeletonDataset) -> None:
    """Refuse a data set that says nothing about places.

    Raises:
        InputError: a column is missing.
    """
    for name in NEEDED:
        if name not in dataset.columns:
            raise InputError(
                f"{dataset.path} has no column '{name}'; people to learn from need "
                f"{', '.join(NEEDED)} (docs/people.md)"
            )


def people_windows(
    dataset: SkeletonDataset, numbers: list[int], part: str, options: PeopleOptions
) -> Iterator[Clip]:
    """The whole clip and windows around its contact; of a clip without contact, anywhere in it."""
    for number in numbers:
        row = dataset.clips[number]
        accepted = accepted_classes(row)
        if not accepted:
            continue
        joints_TVC, fps = dataset.clip(number), row.fps or UNKNOWN_FPS
        random = stream(options.seed, "people", row.id)
        for place, frames in enumerate(_spans(row, fps, options, random)):
            yield Clip(
                id=f"{row.id}-p{place}",
                subject=row.subject,
                joints=joints_TVC[frames],
                fps=row.fps,
                more={"part": part, ACCEPT: "|".join(accepted), "people": "yes"},
            )


def accepted_classes(row: ClipRow) -> list[str]:
    """The classes that would be right; where nothing is touched, background and what goes with
    speech."""
    names = [name for name in row.more["mg_accept"].split("|") if name]
    return [BACKGROUND_NAME, *NO_GESTURES] if names == [NONE] else names


def _spans(
    row: ClipRow, fps: float, options: PeopleOptions, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Frames of each window; at the clip's ends the first or last one is repeated."""
    every = np.arange(row.length)
    yield every
    first, last = _contact(row)
    for _ in range(options.windows):
        length = max(2, round(random.uniform(*options.seconds) * fps))
        middle = int(random.integers(first, last + 1))
        yield np.clip(np.arange(length) + middle - (length - 1) // 2, 0, row.length - 1)


def _contact(row: ClipRow) -> tuple[int, int]:
    begins, ends = row.more["contact_from"], row.more["contact_to"]
    if not (begins and ends):
        return 0, row.length - 1
    return int(float(begins)), min(int(float(ends)), row.length - 1)
