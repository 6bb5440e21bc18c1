"""Options that the recogniser's commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

Checkpoint = Annotated[
    str, typer.Argument(metavar="CHECKPOINT", help="Folder of a checkpoint; or random: untrained.")
]
TrainOn = Annotated[
    str | None,
    option(
        "--train-on",
        "Clips to learn from, such as subject=1,3,5-7.",
        kind="COLUMN=VALUES",
        heading=o.CLIPS,
    ),
]
Resume = Annotated[
    bool, option("--resume", "Go on with an unfinished training in the folder of -o.", heading=o.FILES)
]
TestOn = Annotated[
    str | None,
    option("--test-on", "Clips to test.", kind="COLUMN=VALUES", default="all others", heading=o.CLIPS),
]
SplitName = Annotated[
    str | None, option("--split", "A split that the data set names.", kind="NAME", heading=o.CLIPS)
]
Shared = Annotated[bool, option("--shared-subjects", "Allow the same people on both sides.", heading=o.CLIPS)]
Folds = Annotated[
    int | None, option("--folds", "Make N splits, so that each clip is tested once.", heading=o.CLIPS)
]
By = Annotated[
    str | None,
    option(
        "--by",
        "Column: clips with the same value stay in one fold.",
        kind="COLUMN",
        default="subject",
        heading=o.CLIPS,
    ),
]
Frames = Annotated[
    int | None,
    option("--frames", "Frames to which each clip is resampled.", default="32", heading=o.NETWORK),
]
LabelFraction = Annotated[
    float | None,
    option(
        "--label-fraction",
        "Share of each class's labels to use, 0 to 1.",
        default="1",
        heading=o.CLIPS,
    ),
]


def _epochs(default: str) -> Any:
    return option(
        "--epochs",
        "Times that each clip is seen.",
        default=default,
        envvar="MGLLM_TRAINING_EPOCHS",
        heading=o.TRAINING,
    )


Epochs = Annotated[int | None, _epochs("30")]
PretrainEpochs = Annotated[int | None, _epochs("by the number of clips")]
Batch = Annotated[int | None, option("--batch", "Clips of one step.", default="32", heading=o.TRAINING)]
Rate = Annotated[
    float | None,
    option("--learning-rate", "Highest learning rate.", default="0.001", heading=o.TRAINING),
]
LongTail = Annotated[
    str | None,
    option(
        "--long-tail",
        "What is done for rare classes.",
        kind="NAME",
        default="none",
        heading=o.TRAINING,
    ),
]
Device = Annotated[
    str | None,
    option("--device", "Where it is computed.", kind="NAME", default="auto", heading=o.TRAINING),
]
_SIDES = ("split", "train_on", "test_on", "folds", "by", "shared_subjects")
_APART = ("dataset", "checkpoint", "out", "json", "sets", "display", "resume", *_SIDES)


def training_options(context: typer.Context, *leave_out: str) -> dict[str, Any]:
    """Flags that were given and belong to the training's options."""
    return o.given(context, *_APART, *leave_out)


def sides(context: typer.Context) -> dict[str, Any]:
    """Flags that say which clips are learned from and tested."""
    said = o.given(context)
    return {name: said[name] for name in _SIDES if name in said}
