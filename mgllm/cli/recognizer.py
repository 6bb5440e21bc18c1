"""`mgllm recognizer pretrain` and `finetune`: training of skeleton recognisers."""

from __future__ import annotations

from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import Dataset, Out, Sets, option, recognizer
from mgllm.cli.printing import print_made
from mgllm.cli.recognizer_options import (
    Batch,
    Checkpoint,
    Device,
    Epochs,
    Frames,
    LabelFraction,
    LongTail,
    PretrainEpochs,
    Rate,
    Resume,
    SplitName,
    TrainOn,
    sides,
    training_options,
)

_FINETUNE = ("label_fraction", "linear", "calibrate_on")


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(recognizer, name="recognizer", rich_help_panel=o.GESTURES)
    for command in (pretrain, finetune):
        recognizer.command(command.__name__, cls=PlainCommand)(command)


def pretrain(
    context: typer.Context,
    dataset: Dataset,
    out: Out,
    train_on: TrainOn = None,
    split: SplitName = None,
    epochs: PretrainEpochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    fusion: Annotated[
        str | None,
        option(
            "--fusion",
            "How the spatial and the temporal network are joined.",
            kind="NAME",
            default="balanced",
            heading=o.NETWORK,
        ),
    ] = None,
    augment: Annotated[
        str | None,
        option(
            "--augment",
            "How views of a clip are made; gentle-crop leaves a step out, crop+viewpoint takes two steps.",
            kind="RECIPE",
            default="gentle",
            heading=o.NETWORK,
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        option(
            "--temperature",
            "Of the contrastive loss.",
            default="0.1",
            envvar="MGLLM_CONTRAST_TEMPERATURE",
            heading=o.TRAINING,
        ),
    ] = None,
    momentum: Annotated[
        float | None,
        option("--momentum", "Of the key network.", default="by the number of steps", heading=o.TRAINING),
    ] = None,
    queue: Annotated[
        int | None,
        option("--queue", "Keys to keep.", default="by the number of clips", heading=o.TRAINING),
    ] = None,
    frames: Frames = None,
    centre: Annotated[
        str | None,
        option(
            "--centre",
            "Move the body's root to 0, in each frame or once a clip.",
            kind="NAME",
            default="frame",
            heading=o.NETWORK,
        ),
    ] = None,
    scale: Annotated[
        str | None,
        option(
            "--scale",
            "Divide by a length from joint to joint, such as left_hip-right_hip.",
            kind="A-B",
            default="shoulders",
            heading=o.NETWORK,
        ),
    ] = None,
    precision: Annotated[
        str | None,
        option("--precision", "Of the numbers.", kind="NAME", default="auto", heading=o.TRAINING),
    ] = None,
    seed: o.Seed = None,
    device: Device = None,
    sets: Sets = None,
    resume: Resume = False,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Learn from clips without labels. Several processes: torchrun -m mgllm recognizer pretrain."""
    from mgllm.cli.recognizer_printing import print_pretrained
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.pretrain import pretrain as flow
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions

    options = parse_options(PretrainOptions, training_options(context), sets or [])
    which = parse_options(SplitOptions, sides(context))
    made = flow(dataset, out, options, which, resume=resume, display=o.display(display))
    print_pretrained(made, as_json=json)


def finetune(
    context: typer.Context,
    checkpoint: Checkpoint,
    dataset: Dataset,
    out: Out,
    train_on: TrainOn = None,
    split: SplitName = None,
    label_fraction: LabelFraction = None,
    linear: Annotated[
        bool, option("--linear", "Keep the encoder as it is; fit a linear classifier.", heading=o.TRAINING)
    ] = False,
    calibrate_on: Annotated[
        str | None,
        option(
            "--calibrate-on",
            "Clips of other people, to calibrate the probabilities.",
            kind="COLUMN=VALUES",
            heading=o.CLIPS,
        ),
    ] = None,
    long_tail: LongTail = None,
    epochs: Epochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    seed: o.Seed = None,
    device: Device = None,
    sets: Sets = None,
    resume: Resume = False,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Teach a checkpoint the classes of a data set, with labels."""
    from mgllm.cli.recognizer_printing import print_finetuned
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune as flow
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.supervised import SupervisedOptions

    own = {name: value for name, value in training_options(context).items() if name in _FINETUNE}
    options = parse_options(FinetuneOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, sides(context)),
            "training": parse_options(SupervisedOptions, training_options(context, *own), sets or []),
        }
    )
    print_made(
        flow(checkpoint, dataset, out, options, resume=resume, display=o.display(display)),
        print_finetuned,
        as_json=json,
    )
