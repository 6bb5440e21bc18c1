"""Made-up clips for `recognizer_scaling.py`: a data set folder of any size, and trainings over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize

from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.two_streams import STREAMS
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.seeds import stream
from mgllm.skeleton import Clip, DatasetMeta, open_dataset, write_dataset
from mgllm.skeleton.layouts import load_layout

CLASSES = tuple(f"gesture {n:02d}" for n in range(32))
FRAMES = (20, 60)
MISSING = 0.02


def write_clips(folder: Path, clips: int) -> None:
    """Write a data set of so many clips (25 joints, 3-D, 20 to 60 frames), one in memory at a time."""
    meta = DatasetMeta(name="made-up", layout=load_layout("ntu25"), dims=3, units="metres", classes=CLASSES)
    write_dataset(folder, meta, _clips(clips))


def _clips(count: int) -> Iterator[Clip]:
    pose_VC = stream(0, "scaling pose").normal(size=(25, 3))
    for n in range(count):
        draw = stream(0, "scaling", n)
        frames = int(draw.integers(FRAMES[0], FRAMES[1] + 1))
        x_TVC = (pose_VC + 0.02 * draw.normal(size=(frames, 25, 3)).cumsum(0)).astype(np.float32)
        x_TVC[draw.random((frames, 25)) < MISSING] = np.nan
        yield Clip(f"clip-{n:06d}", f"s{n % 50:02d}", x_TVC, CLASSES[n % len(CLASSES)], 30.0)


def open_reader(folder: Path) -> ClipReader:
    """The clips of a folder, prepared as they are by default."""
    return ClipReader(open_dataset(folder), PretrainOptions().preprocessing)


def start_training(reader: ClipReader, queue: int | None = None) -> Pretraining:
    """A training with the default options over all clips, its queues as full as they are after an
    epoch.
    """
    options = PretrainOptions(device="cpu", queue=queue)
    training = Pretraining(reader, np.arange(len(reader.dataset)), options, Processes())
    for name in STREAMS:
        keys = training.model.queue(name)
        keys.enter(normalize(torch.randn_like(keys.z_KD), dim=-1), torch.arange(keys.size))
    return training


def train_steps(training: Pretraining, steps: int) -> None:
    """The first steps of an epoch; the epoch is not finished."""
    done = 0

    def on_step(_: float) -> None:
        nonlocal done
        done += 1
        if done == steps:
            raise _EnoughError

    try:
        training.epoch(on_step)
    except _EnoughError:
        return
    raise ValueError(f"an epoch has fewer steps than {steps}")


class _EnoughError(Exception):
    """As many steps as were asked for."""
