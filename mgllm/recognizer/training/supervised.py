"""Training of all weights with labels, from a pre-trained network or from scratch."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter
from torch.nn.utils import clip_grad_norm_

from mgllm.errors import InputError, TrainingStopped
from mgllm.recognizer.metrics import Labels
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, encode
from mgllm.recognizer.network.reading import ClipReader, Numbers, layout_graph
from mgllm.recognizer.training.composing import recipe, view_generator
from mgllm.recognizer.training.length import cosine
from mgllm.recognizer.training.probing import LongTail, fit_linear, log_prior
from mgllm.recognizer.training.processes import choose_device
from mgllm.recognizer.training.targets import accepted_loss, targets_of
from mgllm.records import Frozen
from mgllm.seeds import stream

MOST_PROBED = 20_000
"""Most clips (a seeded sample) for the first fit of the classifier: more would take long. Our
choice."""


class SupervisedOptions(Frozen):
    """Everything that decides a training with labels."""

    epochs: int = Field(default=30, ge=1)
    """Times that each clip is seen."""
    batch: int = Field(default=32, ge=1)
    """Clips of one step."""
    learning_rate: float = Field(default=1e-3, gt=0)
    """Highest rate of AdamW, for all weights."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Weight decay of AdamW."""
    clip_norm: float = Field(default=1.0, gt=0)
    """Longest gradient; longer ones are shortened."""
    smoothing: float = Field(default=0.1, ge=0, lt=1)
    """Label smoothing."""
    augment: str = "gentle"
    """Recipe of training clips."""
    probe: float = Field(default=0.1, gt=0)
    """C of the logistic regression: of a linear classifier, and of the start of fine-tuning."""
    k: int = Field(default=1, ge=1)
    """Number of nearest neighbours that vote."""
    long_tail: LongTail = "none"
    """What is done about rare classes."""
    seed: int = 0
    """Seed of order and augmentations."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """The device for the computation."""

    def steps(self, clips: int) -> int:
        """Steps of a training on so many clips; the last batch of an epoch may be smaller."""
        return math.ceil(clips / self.batch) * self.epochs


def train_supervised(
    network: Recognizer,
    reader: ClipReader,
    numbers: Numbers,
    options: SupervisedOptions,
    *,
    on_step: Callable[[float], None] = lambda _: None,
) -> None:
    """Train all weights of a network with classes, in place.

    The classifier starts as a linear probe of the network, so that the first steps do not destroy
    what was learned before (Kumar et al., ICLR 2022).

    Raises:
        InputError: no clips.
        TrainingStopped: the loss is not finite.
    """
    training = SupervisedTraining(network, reader, numbers, options)
    while not training.finished:
        training.epoch(on_step)
    network.eval()


def start_classifier(
    network: Recognizer, reader: ClipReader, numbers: Numbers, options: SupervisedOptions
) -> None:
    """Fit the classifier as a linear probe of the network, on at most `MOST_PROBED` clips."""
    numbers = np.asarray(numbers)
    numbers = numbers[reader.dataset.labels[numbers] >= 0]
    if not len(numbers):
        return
    if len(numbers) > MOST_PROBED:
        numbers = stream(options.seed, "probed").choice(numbers, MOST_PROBED, replace=False)
    labels = reader.dataset.labels[numbers]
    if network.trunk_classes:  # to the classifier, a moving trunk is background
        trunk = [network.classes.index(name) for name in network.trunk_classes]
        labels = np.where(np.isin(labels, trunk), network.classes.index(BACKGROUND_NAME), labels)
    fit_linear(network, encode(network, reader, numbers), labels, options.probe, "none")


def drawn(
    numbers: NDArray[np.int64], y_N: Labels, epoch: int, options: SupervisedOptions
) -> NDArray[np.int64]:
    """Clips of an epoch in their order: each once, or, with sampling, each class equally often.

    Clips without a label (−1) count as one class.
    """
    draws = stream(options.seed, "order", epoch)
    if options.long_tail != "sampling":
        return draws.permutation(numbers)
    share_N = 1 / np.bincount(y_N + 1)[y_N + 1]
    return draws.choice(numbers, len(numbers), p=share_N / share_N.sum())


class SupervisedTraining:
    """A training with labels between two epochs: network, optimiser and the last loss.

    Args:
        network: with classes; it is trained in place.
        reader: of the data set.
        numbers: clips to learn from.
        options: of the training.

    Raises:
        InputError: no clips.
    """

    def __init__(
        self, network: Recognizer, reader: ClipReader, numbers: Numbers, options: SupervisedOptions
    ) -> None:
        if not len(numbers):
            raise InputError(f"{reader.dataset.path}: none of the clips to learn from has a label")
        self.numbers = np.asarray(numbers)
        self.model, self.reader, self.options = network, reader, options
        self.device = choose_device(options.device)
        network.to(self.device)
        self.labels = reader.dataset.labels
        self.recipe = recipe(options.augment, layout_graph(reader.layout))
        self.right_NK = torch.from_numpy(targets_of(reader.dataset, network.classes))
        known = self.labels[self.numbers]
        prior_K = log_prior(known[known >= 0], len(network.classes))
        self.prior_K = torch.from_numpy(prior_K).float().to(self.device)
        self.weights = list(network.parameters())
        self.optimizer = torch.optim.AdamW(self.weights, 1.0, weight_decay=options.weight_decay)
        self.steps = math.ceil(len(self.numbers) / options.batch)
        self.losses: list[float] = []
        """Of the last step of each finished epoch."""

    @property
    def epochs_done(self) -> int:
        """Number of finished epochs."""
        return len(self.losses)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.epochs_done >= self.options.epochs

    def epoch(self, on_step: Callable[[float], None] = lambda _: None) -> float:
        """Train one epoch; before the first, the classifier is fitted.

        Args:
            on_step: called with the loss after each step.

        Returns:
            the loss of the last step.

        Raises:
            TrainingStopped: the loss is not finite.
        """
        if not self.epochs_done:
            start_classifier(self.model, self.reader, self.numbers, self.options)
        self.model.train()
        epoch, loss = self.epochs_done, math.nan
        for step, chosen in enumerate(self.batches(epoch)):
            loss = self.step(chosen, epoch, step)
            on_step(loss)
        self.losses.append(loss)
        return loss

    @property
    def course(self) -> str:
        """The finished epochs, as JSON."""
        return json.dumps(self.losses)

    def put_course(self, course: str) -> None:
        """Go on after these epochs.

        Raises:
            ValueError: it is not the course of such a training.
        """
        self.losses[:] = TypeAdapter(list[float]).validate_json(course)

    def batches(self, epoch: int) -> list[NDArray[np.int64]]:
        """The clips of each step of an epoch."""
        order_N = drawn(self.numbers, self.labels[self.numbers], epoch, self.options)
        size = self.options.batch
        return [order_N[step * size : (step + 1) * size] for step in range(self.steps)]

    def step(self, chosen: NDArray[np.int64], epoch: int, step: int) -> float:
        """One step; returns the loss."""
        done, total = epoch * self.steps + step, self.options.steps(len(self.numbers))
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.learning_rate * cosine(done, total)
        generator = view_generator(self.options.seed, epoch, step, self.device)
        logits_NK = self.model(self.recipe(self.reader.batch(chosen, self.device), generator))
        if self.options.long_tail == "logit":  # Menon et al., ICLR 2021, eq. 10
            logits_NK = logits_NK + self.prior_K
        right_NK = self.right_NK[torch.from_numpy(chosen)].to(self.device)
        loss = accepted_loss(logits_NK, right_NK, self.options.smoothing)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        length = clip_grad_norm_(self.weights, self.options.clip_norm)
        if not (bool(torch.isfinite(loss)) and bool(torch.isfinite(length))):
            raise TrainingStopped(
                f"the loss is not a finite number at epoch {epoch + 1}, step {step + 1}; "
                f"try a lower learning rate than {self.options.learning_rate:g}"
            )
        self.optimizer.step()
        return float(loss.detach())
