"""`mgllm recognizer ablate`: trainings with one thing changed, within a budget of time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from pydantic import Field

from mgllm.errors import InputError, TrainingStopped
from mgllm.flows.ablation_table import latex_table, markdown_table
from mgllm.flows.progress import Display, Steps
from mgllm.flows.recognizer_splits import SplitOptions, both_sides, check_labelled
from mgllm.recognizer.ablation import PARTS, Stream, Variant, variants
from mgllm.recognizer.checkpoint import make_folder, replace_text
from mgllm.recognizer.metrics import Reals, score
from mgllm.recognizer.network import Recognizer
from mgllm.recognizer.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.processes import Processes
from mgllm.recognizer.protocols import Protocol, labelled, probabilities
from mgllm.recognizer.reading import ClipReader
from mgllm.recognizer.supervised import SupervisedOptions
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import Split

SHARE_OF_TRAINING = 0.85
"""Of the budget; the rest is for reading features and probes."""
_PROTOCOLS: tuple[Protocol, Protocol] = ("linear", "knn")


class AblateOptions(Frozen):
    """What is compared, and how long it may take."""

    budget: float = Field(default=30.0, gt=0)
    """`--budget` in minutes."""
    seeds: int = Field(default=3, ge=1, le=100)
    """`--seeds`: trainings of each row."""
    parts: tuple[str, ...] = PARTS
    """`--parts`."""
    which: SplitOptions = Field(default_factory=SplitOptions)
    """`--split`, `--train-on`, `--folds` …"""
    training: PretrainOptions = Field(default_factory=PretrainOptions)
    """The default that is changed; its epochs are the most that a row gets."""


class Schedule(Frozen):
    """How the budget is divided."""

    budget_minutes: float
    """What was given."""
    rows: int
    """Lines of the table."""
    seeds: int
    """Trainings a row."""
    splits: int
    """Splits a training is repeated on."""
    trainings: int
    """In all."""
    epochs: int
    """Of each training."""
    seconds_per_epoch: float
    """Measured on the default before the beginning."""

    def words(self) -> str:
        """For a person."""
        return (
            f"{self.trainings} trainings ({self.rows} rows, {self.seeds} seeds, {self.splits} splits) of "
            f"{self.epochs} epochs at {self.seconds_per_epoch:.2f} s in {self.budget_minutes:g} minutes"
        )


class AblationRow(Frozen):
    """One line: top-1 accuracies, a seed each."""

    part: str
    """Group of rows."""
    name: str
    """What is changed."""
    linear: tuple[float, ...]
    """Linear probe."""
    knn: tuple[float, ...]
    """Nearest neighbour."""


class Ablation(Frozen):
    """The table and how it was made."""

    dataset: str
    """The data set's name."""
    split: str
    """Who was tested."""
    schedule: Schedule
    """How the budget was divided."""
    minutes: float
    """What it took."""
    n: int
    """Test clips."""
    rows: tuple[AblationRow, ...]
    """All lines that have a number."""
    unfinished: tuple[str, ...] = ()
    """Rows that have fewer seeds than planned, because time ran out or a training was stopped."""
    stopped: tuple[str, ...] = ()
    """Trainings that went astray, and why."""
    markdown: str = ""
    """The table."""
    files: tuple[str, ...] = ()
    """What was written."""


def ablate(
    path: Path, options: AblateOptions, *, out: Path | None = None, display: Display = "auto"
) -> Ablation:
    """Train and test all rows; a row whose training goes astray says so and the others go on.

    Raises:
        InputError: data set, split or options cannot be used, or the budget is too small for two epochs.
    """
    began = time.monotonic()
    dataset = open_dataset(path)
    check_dataset(dataset)
    splits = both_sides(dataset, options.which, options.training.seed)
    for split in splits:
        check_labelled(dataset, split)
    rows = variants(options.training, options.parts)
    schedule = plan(dataset, splits, rows, options)
    if out is not None:
        make_folder(out)
    found: dict[str, dict[Protocol, list[float]]] = {row.name: {"linear": [], "knn": []} for row in rows}
    stopped: list[str] = []
    deadline = began + 60 * options.budget
    groups = _by_training(rows)
    with Steps(display, "ablate", schedule.seeds * len(groups)) as steps:
        steps.say(f"schedule: {schedule.words()}")
        for seed, group in product(range(schedule.seeds), groups):
            if time.monotonic() > deadline and found[group[-1].name]["linear"]:
                continue
            try:
                scores = _row(dataset, splits, group, options, (seed, schedule.epochs))
            except TrainingStopped as error:
                stopped.append(f"{group[0].name}, seed {seed}: {error}")
                continue
            for name, protocol in product(scores, _PROTOCOLS):
                found[name][protocol].append(scores[name][protocol])
            steps.step(f"seed {seed}, {group[0].name}")
    made = Ablation(
        dataset=dataset.meta.name,
        split=splits[0].name if len(splits) == 1 else f"{len(splits)} folds by {options.which.by}",
        schedule=schedule,
        minutes=(time.monotonic() - began) / 60,
        n=sum(len(labelled(dataset, split.test)) for split in splits),
        rows=tuple(
            AblationRow(part=row.part, name=row.name, linear=tuple(tops["linear"]), knn=tuple(tops["knn"]))
            for row in rows
            if (tops := found[row.name])["linear"]
        ),
        unfinished=tuple(row.name for row in rows if len(found[row.name]["linear"]) < schedule.seeds),
        stopped=tuple(stopped),
    )
    return _written(made.model_copy(update={"markdown": markdown_table(made)}), out)


def plan(
    dataset: SkeletonDataset, splits: Sequence[Split], rows: Sequence[Variant], options: AblateOptions
) -> Schedule:
    """Divide the budget: as many epochs for each training as fit, after one epoch was timed.

    Raises:
        InputError: not even two epochs fit.
    """
    seconds = _seconds_per_epoch(dataset, splits[0], options.training)
    trainings = len(splits) * options.seeds * sum(group[0].trains for group in _by_training(rows))
    epochs = int(60 * options.budget * SHARE_OF_TRAINING / (trainings * seconds))
    if epochs < 2:
        needed = math.ceil(10 * 2 * trainings * seconds / SHARE_OF_TRAINING / 60) / 10
        raise InputError(
            f"--budget {options.budget:g}: {trainings} trainings of two epochs need {needed:.1f} minutes; "
            "give more, or fewer --seeds or --parts"
        )
    return Schedule(
        budget_minutes=options.budget,
        rows=len(rows),
        seeds=options.seeds,
        splits=len(splits),
        trainings=trainings,
        epochs=min(epochs, options.training.epochs),
        seconds_per_epoch=seconds,
    )


def _seconds_per_epoch(dataset: SkeletonDataset, split: Split, options: PretrainOptions) -> float:
    """Of the default, from its second epoch: the first one warms up, and two are too few to judge it."""
    timed = Pretraining(
        ClipReader(dataset, options.preprocessing),
        split.train,
        options.model_copy(update={"epochs": 100}),
        Processes(),
    )
    timed.epoch()
    return max(1e-3, timed.epoch().seconds)


def _by_training(rows: Sequence[Variant]) -> list[list[Variant]]:
    """Rows that differ only in the stream that is looked at share a training."""
    groups: dict[str, list[Variant]] = {}
    for row in rows:
        groups.setdefault(repr((sorted(row.change.items(), key=str), row.trains)), []).append(row)
    return list(groups.values())


def _row(
    dataset: SkeletonDataset,
    splits: Sequence[Split],
    group: Sequence[Variant],
    options: AblateOptions,
    how: tuple[int, int],
) -> dict[str, dict[Protocol, float]]:
    """Train once for each split, then test each row of the group; clips of all splits are pooled."""
    seed, epochs = how
    answers: dict[tuple[str, Protocol], list[Reals]] = {}
    for split in splits:
        base = options.training.model_copy(update={"seed": seed, "epochs": epochs})
        settings = group[0].options(base)
        reader = ClipReader(dataset, settings.preprocessing)
        training = Pretraining(reader, split.train, settings, Processes())
        while group[0].trains and training.epochs_done < epochs:
            training.epoch()
        for row in group:
            for protocol in _PROTOCOLS:
                p_NK = _tested(training, reader, split, (row.stream, protocol))
                answers.setdefault((row.name, protocol), []).append(p_NK)
    tested = np.concatenate([labelled(dataset, split.test) for split in splits])
    return {
        row.name: {
            protocol: score(np.concatenate(answers[row.name, protocol]), dataset.labels[tested]).top1
            for protocol in _PROTOCOLS
        }
        for row in group
    }


def _tested(training: Pretraining, reader: ClipReader, split: Split, how: tuple[Stream, Protocol]) -> Reals:
    stream, protocol = how
    dataset = reader.dataset
    network = Recognizer(training.model.query, dataset.meta.classes, stream).to(training.device)
    sides = labelled(dataset, split.train), labelled(dataset, split.test)
    return probabilities(protocol, network, reader, sides, SupervisedOptions())


def _written(made: Ablation, out: Path | None) -> Ablation:
    if out is None:
        return made
    texts = {
        "table.md": made.markdown,
        "table.tex": latex_table(made),
        "rows.json": made.model_dump_json(indent=2, exclude={"markdown", "files"}) + "\n",
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_text(out / name, text)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from None
    return made.model_copy(update={"files": tuple(str(out / name) for name in texts)})
