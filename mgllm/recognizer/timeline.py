"""A recording's timeline: windows, posteriors, segments, as gestures with times and confidences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.recognizer.decoding import DecodingOptions, Reals
from mgllm.recognizer.network import Recognizer
from mgllm.recognizer.reading import Preprocessing
from mgllm.recognizer.segments import decode
from mgllm.recognizer.windows import WindowOptions, frame_posteriors
from mgllm.records import Frozen, Gesture
from mgllm.skeleton import Layout

BACKGROUND_NAME = "background"
"""Class of a recogniser that has learned what no gesture looks like."""


class TimelineOptions(Frozen):
    """How a recording becomes a timeline."""

    windows: WindowOptions = Field(default_factory=WindowOptions)
    """How windows lie."""
    decoding: DecodingOptions = Field(default_factory=DecodingOptions)
    """How posteriors become segments."""
    background: float = Field(default=0.5, gt=0, lt=1)
    """Posterior of no gesture, for a recogniser without a class for it: a gesture must be surer."""


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
    posteriors = frame_posteriors(network, joints_TVC, fps, fit, options.windows)
    names = [name for name in network.classes if name != BACKGROUND_NAME]
    runs = decode(_background_first(posteriors, network.classes, options.background), options.decoding)
    return tuple(
        Gesture(
            label=names[run.state - 1],
            start=run.start / fps,
            end=run.end / fps,
            confidence=min(1.0, run.confidence),
        )
        for run in runs
    )


def _background_first(
    blocks: Iterable[Reals], classes: tuple[str, ...], background: float
) -> Iterator[Reals]:
    """Posteriors with background as the first column: the network's own, or a constant one beside them."""
    place = classes.index(BACKGROUND_NAME) if BACKGROUND_NAME in classes else None
    for p_TK in blocks:
        if place is not None:
            yield np.concatenate([p_TK[:, place : place + 1], np.delete(p_TK, place, axis=1)], axis=1)
        else:
            odds = background / (1 - background)
            surest_T1 = np.full((len(p_TK), 1), odds)
            yield np.concatenate([surest_T1, p_TK], axis=1) / (1 + odds)
