"""`mgllm recognizer windows`, `score` and `rebuild`: recordings to learn from, and how well timelines fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import Dataset, Out, Sets, option, recognizer
from mgllm.cli.printing import print_made

if TYPE_CHECKING:
    from mgllm.commands.recognizer.rebuild import Rebuilt


def register(_app: typer.Typer) -> None:
    """Put the commands beside the recogniser's others."""
    recognizer.command("windows")(windows)
    recognizer.command("score")(score)
    recognizer.command("rebuild")(rebuild)


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
    print_made(
        cut(dataset, gestures, out, parse_options(CutOptions, said, sets or []), beside),
        print_cut,
        as_json=json,
    )


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
    print_made(score_folders(found, truth, parse_options(ScoreOptions, said)), print_scores, as_json=json)


def rebuild(
    context: typer.Context,
    out: Out,
    clips: Annotated[int | None, option("--clips", "Made-up clips. Default: 30000")] = None,
    recordings: Annotated[int | None, option("--recordings", "Made-up recordings. Default: 150")] = None,
    joints: Annotated[
        str | None, option("--joints", "Joints to look at, separated by commas. Default: all")
    ] = None,
    seed: o.Seed = None,
    sets: Sets = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Make the recogniser that ships again, from made-up movements alone. Takes about an hour."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.rebuild import RebuildOptions, rebuild as flow

    said = o.given(context, "out", "joints", "sets", "display", "json")
    said |= {"joints": o.split_names(joints)} if joints else {}
    options = parse_options(RebuildOptions, said, sets or [])
    shown = o.display(display)
    made = flow(out, options, display=shown, say=_quiet if shown == "none" else _say)
    print_made(made, _print_rebuilt, as_json=json)


def _print_rebuilt(made: Rebuilt) -> None:
    typer.echo(
        f"{made.classes} classes, {made.bytes / 1e6:.1f} MB, logits divided by {made.temperature:.2f}, "
        f"sha256 {made.sha256[:12]}"
    )
    typer.echo(f"checkpoint: {made.checkpoint}; use it: mgllm transcribe … --checkpoint", err=True)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _quiet(_line: str) -> None:
    return
