"""`mgllm recognizer windows` and `score`: recordings to learn from, and how well timelines fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.recognizer import Dataset, Out, Sets, recognizer


def register(_app: typer.Typer) -> None:
    """Put the commands beside the recogniser's others."""
    recognizer.command("windows")(windows)
    recognizer.command("score")(score)


def windows(
    context: typer.Context,
    dataset: Dataset,
    out: Out,
    gestures: Annotated[
        Path | None, option("--gestures", "Folder of annotated *.mg.json. Default: the data set's own")
    ] = None,
    beside: Annotated[Path | None, option("--with", "A data set whose clips stand beside them.")] = None,
    seed: o.Seed = None,
    sets: Sets = None,
    json: o.Json = False,
) -> None:
    """Cut annotated recordings into clips to learn from: windows in gestures, and background."""
    from mgllm.cli.recognizer_printing import print_cut
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.windows import cut
    from mgllm.recognizer.timelines.cutting import CutOptions

    said = o.given(context, "dataset", "out", "gestures", "beside", "sets", "json")
    print_cut(cut(dataset, gestures, out, parse_options(CutOptions, said, sets or []), beside), as_json=json)


def score(
    context: typer.Context,
    found: Annotated[Path, typer.Argument(metavar="FOUND", help="Folder of recognised *.mg.json.")],
    truth: Annotated[Path, option("--truth", "Folder of annotated *.mg.json of the same recordings.")],
    leave_out: Annotated[
        str | None, option("--leave-out", "Classes that do not count. Default: illustrative body language")
    ] = None,
    json: o.Json = False,
) -> None:
    """How well recognised timelines fit annotated ones."""
    from mgllm.cli.recognizer_printing import print_scores
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.score import ScoreOptions, score_folders

    said = {"leave_out": o.split_names(leave_out)} if leave_out is not None else {}
    print_scores(score_folders(found, truth, parse_options(ScoreOptions, said)), as_json=json)
