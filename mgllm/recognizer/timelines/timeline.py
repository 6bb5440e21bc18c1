"""A recording's timeline: windows, posteriors, segments, as gestures with times and confidences.

The recogniser reads the recording in sliding windows. Only the frames under a batch of windows are
in memory, for any length of recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer
from mgllm.recognizer.network.reading import Preprocessing, prepared_batch
from mgllm.recognizer.timelines.answering import Answer, without_named
from mgllm.recognizer.timelines.decoding import DecodingOptions, Run, decode, suppressed
from mgllm.recognizer.timelines.evidence import where_seen
from mgllm.recognizer.timelines.paths import Reals
from mgllm.recognizer.timelines.units import decode_units, group_names, units_of
from mgllm.records import Frozen, Gesture
from mgllm.skeleton import Layout
from mgllm.skeleton.quality import person_seen, somebody

NO_GESTURES = ("illustrative body language",)
"""Classes that a recogniser knows but that are not micro-gestures: movement that goes with
speech."""
UNKNOWN_FPS = 25.0
"""Frames a second of recordings whose rate is unknown: that of iMiGUE."""


class WindowOptions(Frozen):
    """Length and distance of the windows over a recording."""

    seconds: float = Field(default=1.5, gt=0)
    """Seconds of a window."""
    hop: float = Field(default=0.2, gt=0)
    """Seconds from the start of one window to the start of the next."""
    middle: float = Field(default=0.5, gt=0, le=1)
    """Share of a window, around its middle, that it decides about; the rest only if no other
    does."""
    batch: int = Field(default=64, ge=1)
    """Windows that go through the network together."""


def window_starts(frames: int, length: int, hop: int) -> NDArray[np.int64]:
    """First frames of windows. The recording begins in the middle of the first and ends in that of
    the last.

    So windows at the edges begin before frame 0, or end after the last frame.
    """
    middles = np.arange(0, frames, hop)
    middles = middles if middles[-1] == frames - 1 else np.append(middles, frames - 1)
    return middles - (length - 1) // 2


def window(joints_TVC: NDArray[np.floating[Any]], start: int, length: int) -> NDArray[np.floating[Any]]:
    """The joints under a window; beyond the recording its first or last frame is repeated."""
    if 0 <= start <= len(joints_TVC) - length:
        return joints_TVC[start : start + length]
    return joints_TVC[np.clip(np.arange(start, start + length), 0, len(joints_TVC) - 1)]


def frame_posteriors(
    network: Recognizer,
    joints_TVC: NDArray[np.floating[Any]],
    fps: float,
    fit: tuple[Layout, int, Preprocessing],
    options: WindowOptions,
) -> Iterator[Reals]:
    """Probabilities of classes for each frame, block by block: the mean of the windows over it.

    A window counts more for the frames in its middle. Its weight is a triangle, but at least a
    thousandth, so that it decides where there is no other window.

    Args:
        network: one with classes.
        joints_TVC: of a recording; may be memory-mapped.
        fps: its frames a second.
        fit: layout, dimensions and preprocessing that the network was made for.
        options: of the windows.

    Yields: [frames, classes], all frames once and in their order.
    """
    frames = len(joints_TVC)
    length = max(2, round(options.seconds * fps))
    starts = window_starts(frames, length, max(1, round(options.hop * fps)))
    weight_L = _weights(length, options.middle)
    held = _Held(len(network.classes), frames)
    for first in range(0, len(starts), options.batch):
        batch = starts[first : first + options.batch]
        p_NK = _ask(network, [window(joints_TVC, int(start), length) for start in batch], fit)
        held.add(batch, p_NK, weight_L)
        after = first + options.batch
        yield held.until(max(0, int(starts[after])) if after < len(starts) else frames)


def _weights(length: int, middle: float) -> Reals:
    """Weight of a window for each of its frames."""
    away_L = np.abs(np.arange(length) - (length - 1) / 2)
    weight_L: Reals = np.maximum(1 - away_L / (middle * length / 2 + 0.5), 1e-3)
    return weight_L


class _Held:
    """Sums over windows for the frames that are not final yet."""

    def __init__(self, classes: int, frames: int) -> None:
        self._base, self._frames = 0, frames
        self._sum_TK = np.zeros((0, classes))
        self._weight_T = np.zeros(0)

    def add(self, starts: NDArray[np.int64], p_NK: Reals, weight_L: Reals) -> None:
        missing = min(int(starts[-1]) + len(weight_L), self._frames) - self._base - len(self._weight_T)
        if missing > 0:
            self._sum_TK = np.pad(self._sum_TK, ((0, missing), (0, 0)))
            self._weight_T = np.pad(self._weight_T, (0, missing))
        for start, p_K in zip(starts.tolist(), p_NK, strict=True):
            first, last = max(start, 0), min(start + len(weight_L), self._frames)
            part, weight_W = (
                slice(first - self._base, last - self._base),
                weight_L[first - start : last - start],
            )
            self._sum_TK[part] += weight_W[:, None] * p_K
            self._weight_T[part] += weight_W

    def until(self, frame: int) -> Reals:
        """The frames before `frame`, which are then removed."""
        count = frame - self._base
        done = self._sum_TK[:count] / self._weight_T[:count, None]
        self._base, self._sum_TK, self._weight_T = frame, self._sum_TK[count:], self._weight_T[count:]
        return done


@torch.no_grad()
def _ask(
    network: Recognizer, windows: list[NDArray[np.floating[Any]]], fit: tuple[Layout, int, Preprocessing]
) -> Reals:
    clips = prepared_batch(windows, *fit).to(network.mean_D.device)
    return np.asarray(network(clips).softmax(-1).double().cpu().numpy())


class TimelineOptions(Frozen):
    """How a recording becomes a timeline."""

    windows: WindowOptions = Field(default_factory=WindowOptions)
    """Windows over the recording."""
    scales: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(1.0,), min_length=1)
    """Factors on the windows' length: each gives a timeline; of overlapping gestures the surest
    stay."""
    decoding: DecodingOptions = Field(default_factory=DecodingOptions)
    """How posteriors become segments."""
    suppression: float = Field(default=0.2, gt=0)
    """Width of soft suppression among segments of one class from several scales."""
    leave_out: tuple[str, ...] = NO_GESTURES
    """Classes that are not gestures and never in a timeline."""
    answer: Answer = "both"
    """What is answered: gestures and, where none is sure, their group; or only `words`, or only
    `groups`."""
    background: float = Field(default=0.5, gt=0, lt=1)
    """For a recogniser without a class for background: a gesture's posterior must be above this."""


def timeline(
    network: Recognizer,
    joints_TVC: NDArray[np.floating[Any]],
    fps: float,
    fit: tuple[Layout, int, Preprocessing],
    options: TimelineOptions,
    groups: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Gesture, ...]:
    """Gestures of a recording, in the order of their start; times in seconds.

    A stretch without a person divides the recording. Each part is read alone, so that no window
    reaches into the stretch and no gesture goes beyond it. A group is answered only by a recogniser
    that has learned background: where nothing happens, a group would else be the more probable the
    more classes it has.

    Args:
        network: one with classes.
        joints_TVC: the recording; may be memory-mapped.
        fps: its frames a second.
        fit: layout, dimensions and preprocessing that the network was made for.
        options: of windows and decoding.
        groups: group by class; classes without a group are left out.
    """
    return tuple(
        _later(gesture, first, fps)
        for first, after in somebody(person_seen(joints_TVC, fit[1]), fps)
        for gesture in _gestures(network, joints_TVC[first:after], fps, fit, options, groups)
    )


def _later(gesture: Gesture, frames: int, fps: float) -> Gesture:
    """The gesture of a part of the recording that begins after `frames`."""
    start, end = (round((time or 0.0) * fps + frames) / fps for time in (gesture.start, gesture.end))
    return gesture.model_copy(update={"start": start, "end": end}) if frames else gesture


def _gestures(
    network: Recognizer,
    joints_TVC: NDArray[np.floating[Any]],
    fps: float,
    fit: tuple[Layout, int, Preprocessing],
    options: TimelineOptions,
    groups: Mapping[str, str],
) -> tuple[Gesture, ...]:
    """Gestures of a part of a recording in which a person is seen; times in seconds of the part."""
    names = [name for name in network.classes if name != BACKGROUND_NAME]
    knows = len(names) < len(network.classes)
    units = units_of(names, groups, options.leave_out) if groups and knows else ()
    share = 1.0 if knows else 1 / (1 + options.background)
    decoding = (options.decoding if knows else _beside_constant(options, share)).at(fps)
    found = []
    for scale in options.scales:
        windows = options.windows.model_copy(update={"seconds": options.windows.seconds * scale})
        posteriors = frame_posteriors(network, joints_TVC, fps, fit, windows)
        blocks = _background_first(posteriors, network.classes, options.background)
        seen = where_seen(blocks, joints_TVC, fit[:2], names, fps)
        found.append(decode_units(seen, units, decoding, options.answer) if units else decode(seen, decoding))
    runs = found[0]
    if len(found) > 1:
        runs = without_named(_merged(found, options.suppression, decoding.min_confidence), units)
    labels = (*names, *group_names(names, groups))
    return tuple(
        Gesture(
            label=labels[run.state - 1],
            start=run.start / fps,
            end=run.end / fps,
            confidence=min(1.0, run.confidence / share),
            level="word" if run.state <= len(names) else "group",
        )
        for run in runs
        if labels[run.state - 1] not in options.leave_out
    )


def _beside_constant(options: TimelineOptions, share: float) -> DecodingOptions:
    """The same thresholds for classes that share 1 with a constant background."""
    beside = max(options.decoding.beside, options.background)
    least = options.decoding.min_confidence
    return options.decoding.model_copy(update={"beside": beside * share, "min_confidence": least * share})


def _merged(found: Sequence[Sequence[Run]], width: float, min_confidence: float) -> list[Run]:
    """Runs of all scales, for each class without those that a surer one overlaps."""
    runs = [run for one in found for run in one]
    kept = []
    for state in sorted({run.state for run in runs}):
        rivals = [run for run in runs if run.state == state]
        kept += suppressed(rivals, width, min_confidence)
    return sorted(kept, key=lambda run: (run.start, run.end, run.state))


def _background_first(
    blocks: Iterable[Reals], classes: tuple[str, ...], background: float
) -> Iterator[Reals]:
    """Posteriors with background as the first column: the network's own, or a constant one."""
    place = classes.index(BACKGROUND_NAME) if BACKGROUND_NAME in classes else None
    for p_TK in blocks:
        if place is not None:
            yield np.concatenate([p_TK[:, place : place + 1], np.delete(p_TK, place, axis=1)], axis=1)
        else:
            constant_T1 = np.full((len(p_TK), 1), background)
            yield np.concatenate([constant_T1, p_TK], axis=1) / (1 + background)
