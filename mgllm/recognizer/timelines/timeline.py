"""A recording's timeline: windows, posteriors, segments, as gestures with times and confidences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.timelines.decoding import DecodingOptions, Reals, Run
from mgllm.recognizer.timelines.segments import decode, suppressed
from mgllm.recognizer.timelines.windows import WindowOptions, frame_posteriors
from mgllm.records import Frozen, Gesture
from mgllm.skeleton import Layout

BACKGROUND_NAME = "background"
"""Class of a recogniser that has learned what no gesture looks like."""
NO_GESTURES = ("illustrative body language",)
"""Classes that are told apart from gestures but are none: movement that goes with speech."""
UNKNOWN_FPS = 25.0
"""Frames a second of recordings whose rate is not known."""


class TimelineOptions(Frozen):
    """How a recording becomes a timeline."""

    windows: WindowOptions = Field(default_factory=WindowOptions)
    """How windows lie."""
    scales: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(1.0,), min_length=1)
    """Factors on the windows' length: each gives a timeline, and of rivals the surest stay."""
    decoding: DecodingOptions = Field(default_factory=DecodingOptions)
    """How posteriors become segments."""
    suppression: float = Field(default=0.2, gt=0)
    """Width of soft suppression among segments of one class from several scales."""
    leave_out: tuple[str, ...] = NO_GESTURES
    """Classes that a recogniser tells from gestures but that are none: never in a timeline."""
    background: float = Field(default=0.5, gt=0, lt=1)
    """Of a recogniser without a class for background: a gesture's posterior must be higher than this."""


def timeline(
    network: Recognizer,
    joints_TVC: NDArray[np.floating[Any]],
    fps: float,
    fit: tuple[Layout, int, Preprocessing],
    options: TimelineOptions,
) -> tuple[Gesture, ...]:
    """Gestures of a recording, in the order of their start; times in seconds.

    Args:
        network: with classes.
        joints_TVC: the recording; may be memory-mapped.
        fps: its frames a second.
        fit: layout, dimensions and preprocessing that the network was made for.
        options: all knobs.
    """
    names = [name for name in network.classes if name != BACKGROUND_NAME]
    knows = len(names) < len(network.classes)
    share = 1.0 if knows else 1 / (1 + options.background)
    decoding = options.decoding if knows else _beside_constant(options, share)
    found = []
    for scale in options.scales:
        windows = options.windows.model_copy(update={"seconds": options.windows.seconds * scale})
        posteriors = frame_posteriors(network, joints_TVC, fps, fit, windows)
        blocks = _background_first(posteriors, network.classes, options.background)
        found.append(decode(blocks, decoding))
    runs = found[0] if len(found) == 1 else _merged(found, options.suppression, decoding.min_confidence)
    return tuple(
        Gesture(
            label=names[run.state - 1],
            start=run.start / fps,
            end=run.end / fps,
            confidence=min(1.0, run.confidence / share),
        )
        for run in runs
        if names[run.state - 1] not in options.leave_out
    )


def _beside_constant(options: TimelineOptions, share: float) -> DecodingOptions:
    """The same thresholds where classes have only a share of 1, beside a constant background."""
    beside = max(options.decoding.beside, options.background)
    least = options.decoding.min_confidence
    return options.decoding.model_copy(update={"beside": beside * share, "min_confidence": least * share})


def _merged(found: Sequence[Sequence[Run]], width: float, min_confidence: float) -> list[Run]:
    """Runs of all scales, class by class without those that others are surer of."""
    runs = [run for one in found for run in one]
    kept = []
    for state in sorted({run.state for run in runs}):
        rivals = [run for run in runs if run.state == state]
        kept += suppressed(rivals, width, min_confidence)
    return sorted(kept, key=lambda run: (run.start, run.end, run.state))


def _background_first(
    blocks: Iterable[Reals], classes: tuple[str, ...], background: float
) -> Iterator[Reals]:
    """Posteriors with background as the first column: the network's own, or a constant one beside them."""
    place = classes.index(BACKGROUND_NAME) if BACKGROUND_NAME in classes else None
    for p_TK in blocks:
        if place is not None:
            yield np.concatenate([p_TK[:, place : place + 1], np.delete(p_TK, place, axis=1)], axis=1)
        else:
            constant_T1 = np.full((len(p_TK), 1), background)
            yield np.concatenate([constant_T1, p_TK], axis=1) / (1 + background)
