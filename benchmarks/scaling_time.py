"""The times of `recognizer_scaling.py`: training and inference along four axes, all sizes taking
turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from scaling_material import (  # type: ignore[import-not-found]  # stands beside this script
    open_reader,
    start_training,
    train_steps,
    write_clips,
)

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.network import encode
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.composing import Views
from mgllm.recognizer.training.dual_stream import ContrastOptions, DualStream
from mgllm.recognizer.training.pretraining import Pretraining

WORKS = ("training", "inference")
Work = Callable[[], object]
Key = tuple[str, int]
"""Work and size."""


class Shape(NamedTuple):
    """Of a batch; the middle from which one axis at a time is changed."""

    clips: int = 16
    frames: int = 32
    joints: int = 25


class Curve(NamedTuple):
    """Times at the sizes of one axis."""

    axis: str
    """What grows, in words."""
    unit: str
    """Of the times."""
    sizes: tuple[int, ...]
    times: Mapping[str, Sequence[float]]
    """By work."""

    def exponent(self, work: str, last: int = 0) -> float:
        """e of time ~ size^e: the slope of a straight line through logarithms, of all sizes or the
        last.
        """
        return float(np.polyfit(np.log(self.sizes[-last:]), np.log(self.times[work][-last:]), 1)[0])


def time_batches(axes: Mapping[str, Mapping[int, Shape]], repeats: int) -> list[Curve]:
    """Milliseconds of a training step, and of one batch's inference, along each axis."""
    works = {axis: _shape_works(by_size) for axis, by_size in axes.items()}
    took = _take_turns(works, repeats)
    return [
        Curve(axis, "ms a batch", sizes, {work: [1e3 * took[axis][work, n] for n in sizes] for work in WORKS})
        for axis, sizes in ((axis, tuple(by_size)) for axis, by_size in axes.items())
    ]


def time_sets(folder: Path, sizes: tuple[int, ...], steps: int, encoded: int, repeats: int) -> Curve:
    """Seconds of an epoch, and of encoding all clips, from some steps and clips of each set.

    Args:
        folder: where the sets are written.
        sizes: clips of each set.
        steps: of training that are timed, a turn.
        encoded: clips that are encoded, a turn.
        repeats: turns.
    """
    works: dict[Key, Work] = {}
    for size in sizes:
        write_clips(folder / f"clips-{size}", size)
        training: Pretraining = start_training(open_reader(folder / f"clips-{size}"))
        works["training", size] = _some_steps(training, steps)
        works["inference", size] = _some_clips(training, size, encoded)
    took = _take_turns({"": works}, repeats)[""]
    timed = {"training": steps * training.options.batch, "inference": encoded}
    whole = {work: [took[work, n] / timed[work] * n for n in sizes] for work in WORKS}
    return Curve("clips in the data set", "s for the whole set", sizes, whole)


def _take_turns(works: Mapping[str, Mapping[Key, Work]], repeats: int) -> dict[str, dict[Key, float]]:
    """Median seconds of each, after one turn that does not count."""
    taken: dict[str, dict[Key, list[float]]] = {
        axis: {key: [] for key in some} for axis, some in works.items()
    }
    for turn in range(repeats + 1):
        for axis, some in works.items():
            for key, work in some.items():
                began = time.process_time()
                work()
                if turn:
                    taken[axis][key].append(time.process_time() - began)
    return {axis: {key: median(times) for key, times in some.items()} for axis, some in taken.items()}


def _shape_works(by_size: Mapping[int, Shape]) -> dict[Key, Work]:
    training: dict[Key, Work] = {("training", n): _training(shape) for n, shape in by_size.items()}
    return training | {("inference", n): _inference(shape) for n, shape in by_size.items()}


def _model(shape: Shape) -> DualStream:
    chain = Graph(shape.joints, tuple((joint, joint + 1) for joint in range(shape.joints - 1)))
    return DualStream(chain, 3, StreamOptions(), ContrastOptions())


def _clips(shape: Shape) -> Clips:
    x_NTVC = torch.randn(*shape, 3)
    return Clips(x_NTVC, torch.ones(*shape, dtype=torch.bool))


def _training(shape: Shape) -> Work:
    """A whole step from views that are made already, the third among them."""
    model, ids_N = _model(shape), torch.arange(shape.clips)
    views = Views(_clips(shape), _clips(shape), _clips(shape))
    optimizer = torch.optim.AdamW(model.query.parameters(), 1e-3)

    def work() -> None:
        loss: torch.Tensor = model(views, ids_N).loss
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        model.follow(0.99)

    return work


def _inference(shape: Shape) -> Work:
    streams, clips = _model(shape).query.eval(), _clips(shape)

    @torch.no_grad()
    def work() -> object:
        return streams(clips)

    return work


def _some_steps(training: Pretraining, steps: int) -> Work:
    return lambda: train_steps(training, steps)


def _some_clips(training: Pretraining, size: int, count: int) -> Work:
    """Read, prepared and encoded; spread over the whole set."""
    network, spread = training.recognizer(), np.linspace(0, size - 1, count).astype(np.int64)
    return lambda: encode(network, training.reader, spread)
