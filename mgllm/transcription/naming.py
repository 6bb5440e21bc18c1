"""What is answered about a clip that is one gesture: its class, or the group of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.label_names import groups_of
from mgllm.errors import InputError
from mgllm.recognizer.network.network import BACKGROUND_NAME
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import GestureLevel, GestureTranscript

LEVELS: tuple[GestureLevel, ...] = get_args(GestureLevel)
"""In the order in which they are counted."""


class Named(NamedTuple):
    """A gesture's name."""

    label: str
    """Of a class or of a group."""
    confidence: float
    """Its probability."""
    level: GestureLevel
    """Which of the two it is."""


def name_clip(
    p_K: NDArray[np.float64], classes: Sequence[str], groups: Mapping[str, str], options: TimelineOptions
) -> Named | None:
    """The most probable class if it is sure or alone, else the most probable group; None:
    background, or a class that is left out.

    Unlike in recordings something is always answered but for these: an annotation says that there
    is a gesture.

    Args:
        p_K: probabilities of the classes.
        classes: their names.
        groups: group by class; classes without a group are left out.
        options: what may be answered, and how sure it must be.
    """
    most = int(p_K.argmax())
    word = Named(classes[most], float(p_K[most]), "word")
    if options.answer == "groups" or (
        options.answer == "both" and word.confidence < options.decoding.min_confidence
    ):
        group = _group(p_K, classes, groups)
        if options.answer == "groups" or (group and group.confidence >= options.decoding.min_group):
            return group
    return None if word.label in (BACKGROUND_NAME, *options.leave_out) else word


def _group(p_K: NDArray[np.float64], classes: Sequence[str], groups: Mapping[str, str]) -> Named | None:
    """The most probable group; None if background, or a class without a group, is more probable."""
    sums: dict[str, float] = {}
    for name, p in zip(classes, p_K.tolist(), strict=True):
        sums[groups.get(name, name)] = sums.get(groups.get(name, name), 0.0) + p
    best = max(sums, key=lambda name: sums[name])
    return Named(best, sums[best], "group") if best in groups.values() else None


def check_answer(options: TimelineOptions, classes: Sequence[str], recogniser: str, *, trimmed: bool) -> None:
    """Refuse `--groups-only` where no group can be answered.

    Raises:
        InputError: the recogniser's classes have no groups, or it reads recordings and does not
            know what background is.
    """
    if options.answer != "groups":
        return
    if not groups_of(classes):
        raise InputError(f"--groups-only: the classes of {recogniser} have no groups; leave the option out")
    if not trimmed and BACKGROUND_NAME not in classes:
        raise InputError(
            f"--groups-only: {recogniser} has no class '{BACKGROUND_NAME}', which groups need in recordings; "
            "leave the option out"
        )


def levels_of(transcripts: Iterable[GestureTranscript]) -> dict[GestureLevel, int]:
    """How many gestures have each level."""
    levels = [one.level for transcript in transcripts for one in transcript.gestures]
    return {level: levels.count(level) for level in LEVELS}
