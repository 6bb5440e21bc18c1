"""A recogniser from nothing, on a part of the people: K of them read every clip as strangers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.recognizer.network.checkpoint import CheckpointConfig, seen_of, versions
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.recognizer.training.schedule import steps_per_epoch
from mgllm.recognizer.training.supervised import SupervisedOptions, train_supervised
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split


class FitOptions(Frozen):
    """How a recogniser is made from nothing: pre-trained without labels, then fine-tuned with them."""

    pretraining: PretrainOptions = Field(default_factory=PretrainOptions)
    """Without labels."""
    finetuning: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """With labels."""

    def steps(self, split: Split, labels: NDArray[np.int64]) -> int:
        """Steps of both trainings."""
        known = int((labels[split.train] >= 0).sum())
        before = steps_per_epoch(len(split.train), self.pretraining.batch) * self.pretraining.epochs
        return before + self.finetuning.steps(known)


def fit(
    dataset: SkeletonDataset, split: Split, options: FitOptions, on_step: Callable[[float], None]
) -> tuple[Recognizer, CheckpointConfig]:
    """Train a recogniser on the split's training side; its config lists everyone there.

    Args:
        dataset: with classes.
        split: only `train` is looked at.
        options: all knobs.
        on_step: told the loss after each step.

    Raises:
        InputError: no clip there has a label.
        TrainingStopped: a training went astray.
    """
    known = labelled(dataset, split.train)
    if not len(known):
        raise InputError(f"{dataset.path} {split.name}: none of the clips to learn from has a label")
    reader = ClipReader(dataset, options.pretraining.preprocessing)
    training = Pretraining(reader, split.train, options.pretraining, Processes())
    while training.epochs_done < training.options.epochs:
        training.epoch(on_step)
    network = Recognizer(training.model.query, dataset.meta.classes).to(training.device)
    train_supervised(network, reader, known, options.finetuning, on_step=on_step)
    config = CheckpointConfig(
        kind="finetuned",
        encoder=training.options.encoder,
        layout=dataset.meta.layout,
        dims=dataset.meta.dims,
        classes=dataset.meta.classes,
        preprocessing=training.options.preprocessing,
        subjects_seen=(
            seen_of(dataset, split.train, labelled=False),
            seen_of(dataset, known, labelled=True),
        ),
        training=options.model_dump(mode="json"),
        versions=versions(),
    )
    return network.eval(), config
