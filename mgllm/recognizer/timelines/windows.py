"""A clip model over a recording: windows that slide, and what they say of each frame.

Only the frames under a batch of windows are held, whatever the recording's length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import Preprocessing, prepared_batch
from mgllm.recognizer.timelines.decoding import Reals
from mgllm.records import Frozen
from mgllm.skeleton import Layout


class WindowOptions(Frozen):
    """How windows lie over a recording."""

    seconds: float = Field(default=1.5, gt=0)
    """Length of a window."""
    hop: float = Field(default=0.2, gt=0)
    """From the beginning of a window to that of the next."""
    middle: float = Field(default=0.5, gt=0, le=1)
    """Share of a window that it speaks for, around its middle; for the rest only where no other does."""
    batch: int = Field(default=64, ge=1)
    """Windows that go through the network together."""


def window_starts(frames: int, length: int, hop: int) -> NDArray[np.int64]:
    """First frames of windows, from one in the middle of which the recording begins to one where it ends.

    Those at the edges begin before frame 0, or end after the last one.
    """
    middles = np.arange(0, frames, hop)
    middles = middles if middles[-1] == frames - 1 else np.append(middles, frames - 1)
    return middles - (length - 1) // 2


def window(joints_TVC: NDArray[np.floating[Any]], start: int, length: int) -> NDArray[np.floating[Any]]:
    """The joints under a window; beyond the recording its first or last frame stands still."""
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

    A window counts more for the frames in its middle: its weight is a triangle, nowhere less than a
    thousandth, which decides where there is no other window.

    Args:
        network: with classes.
        joints_TVC: of a recording; may be memory-mapped.
        fps: its frames a second.
        fit: layout, dimensions and preprocessing that the network was made for.
        options: how windows lie.

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
    """How much a window says of each of its frames."""
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
        """The frames before `frame`; they are let go."""
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
