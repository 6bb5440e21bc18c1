"""`mgllm recognizer …`: train, evaluate and look at skeleton recognisers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.options import Dataset, Out, Sets, option, recognizer
from mgllm.cli.printing import print_made

Checkpoint = Annotated[
    str, typer.Argument(metavar="CHECKPOINT", help="Folder of a checkpoint, or: random (untrained).")
]
TrainOn = Annotated[
    str | None, option("--train-on", "Clips to learn from: column=values, such as subject=1,3,5-7.")
]
TestOn = Annotated[str | None, option("--test-on", "Clips to test: column=values. Default: all others")]
SplitName = Annotated[str | None, option("--split", "A split that the data set names.")]
Shared = Annotated[bool, option("--shared-subjects", "Allow the same people on both sides.")]
Folds = Annotated[int | None, option("--folds", "So many splits, each clip tested once.")]
By = Annotated[str | None, option("--by", "Column whose values folds keep together. Default: subject")]
Frames = Annotated[int | None, option("--frames", "Frames that each clip is brought to. Default: 32")]
LabelFraction = Annotated[float | None, option("--label-fraction", "Share of each class's labels, 0..1.")]
Epochs = Annotated[
    int | None,
    option("--epochs", "Times that each clip is seen. Default: 30", envvar="MGLLM_TRAINING_EPOCHS"),
]
Batch = Annotated[int | None, option("--batch", "Clips of a step. Default: 32")]
Rate = Annotated[float | None, option("--learning-rate", "Highest learning rate. Default: 0.001")]
LongTail = Annotated[
    str | None, option("--long-tail", "Rare classes: none, logit (adjustment) or sampling (balanced).")
]
Device = Annotated[str | None, option("--device", "auto, cpu or cuda. Default: auto")]
_SIDES = ("split", "train_on", "test_on", "folds", "by", "shared_subjects")
_FINETUNE = ("label_fraction", "linear", "calibrate_on")
_APART = ("dataset", "checkpoint", "out", "json", "sets", "display", *_SIDES)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(recognizer, name="recognizer")
    for command in (pretrain, finetune, evaluate, ablate, info):
        recognizer.command(command.__name__)(command)


def pretrain(
    context: typer.Context,
    dataset: Dataset,
    out: Out,
    train_on: TrainOn = None,
    split: SplitName = None,
    epochs: Epochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    fusion: Annotated[
        str | None, option("--fusion", "concat, sum, gated or balanced. Default: balanced")
    ] = None,
    augment: Annotated[
        str | None, option("--augment", "Recipe of views: gentle, gentle-crop, crop+viewpoint, none …")
    ] = None,
    temperature: Annotated[
        float | None,
        option("--temperature", "Of the contrast. Default: 0.1", envvar="MGLLM_CONTRAST_TEMPERATURE"),
    ] = None,
    momentum: Annotated[
        float | None, option("--momentum", "Of the key network. Default: by the number of steps")
    ] = None,
    queue: Annotated[int | None, option("--queue", "Keys to keep. Default: by the number of clips")] = None,
    frames: Frames = None,
    centre: Annotated[
        str | None, option("--centre", "Put the root at 0: frame (default), clip, none.")
    ] = None,
    scale: Annotated[str | None, option("--scale", "Divide by: shoulders (default), none.")] = None,
    precision: Annotated[str | None, option("--precision", "auto, float32 or bfloat16.")] = None,
    seed: o.Seed = None,
    device: Device = None,
    sets: Sets = None,
    resume: Annotated[bool, option("--resume", "Go on with an unfinished training in OUT.")] = False,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Learn to tell clips apart without labels; several processes: torchrun -m mgllm recognizer pretrain."""
    from mgllm.cli.recognizer_printing import print_pretrained
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.pretrain import pretrain as flow
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions

    options = parse_options(PretrainOptions, _said(context, "resume"), sets or [])
    which = parse_options(SplitOptions, _sides(context))
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
    linear: Annotated[bool, option("--linear", "Freeze the encoder; fit a linear classifier.")] = False,
    calibrate_on: Annotated[
        str | None, option("--calibrate-on", "Clips of others by which to calibrate: column=values.")
    ] = None,
    long_tail: LongTail = None,
    epochs: Epochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    seed: o.Seed = None,
    device: Device = None,
    sets: Sets = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Give a checkpoint classes, with labels."""
    from mgllm.cli.recognizer_printing import print_finetuned
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune as flow
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.supervised import SupervisedOptions

    own = {name: value for name, value in _said(context).items() if name in _FINETUNE}
    options = parse_options(FinetuneOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, _sides(context)),
            "training": parse_options(SupervisedOptions, _said(context, *own), sets or []),
        }
    )
    print_made(
        flow(checkpoint, dataset, out, options, display=o.display(display)), print_finetuned, as_json=json
    )


def evaluate(
    context: typer.Context,
    checkpoint: Checkpoint,
    dataset: Dataset,
    protocol: Annotated[
        str | None, option("--protocol", "linear (default), knn, finetune, semi, or classifier (its own).")
    ] = None,
    train_on: TrainOn = None,
    test_on: TestOn = None,
    split: SplitName = None,
    folds: Folds = None,
    by: By = None,
    shared_subjects: Shared = False,
    transductive: Annotated[
        bool, option("--transductive", "Allow test people whom the checkpoint has seen; the result says so.")
    ] = False,
    label_fraction: LabelFraction = None,
    unseen_classes: Annotated[
        bool, option("--unseen-classes", "Count test classes without a training clip as wrong.")
    ] = False,
    stream: Annotated[str | None, option("--stream", "spatial, temporal or fused.")] = None,
    k: Annotated[int | None, option("--k", "Neighbours, for knn. Default: 1")] = None,
    long_tail: LongTail = None,
    epochs: Epochs = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    seed: o.Seed = None,
    device: Device = None,
    no_floors: Annotated[bool, option("--no-floors", "Leave out what simple methods reach.")] = False,
    sets: Sets = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for predictions and the confusion matrix.")
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
    own = {name: value for name, value in _said(context).items() if name in names}
    options = parse_options(EvaluateOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, _sides(context)),
            "training": parse_options(SupervisedOptions, _said(context, *names, "no_floors"), sets or []),
            "floors": not no_floors,
        }
    )
    found = flow(checkpoint, dataset, options, out=out, display=o.display(display))
    print_made(found, print_evaluation, as_json=json)


def ablate(
    context: typer.Context,
    dataset: Dataset,
    budget: Annotated[float, option("--budget", "Minutes to spend.")],
    train_on: TrainOn = None,
    test_on: TestOn = None,
    split: SplitName = None,
    folds: Folds = None,
    by: By = None,
    parts: Annotated[
        str | None, option("--parts", "Of streams,fusions,losses,left-out,alone. Default: all")
    ] = None,
    seeds: Annotated[int | None, option("--seeds", "Trainings of each row. Default: 3")] = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    frames: Frames = None,
    device: Device = None,
    sets: Sets = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for table.md, table.tex and rows.json.")
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """What each part of the method brings: trainings with one thing changed, within a budget of time."""
    from mgllm.cli.recognizer_printing import print_ablation
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.ablate import ablate as flow
    from mgllm.recognizer.evaluation.ablation_run import AblateOptions
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions

    own = {name: value for name, value in _said(context).items() if name in ("budget", "seeds")}
    own |= {"parts": o.split_names(parts)} if parts else {}
    options = parse_options(AblateOptions, own).model_copy(
        update={
            "which": parse_options(SplitOptions, _sides(context)),
            "training": parse_options(
                PretrainOptions, _said(context, "budget", "seeds", "parts"), sets or []
            ),
        }
    )
    print_made(flow(dataset, options, out=out, display=o.display(display)), print_ablation, as_json=json)


def info(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="Folder of a checkpoint.")],
    json: o.Json = False,
) -> None:
    """What a checkpoint is, and whom it has seen."""
    from mgllm.cli.recognizer_printing import print_info
    from mgllm.commands.recognizer.info import recognizer_info

    print_made(recognizer_info(checkpoint), print_info, as_json=json, by_alias=True)


def _said(context: typer.Context, *leave_out: str) -> dict[str, Any]:
    """Flags that were given and belong to the training's options."""
    return o.given(context, *_APART, *leave_out)


def _sides(context: typer.Context) -> dict[str, Any]:
    said = o.given(context)
    return {name: said[name] for name in _SIDES if name in said}
