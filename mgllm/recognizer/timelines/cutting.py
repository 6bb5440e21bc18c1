"""Windows out of annotated recordings, for a recogniser that has to read uncut recordings.

A window's label is what happens in its middle; if nothing happens there, it is background. A
recogniser that has learned only from trimmed clips has never seen half a gesture or rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from mgllm.errors import InputError
from mgllm.items.joining import read_folder
from mgllm.recognizer.network.network import BACKGROUND_NAME
from mgllm.recognizer.timelines.timeline import NO_GESTURES, UNKNOWN_FPS
from mgllm.records import Frozen, Gesture, GestureTranscript
from mgllm.seeds import stream
from mgllm.skeleton import Clip, SkeletonDataset

WINDOWS_OF = "windows of "
"""How the name of a data set of windows begins; the names of its sources follow."""


class CutOptions(Frozen):
    """How many windows are cut, and how long they are."""

    seconds: tuple[float, float] = (1.0, 2.5)
    """Shortest and longest window; each length is drawn at random in between."""
    gesture: int = Field(default=3, ge=0)
    """Windows with their middle in a gesture, for each gesture."""
    background: float = Field(default=1.0, ge=0)
    """Windows with their middle outside all gestures, for each gesture."""
    movement: float = Field(default=0.5, ge=0)
    """Windows with their middle in a class of `aside` and in no gesture, for each gesture."""
    aside: tuple[str, ...] = NO_GESTURES
    """Classes that are not micro-gestures: a gesture at the same time takes precedence."""
    seed: int = 0
    """Decides where windows are cut."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> CutOptions:
        if not 0 < self.seconds[0] <= self.seconds[1]:
            raise ValueError(
                "the shortest window must be longer than 0 s and not longer than the longest one"
            )
        return self


def cut_windows(
    dataset: SkeletonDataset, truth: Mapping[str, Sequence[Gesture]], options: CutOptions
) -> Iterator[Clip]:
    """Windows of each recording, one after the other.

    Args:
        dataset: its clips are complete recordings.
        truth: gestures with times, by recording; other recordings are left out.
        options: how many windows, and how long.

    Yields: clips with the columns of their recording and `recording`, `first`, `last` (frames).
    """
    for number, row in enumerate(dataset.clips):
        if row.id not in truth:
            continue
        fps, joints_TVC = row.fps or UNKNOWN_FPS, dataset.clip(number)
        random = stream(options.seed, "windows", row.id)
        label_T = frame_names(truth[row.id], row.length, fps, options.aside)
        for place, (first, last) in enumerate(_spans(label_T, truth[row.id], fps, options, random)):
            yield Clip(
                id=f"{row.id}-w{place:05d}",
                subject=row.subject,
                joints=joints_TVC[first : last + 1],
                label=str(label_T[(first + last) // 2]),
                fps=row.fps,
                more={**row.more, "recording": row.id, "first": str(first), "last": str(last)},
            )


def frame_names(
    gestures: Sequence[Gesture], frames: int, fps: float, aside: Sequence[str]
) -> NDArray[np.object_]:
    """[T]: the class of each frame; of several gestures the one that began last."""
    names = np.full(frames, BACKGROUND_NAME, dtype=object)
    in_order = sorted(gestures, key=lambda one: (one.label not in aside, one.start or 0.0))
    for one in in_order:
        if one.start is not None and one.end is not None:
            names[round(one.start * fps) : round(one.end * fps)] = one.label
    return names


def _spans(
    label_T: NDArray[np.object_],
    gestures: Sequence[Gesture],
    fps: float,
    options: CutOptions,
    random: np.random.Generator,
) -> list[tuple[int, int]]:
    """First and last frames of windows around gestures and elsewhere, in the order of time."""
    middles: list[int] = []
    kept = [one for one in gestures if one.label not in options.aside and one.start is not None]
    for one in kept:
        inside = np.arange(round((one.start or 0) * fps), min(round((one.end or 0) * fps), len(label_T)))
        inside = inside[label_T[inside] == one.label]
        if len(inside):
            middles += random.choice(inside, options.gesture).tolist()
    for names, share in (((BACKGROUND_NAME,), options.background), (options.aside, options.movement)):
        there = np.flatnonzero(np.isin(label_T.astype(str), names))
        if len(there):
            middles += random.choice(there, round(share * len(kept))).tolist()
    half = random.uniform(*options.seconds, len(middles)) * fps / 2
    spans = [
        (max(0, round(middle - h)), min(len(label_T) - 1, round(middle + h)))
        for middle, h in zip(middles, half.tolist(), strict=True)
    ]
    return sorted(span for span in spans if span[1] > span[0])


def timed_truth(folder: Path) -> dict[str, GestureTranscript]:
    """Annotated transcripts by recording.

    Raises:
        InputError: there are none, or a gesture has no times.
    """
    found = {item: file for (item, source), (_, file) in read_folder(folder).items() if source == "annotated"}
    if not found:
        raise InputError(f"{folder} has no annotated transcripts; those in it are from a recogniser")
    for item, file in found.items():
        untimed = next((one.label for one in file.gestures if one.start is None or one.end is None), None)
        if untimed is not None:
            raise InputError(
                f"{folder}: '{untimed}' of '{item}' has no start and end; windows cannot be cut without them"
            )
    return found
