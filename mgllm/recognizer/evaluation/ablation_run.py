"""An ablation's time and trainings: what a step and a test cost, what fits into the budget, and one
row's scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import monotonic

import numpy as np
from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.evaluation.ablation import USUAL, Stream, Variant
from mgllm.recognizer.evaluation.protocols import Protocol, labelled, probabilities
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.metrics import Reals, Scores, score
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.length import steps_per_epoch
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split

SHARE_PLANNED = 0.95
"""Share of the budget that is planned for; the rest is for a machine that becomes slower. Our
choice."""
FEWEST_EPOCHS = 2
"""Rows are left out before trainings get shorter than this. Our choice."""
SHARE_TIMED = 0.1
"""Share of the budget for timing steps. Our choice."""
PROTOCOLS: tuple[Protocol, Protocol] = ("linear", "knn")
Group = Sequence[Variant]
"""Rows that share a training."""


class AblateOptions(Frozen):
    """What is compared, and how long it may take."""

    budget: float = Field(default=30.0, gt=0)
    """`--budget` in minutes."""
    seeds: int = Field(default=3, ge=1, le=100)
    """`--seeds`: trainings of each row."""
    parts: tuple[str, ...] = USUAL
    """`--parts`."""
    which: SplitOptions = Field(default_factory=SplitOptions)
    """`--split`, `--train-on`, `--folds` …"""
    training: PretrainOptions = Field(default_factory=PretrainOptions)
    """The default that is changed; no row gets more epochs than it has."""


class Clock:
    """The time of one ablation, from its beginning."""

    def __init__(self, minutes: float) -> None:
        self.seconds = 60 * minutes
        self.began = monotonic()
        self.planned = self.taken = 0.0

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds of the budget that are left; below 0 when it is spent."""
        return self.seconds - self.spent

    def took(self, planned: float, taken: float) -> None:
        """A piece of work was planned to take so long, and took so long."""
        self.planned += planned
        self.taken += taken

    def fits(self, planned: float) -> bool:
        """Whether such a piece of work still fits, if it is as much slower as all before it."""
        pace = self.taken / self.planned if self.planned else 1.0
        return pace * planned <= self.left


class Costs(Frozen):
    """What was measured before the first training."""

    steps: tuple[float, ...]
    """Seconds of a step, for each group."""
    test: float
    """Seconds of a test of one row on one split, by both protocols."""


class Schedule(Frozen):
    """How the budget is divided."""

    budget_minutes: float
    """The budget that the user gave."""
    rows: int
    """Rows of the table."""
    seeds: int
    """Trainings of each row."""
    splits: int
    """Splits on which each training is repeated."""
    trainings: int
    """All trainings together."""
    epochs: int
    """Of each training."""
    steps: int = 0
    """Of each training, on the first split."""
    seconds_per_epoch: float
    """Mean over trainings; measured before the first one."""
    seconds_per_test: float = 0.0
    """Of one row on one split; measured with random weights."""
    seconds: tuple[float, ...] = ()
    """Of one seed of each group, in their order."""
    dropped: tuple[str, ...] = ()
    """Rows that do not fit into the budget, unless the others take less than planned."""

    def words(self) -> str:
        """The schedule as a text."""
        return (
            f"{self.trainings} trainings ({self.rows} rows, {self.seeds} seeds, {self.splits} splits) of "
            f"{self.epochs} epochs of {self.seconds_per_epoch:.2f} s in {self.budget_minutes:g} minutes"
        )


def plan(
    groups: Sequence[Group], costs: Costs, splits: Sequence[Split], options: AblateOptions, spent: float = 0.0
) -> Schedule:
    """Divide the budget: as many epochs for each training as fit, the same for all.

    Where not even two epochs fit, rows are left out: the last one of the part that has the most.

    Args:
        groups: rows by training; the default and its random weights have no part.
        costs: what was measured, for these groups.
        splits: of the data set.
        options: budget, seeds and epochs.
        spent: seconds that have gone already.

    Raises:
        InputError: not even the default fits.
    """
    kept = list(range(len(groups)))
    steps = sum(steps_per_epoch(len(split.train), options.training.batch) for split in splits)
    most = options.training.planned_epochs(len(splits[0].train))
    epoch_of = [steps * cost * group[0].trains for cost, group in zip(costs.steps, groups, strict=True)]
    tests_of = [len(splits) * costs.test * len(group) for group in groups]
    fewest = min(FEWEST_EPOCHS, most)

    def free() -> float:
        tests = options.seeds * sum(tests_of[n] for n in kept)
        return 60 * options.budget * SHARE_PLANNED - spent - tests

    while (needed := fewest * options.seeds * sum(epoch_of[n] for n in kept)) > free():
        last = _to_drop([(n, groups[n][0].part) for n in kept])
        if last is None:
            raise _too_small(options, (60 * options.budget * SHARE_PLANNED - free() + needed), fewest)
        kept.remove(last)
    all_epochs = sum(epoch_of[n] for n in kept)
    epochs = min(most, int(free() / (options.seeds * all_epochs)))
    trained = sum(groups[n][0].trains for n in kept)
    return Schedule(
        budget_minutes=options.budget,
        rows=sum(len(groups[n]) for n in kept),
        seeds=options.seeds,
        splits=len(splits),
        trainings=len(splits) * options.seeds * trained,
        epochs=epochs,
        steps=epochs * steps_per_epoch(len(splits[0].train), options.training.batch),
        seconds_per_epoch=all_epochs / trained / len(splits),
        seconds_per_test=costs.test,
        seconds=tuple(epochs * one + tests for one, tests in zip(epoch_of, tests_of, strict=True)),
        dropped=tuple(row.name for n, group in enumerate(groups) if n not in kept for row in group),
    )


def _to_drop(kept: Sequence[tuple[int, str]]) -> int | None:
    """The last group of the part that has the most; None: only the default is left."""
    parts = [part for _, part in kept if part]
    if not parts:
        return None
    largest = max(reversed(parts), key=parts.count)
    return max(n for n, part in kept if part == largest)


def _too_small(options: AblateOptions, seconds: float, epochs: int) -> InputError:
    minutes = math.ceil(100 * seconds / SHARE_PLANNED / 60) / 100
    return InputError(
        f"--budget {options.budget:g}: the default alone, {epochs} epochs with {options.seeds} seeds, needs "
        f"{minutes:g} minutes; give a larger budget, or fewer --seeds"
    )


def measure_steps(
    dataset: SkeletonDataset, split: Split, groups: Sequence[Group], base: PretrainOptions, clock: Clock
) -> tuple[float, ...]:
    """Seconds of a training step of each group.

    What is equally fast is measured once. When a tenth of the budget is spent, all others count as
    slow as the slowest so far.
    """
    known: dict[str, float] = {}
    found = []
    for group in groups:
        options = group[0].options(base)
        encoder = options.encoder.model_copy(update={"fusion": base.encoder.fusion})
        alike = {"encoder": encoder, "augment": base.augment, "extreme": options.extreme and "any"}
        key = options.model_copy(update=alike).model_dump_json()
        if group[0].trains and key not in known:
            late = bool(known) and clock.spent > SHARE_TIMED * clock.seconds
            known[key] = max(known.values()) if late else step_seconds(dataset, split, options)
        found.append(known[key] if group[0].trains else 0.0)
    return tuple(found)


def step_seconds(dataset: SkeletonDataset, split: Split, options: PretrainOptions) -> float:
    """Seconds of the second training step; the first one is slower."""
    timed = Pretraining(
        ClipReader(dataset, options.preprocessing),
        split.train[: options.batch],  # so that an epoch is one step
        options.model_copy(update={"epochs": 100, "judged_after": 100}),
        Processes(),
    )
    timed.epoch()
    began = monotonic()
    timed.epoch()
    return max(1e-6, monotonic() - began)


def by_training(rows: Sequence[Variant], base: PretrainOptions) -> list[list[Variant]]:
    """Group the rows by training: rows that differ only in the evaluated stream share one."""
    groups: dict[tuple[str, bool], list[Variant]] = {}
    for row in rows:
        groups.setdefault((row.options(base).model_dump_json(), row.trains), []).append(row)
    return list(groups.values())


def train_and_test(
    dataset: SkeletonDataset,
    splits: Sequence[Split],
    group: Group,
    options: AblateOptions,
    how: tuple[int, int],
    clock: Clock,
) -> dict[str, dict[Protocol, Scores]] | None:
    """Train once for each split, then test each row of the group; clips of all splits are pooled.

    Args:
        dataset: with labels.
        splits: who is learned from, who is tested.
        group: rows of one training.
        options: of the ablation.
        how: seed, and epochs.
        clock: it stops a training.

    Returns:
        the scores by row and protocol; None if the budget was spent before.
    """
    seed, epochs = how
    answers: dict[tuple[str, Protocol], list[Reals]] = {}
    for split in splits:
        base = options.training.model_copy(update={"seed": seed, "epochs": epochs})
        settings = group[0].options(base)
        reader = ClipReader(dataset, settings.preprocessing)
        training = Pretraining(reader, split.train, settings, Processes())
        while group[0].trains and training.epochs_done < epochs:
            training.epoch()
            if clock.left < 0:
                return None
        for row in group:
            for protocol in PROTOCOLS:
                p_NK = _tested(training, reader, split, (row.stream, protocol))
                answers.setdefault((row.name, protocol), []).append(p_NK)
    tested = np.concatenate([labelled(dataset, split.test) for split in splits])
    return {
        row.name: {
            protocol: score(np.concatenate(answers[row.name, protocol]), dataset.labels[tested])
            for protocol in PROTOCOLS
        }
        for row in group
    }


def _tested(training: Pretraining, reader: ClipReader, split: Split, how: tuple[Stream, Protocol]) -> Reals:
    stream, protocol = how
    dataset = reader.dataset
    network = Recognizer(training.model.query, dataset.meta.classes, stream).to(training.device)
    sides = labelled(dataset, split.train), labelled(dataset, split.test)
    return probabilities(protocol, network, reader, sides, SupervisedOptions())
