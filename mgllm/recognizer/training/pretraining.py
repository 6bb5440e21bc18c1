"""Contrastive pre-training: its settings, and the loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Literal

import torch
from pydantic import Field, TypeAdapter
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from mgllm.errors import InputError, TrainingStopped
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import ClipReader, Numbers, Preprocessing, layout_graph
from mgllm.recognizer.network.two_streams import StreamOptions, stream_gradient_norms
from mgllm.recognizer.training.composing import make_views, recipe, view_generator
from mgllm.recognizer.training.dual_stream import ContrastOptions, DualStream, StepLosses
from mgllm.recognizer.training.history import EpochMeans, EpochRow
from mgllm.recognizer.training.length import (
    cosine,
    epochs_for,
    momentum_for,
    queue_for,
    steps_per_epoch,
)
from mgllm.recognizer.training.processes import Processes, choose_device
from mgllm.records import Frozen
from mgllm.seeds import number

Precision = Literal["auto", "float32", "bfloat16"]
_HISTORY = TypeAdapter(list[EpochRow])


class PretrainOptions(Frozen):
    """Everything that decides a pre-training."""

    epochs: int | None = Field(default=None, ge=1)
    """Times that each clip is seen; None: from the number of clips."""
    batch: int = Field(default=32, ge=2)
    """Clips of one step, in all processes together."""
    learning_rate: float = Field(default=1e-3, gt=0)
    """Highest rate of AdamW."""
    weight_decay: float = Field(default=1e-4, ge=0)
    """Weight decay of AdamW."""
    warmup: float = Field(default=0.05, ge=0, le=1)
    """Share of the steps in which the rate rises."""
    clip_norm: float = Field(default=1.0, gt=0)
    """Longest gradient; longer ones are shortened."""
    momentum: float | None = Field(default=None, ge=0, lt=1)
    """Momentum of the key network; None: from the number of steps."""
    queue: int | None = Field(default=None, ge=1)
    """Keys to keep; None: from the number of clips."""
    augment: str = "gentle"
    """Recipe of query and key views."""
    extreme: str | None = "extreme"
    """Recipe of the third view; None: there is no third view."""
    encoder: StreamOptions = Field(default_factory=StreamOptions)
    """The parts of the network."""
    contrast: ContrastOptions = Field(default_factory=ContrastOptions)
    """How views are compared; `queue` above replaces its queue."""
    preprocessing: Preprocessing = Field(default_factory=Preprocessing)
    """How a clip is prepared."""
    judged_after: int = Field(default=60, ge=0)
    """Steps before which no collapse is reported: for a new network all clips are similar."""
    seed: int = 0
    """Seed of weights, order and augmentations."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """The device for the computation."""
    precision: Precision = "auto"
    """auto: bfloat16 on accelerators, which are faster with it; float32 on CPUs, which are not."""

    def planned_epochs(self, clips: int) -> int:
        """Epochs of a training with so many clips."""
        return epochs_for(clips, self.batch) if self.epochs is None else self.epochs

    def steps(self, clips: int) -> int:
        """Steps of a training with so many clips."""
        return self.planned_epochs(clips) * steps_per_epoch(clips, self.batch)

    def fitted(self, clips: int) -> PretrainOptions:
        """These options with epochs, momentum and queue filled in from the number of clips."""
        steps = self.steps(clips)
        momentum = momentum_for(steps) if self.momentum is None else self.momentum
        queue = queue_for(clips, self.batch) if self.queue is None else self.queue
        contrast = self.contrast.model_copy(update={"queue": queue})
        found = {"epochs": self.planned_epochs(clips), "momentum": momentum, "queue": queue}
        return self.model_copy(update={**found, "contrast": contrast})


class Pretraining:
    """A training between two epochs: network, optimiser and history.

    Args:
        reader: of the data set.
        numbers: clips to learn from.
        options: of the training.
        processes: this process and the others; all must get the same arguments.

    Raises:
        InputError: fewer than two clips, a batch that cannot be divided among processes, or an
            unknown recipe or encoder.
    """

    def __init__(
        self, reader: ClipReader, numbers: Numbers, options: PretrainOptions, processes: Processes
    ) -> None:
        if len(numbers) < 2:
            raise InputError(f"{len(numbers)} clips to learn from; contrast needs at least two")
        if options.batch % processes.size:
            raise InputError(f"a batch of {options.batch} cannot be divided among {processes.size} processes")
        if len(numbers) < processes.size * 2:
            raise InputError(f"{len(numbers)} clips are too few for {processes.size} processes")
        self.reader = reader
        self.numbers = torch.as_tensor(numbers, dtype=torch.long)
        self.options = options.fitted(len(numbers))
        self.epochs = options.planned_epochs(len(numbers))
        self.processes = processes
        self.device = choose_device(options.device, processes.local_rank)
        graph = layout_graph(reader.layout)
        self.augment = recipe(options.augment, graph)
        self.extreme = None if options.extreme is None else recipe(options.extreme, graph)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)
            self.model = DualStream(graph, reader.channels, options.encoder, self.options.contrast)
        self.model.to(self.device)
        self.weights = [weight for weight in self.model.query.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(self.weights, 1.0, weight_decay=options.weight_decay)
        self.history: list[EpochRow] = []

    @property
    def epochs_done(self) -> int:
        """Number of finished epochs."""
        return len(self.history)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.epochs_done >= self.epochs

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return steps_per_epoch(len(self.numbers), self.options.batch)

    def epoch(self, on_step: Callable[[float], None] = lambda _: None) -> EpochRow:
        """Train one epoch and add its row to the history.

        Args:
            on_step: called with the loss after each step.

        Raises:
            TrainingStopped: a loss or gradient is not finite, or nothing is being learned.
        """
        epoch, means, began = self.epochs_done, EpochMeans(), time.monotonic()
        self.model.train()
        for step, ids_N in enumerate(self._batches(epoch)):
            rate = self._set_rate(epoch * self.steps + step)
            losses = self._losses(ids_N, epoch, step)
            self.optimizer.zero_grad()
            losses.loss.backward()  # type: ignore[no-untyped-call]
            self.processes.average_gradients(self.weights)
            norms = stream_gradient_norms(self.model.query)
            length = clip_grad_norm_(self.weights, self.options.clip_norm)
            self._check_finite(losses, length, epoch, step)
            self.optimizer.step()
            self.model.follow(self.options.momentum or 0.0)
            means.add(losses, norms)
            on_step(float(losses.loss.detach()))
        row = means.row(epoch, rate, time.monotonic() - began)
        self.history.append(row)
        self._check_learning(row)
        return row

    @property
    def course(self) -> str:
        """The finished epochs, as JSON."""
        return _HISTORY.dump_json(self.history).decode()

    def put_course(self, course: str) -> None:
        """Go on after these epochs.

        Raises:
            ValueError: it is not the course of such a training.
        """
        self.history[:] = _HISTORY.validate_json(course)

    def recognizer(self) -> Recognizer:
        """The network that is stored: a view of the query network, without classes."""
        return Recognizer(self.model.query)

    def _batches(self, epoch: int) -> Iterator[Tensor]:
        """This process's clip numbers of each step, in a new order; an incomplete last batch is
        left out."""
        order = torch.Generator().manual_seed(number(self.options.seed, "order", epoch))
        shuffled = self.numbers[torch.randperm(len(self.numbers), generator=order)]
        size = min(self.options.batch, len(shuffled) // self.processes.size * self.processes.size)
        for step in range(self.steps):
            yield self.processes.share(shuffled[step * size : (step + 1) * size])

    def _losses(self, ids_N: Tensor, epoch: int, step: int) -> StepLosses:
        clips = self.reader.batch(ids_N.numpy(), self.device)
        place = step * self.processes.size + self.processes.rank
        generator = view_generator(self.options.seed, epoch, place, self.device)
        views = make_views(clips, generator, self.augment, self.extreme)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._halves()):
            found: StepLosses = self.model(views, ids_N.to(self.device), self.processes.gather)
        return found

    def _halves(self) -> bool:
        precision = self.options.precision
        return precision == "bfloat16" or (precision == "auto" and self.device.type == "cuda")

    def _set_rate(self, step: int) -> float:
        total = self.steps * self.epochs
        rate = self.options.learning_rate * cosine(step, total, self.options.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate

    def _check_finite(self, losses: StepLosses, length: Tensor, epoch: int, step: int) -> None:
        if bool(torch.isfinite(length)) and bool(torch.isfinite(losses.loss)):
            return
        what = "loss" if bool(torch.isfinite(length)) else "gradient"
        kept = f"the checkpoint of epoch {epoch} is kept" if epoch else "there is no checkpoint yet"
        raise TrainingStopped(
            f"{what} is not a finite number at epoch {epoch + 1}, step {step + 1} (step "
            f"{epoch * self.steps + step + 1} of all); {kept}; "
            f"continue with a lower learning rate than {self.options.learning_rate:g}"
        )

    def _check_learning(self, row: EpochRow) -> None:
        """Stop at a collapse in any process, but only after some steps and a fifth of the
        training."""
        early = row.epoch * self.steps < self.options.judged_after
        if early or row.epoch < max(2, self.epochs // 5):
            return
        if not self.processes.any_of_them(bool(row.collapsed), self.device):
            return
        what = row.collapsed or "in another process all clips get nearly the same vector"
        raise TrainingStopped(
            f"epoch {row.epoch}: {what}; try a lower learning rate than "
            f"{self.options.learning_rate:g}, or a higher temperature"
        )
