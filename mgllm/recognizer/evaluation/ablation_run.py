"""An ablation of the recogniser: its schedule, its rows, and its table as a value and as text.

The text is Markdown and LaTeX: mean and range over seeds, in percent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from mgllm.errors import InputError, one_line
from mgllm.recognizer.evaluation.ablation import PARTS, Stream, Variant
from mgllm.recognizer.evaluation.protocols import Protocol, labelled, probabilities
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.metrics import Reals, score
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split

SHARE_OF_TRAINING = 0.85
"""Share of the budget for training; the rest is for features and probes. Our choice."""
PROTOCOLS: tuple[Protocol, Protocol] = ("linear", "knn")


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
    """The default that is changed; no row gets more epochs than it has."""


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
    seconds_per_epoch: float
    """Measured on the default before the first training."""

    def words(self) -> str:
        """The schedule as a text."""
        return (
            f"{self.trainings} trainings ({self.rows} rows, {self.seeds} seeds, {self.splits} splits) of "
            f"{self.epochs} epochs of {self.seconds_per_epoch:.2f} s in {self.budget_minutes:g} minutes"
        )


class AblationRow(Frozen):
    """One row: top-1 accuracies, one for each seed."""

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
    """The split that was tested."""
    schedule: Schedule
    """How the budget was divided."""
    minutes: float
    """How long it took."""
    n: int
    """Test clips."""
    rows: tuple[AblationRow, ...]
    """All rows that have a number."""
    unfinished: tuple[str, ...] = ()
    """Rows with fewer seeds than planned, because time ran out or a training was stopped."""
    stopped: tuple[str, ...] = ()
    """Trainings that failed, and why."""
    markdown: str = ""
    """The table."""
    files: tuple[str, ...] = ()
    """Files that were written."""


def plan(
    dataset: SkeletonDataset, splits: Sequence[Split], rows: Sequence[Variant], options: AblateOptions
) -> Schedule:
    """Divide the budget: after one timed epoch, as many epochs for each training as fit.

    Raises:
        InputError: not even two epochs fit.
    """
    seconds = seconds_per_epoch(dataset, splits[0], options.training)
    trainings = len(splits) * options.seeds * sum(group[0].trains for group in by_training(rows))
    epochs = int(60 * options.budget * SHARE_OF_TRAINING / (trainings * seconds))
    if epochs < 2:
        needed = math.ceil(10 * 2 * trainings * seconds / SHARE_OF_TRAINING / 60) / 10
        raise InputError(
            f"--budget {options.budget:g}: {trainings} trainings of two epochs need {needed:.1f} minutes; "
            "give a larger budget, or fewer --seeds or --parts"
        )
    return Schedule(
        budget_minutes=options.budget,
        rows=len(rows),
        seeds=options.seeds,
        splits=len(splits),
        trainings=trainings,
        epochs=min(epochs, options.training.planned_epochs(len(splits[0].train))),
        seconds_per_epoch=seconds,
    )


def seconds_per_epoch(dataset: SkeletonDataset, split: Split, options: PretrainOptions) -> float:
    """Seconds of the default's second epoch; the first one is slower."""
    timed = Pretraining(
        ClipReader(dataset, options.preprocessing),
        split.train,
        options.model_copy(update={"epochs": 100}),
        Processes(),
    )
    timed.epoch()
    return max(1e-3, timed.epoch().seconds)


def by_training(rows: Sequence[Variant]) -> list[list[Variant]]:
    """Group the rows by training: rows that differ only in the evaluated stream share one."""
    groups: dict[str, list[Variant]] = {}
    for row in rows:
        groups.setdefault(repr((sorted(row.change.items(), key=str), row.trains)), []).append(row)
    return list(groups.values())


def train_and_test(
    dataset: SkeletonDataset,
    splits: Sequence[Split],
    group: Sequence[Variant],
    options: AblateOptions,
    how: tuple[int, int],
) -> dict[str, dict[Protocol, float]]:
    """Train once for each split, then test each row of the group; clips of all splits are
    pooled."""
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
            for protocol in PROTOCOLS:
                p_NK = _tested(training, reader, split, (row.stream, protocol))
                answers.setdefault((row.name, protocol), []).append(p_NK)
    tested = np.concatenate([labelled(dataset, split.test) for split in splits])
    return {
        row.name: {
            protocol: score(np.concatenate(answers[row.name, protocol]), dataset.labels[tested]).top1
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


_TEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": "-", "^": "-"})


def markdown_table(made: Ablation) -> str:
    """The table, and under it the schedule and what was tested."""
    lines = ["| changed | linear top-1 | 1-NN top-1 | seeds |", "| --- | --- | --- | --- |"]
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(f"| *{part}* | | | |")
        name = row.name.replace("|", "/")
        lines.append(f"| {name} | {_spread(row.linear)} | {_spread(row.knn)} | {len(row.linear)} |")
    return "\n".join([*lines, "", *(f"{line}  " for line in notes(made)), ""])


def latex_table(made: Ablation) -> str:
    """The same table with booktabs."""
    lines = [r"\begin{tabular}{lrrr}", r"\toprule", r"changed & linear & 1-NN & seeds \\", r"\midrule"]
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(rf"\addlinespace \multicolumn{{4}}{{l}}{{\emph{{{part}}}}} \\")
        cells = (row.name.translate(_TEX), _spread(row.linear), _spread(row.knn), str(len(row.linear)))
        lines.append(" & ".join(cell.replace("–", "--") for cell in cells) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*lines, *(f"% {line.replace('–', '--')}" for line in notes(made)), ""])


def notes(made: Ablation) -> list[str]:
    """Notes that a reader of the table needs."""
    found = [
        f"{made.dataset}, {made.split}, {made.n} test clips; mean and range over seeds, percent.",
        f"Schedule: {made.schedule.words()}; took {made.minutes:.1f} minutes.",
        "Each row changes one thing of the default; differences smaller than the ranges say nothing.",
    ]
    if made.unfinished:
        found.append(f"Fewer seeds than planned: {', '.join(made.unfinished)}.")
    found += [f"Stopped: {line}." for line in made.stopped]
    return [one_line(line) for line in found]


def _spread(values: Sequence[float]) -> str:
    mean = 100 * sum(values) / len(values)
    if len(values) == 1:
        return f"{mean:.1f}"
    return f"{mean:.1f} ({100 * min(values):.1f}–{100 * max(values):.1f})"
