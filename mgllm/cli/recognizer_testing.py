"""`mgllm recognizer evaluate`, `ablate` and `info`: what a recogniser can do, and what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import Dataset, Sets, option, recognizer
from mgllm.cli.printing import print_made
from mgllm.cli.recognizer_options import (
    Batch,
    By,
    Checkpoint,
    Device,
    Epochs,
    Folds,
    Frames,
    LabelFraction,
    LongTail,
    Rate,
    Shared,
    SplitName,
    TestOn,
    TrainOn,
    sides,
    training_options,
)


def register(_app: typer.Typer) -> None:
    """Put the commands beside the recogniser's others."""
    for command in (evaluate, ablate, info):
        recognizer.command(command.__name__, cls=PlainCommand)(command)


def evaluate(
    context: typer.Context,
    checkpoint: Checkpoint,
    dataset: Dataset,
    protocol: Annotated[
        str | None,
        option(
            "--protocol",
            "How it is tested; classifier means the checkpoint's own.",
            kind="NAME",
            default="linear",
            heading=o.TESTING,
        ),
    ] = None,
    train_on: TrainOn = None,
    test_on: TestOn = None,
    split: SplitName = None,
    folds: Folds = None,
    by: By = None,
    shared_subjects: Shared = False,
    transductive: Annotated[
        bool,
        option(
            "--transductive",
            "Allow test people whom the checkpoint has seen; the result says so.",
            heading=o.CLIPS,
        ),
    ] = False,
    label_fraction: LabelFraction = None,
    unseen_classes: Annotated[
        bool,
        option(
            "--unseen-classes",
            "Count test classes without a training clip as wrong.",
            heading=o.TESTING,
        ),
    ] = False,
    stream: Annotated[
        str | None,
        option(
            "--stream",
            "Whose vectors are read.",
            kind="NAME",
            default="the checkpoint's",
            heading=o.TESTING,
        ),
    ] = None,
    k: Annotated[int | None, option("--k", "Neighbours, for knn.", default="1", heading=o.TESTING)] = None,
    long_tail: LongTail = None,
    epochs: Epochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    seed: o.Seed = None,
    device: Device = None,
    no_floors: Annotated[
        bool, option("--no-floors", "Leave out what simple methods reach.", heading=o.OUTPUT)
    ] = False,
    sets: Sets = None,
    out: Annotated[
        Path | None,
        option(
            "--out",
            "Folder for predictions and the confusion matrix.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Test a checkpoint on people whom it has never seen."""
    from mgllm.cli.recognizer_printing import print_evaluation
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.evaluate import evaluate as flow
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.evaluation.trial import EvaluateOptions
    from mgllm.recognizer.training.supervised import SupervisedOptions

    names = ("protocol", "transductive", "label_fraction", "unseen_classes", "stream")
    own = {name: value for name, value in training_options(context).items() if name in names}
    options = parse_options(EvaluateOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, sides(context)),
            "training": parse_options(
                SupervisedOptions, training_options(context, *names, "no_floors"), sets or []
            ),
            "floors": not no_floors,
        }
    )
    found = flow(checkpoint, dataset, options, out=out, display=o.display(display))
    print_made(found, print_evaluation, as_json=json)


def ablate(
    context: typer.Context,
    dataset: Dataset,
    budget: Annotated[float, option("--budget", "Minutes to spend.", kind="MINUTES", heading=o.LIMITS)],
    train_on: TrainOn = None,
    test_on: TestOn = None,
    split: SplitName = None,
    folds: Folds = None,
    by: By = None,
    parts: Annotated[
        str | None,
        option(
            "--parts",
            "What is changed.",
            kind="NAMES",
            default="all but pairs and encoders",
            heading=o.TESTING,
        ),
    ] = None,
    seeds: Annotated[
        int | None, option("--seeds", "Trainings for each row.", default="3", heading=o.LIMITS)
    ] = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    frames: Frames = None,
    device: Device = None,
    sets: Sets = None,
    out: Annotated[
        Path | None,
        option(
            "--out", "Folder for table.md, table.tex and rows.json.", "-o", kind="FOLDER", heading=o.FILES
        ),
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Train with one part of the method changed at a time, within a time budget: what does each
    part add?
    """
    from mgllm.cli.recognizer_printing import print_ablation
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.ablate import ablate as flow
    from mgllm.recognizer.evaluation.ablation_run import AblateOptions
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions

    own = {name: value for name, value in training_options(context).items() if name in ("budget", "seeds")}
    own |= {"parts": o.split_names(parts)} if parts else {}
    options = parse_options(AblateOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, sides(context)),
            "training": parse_options(
                PretrainOptions, training_options(context, "budget", "seeds", "parts"), sets or []
            ),
        }
    )
    print_made(flow(dataset, options, out=out, display=o.display(display)), print_ablation, as_json=json)


def info(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="Folder of a checkpoint.")],
    json: o.Json = False,
) -> None:
    """Show what a checkpoint is, and from which people it has learned."""
    from mgllm.cli.recognizer_printing import print_info
    from mgllm.commands.recognizer.info import recognizer_info

    print_made(recognizer_info(checkpoint), print_info, as_json=json, by_alias=True)
