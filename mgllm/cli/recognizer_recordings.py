"""`mgllm recognizer windows`, `score` and `rebuild`: recordings to learn from, and tests on
recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import Dataset, Out, Sets, option, recognizer
from mgllm.cli.printing import echo, print_made

if TYPE_CHECKING:
    from mgllm.commands.recognizer.rebuild import Rebuilt


def register(_app: typer.Typer) -> None:
    """Put the commands beside the recogniser's others."""
    for command in (windows, score, rebuild):
        recognizer.command(command.__name__, cls=PlainCommand)(command)


def windows(
    context: typer.Context,
    dataset: Dataset,
    out: Out,
    gestures: Annotated[
        Path | None,
        option(
            "--gestures",
            "Folder of annotated *.mg.json files.",
            kind="FOLDER",
            default="the data set's own",
            heading=o.INPUT,
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        option("--with", "A data set whose clips are added; repeatable.", kind="FOLDER", heading=o.INPUT),
    ] = None,
    seed: o.Seed = None,
    sets: Sets = None,
    json: o.Json = False,
) -> None:
    """Cut annotated recordings into clips to learn from: parts of gestures, and background."""
    from mgllm.cli.recognizer_printing import print_cut
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.windows import cut
    from mgllm.recognizer.timelines.cutting import CutOptions

    said = o.given(context, "dataset", "out", "gestures", "beside", "sets", "json")
    print_made(
        cut(dataset, gestures, out, parse_options(CutOptions, said, sets or []), beside or []),
        print_cut,
        as_json=json,
    )


def score(
    context: typer.Context,
    found: Annotated[Path, typer.Argument(metavar="FOUND", help="Folder of recognised *.mg.json files.")],
    truth: Annotated[
        Path,
        option(
            "--truth",
            "Folder of annotated *.mg.json files of the same recordings.",
            kind="FOLDER",
            heading=o.INPUT,
        ),
    ],
    leave_out: Annotated[
        str | None,
        option(
            "--leave-out",
            "Classes that do not count.",
            kind="NAMES",
            default="illustrative body language",
            heading=o.TESTING,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        option(
            "--out",
            "Folder for confusion.csv, with misses and false alarms, for mgllm run --confusion.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Show how well the gestures that a recogniser found fit the annotated ones."""
    from mgllm.cli.recognizer_printing import print_scores
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.score import ScoreOptions, score_folders

    said = {"leave_out": o.split_names(leave_out)} if leave_out is not None else {}
    options = parse_options(ScoreOptions, said)
    print_made(score_folders(found, truth, options, out=out), print_scores, as_json=json)


def rebuild(
    context: typer.Context,
    out: Out,
    clips: Annotated[
        int | None, option("--clips", "Made-up clips.", default="30000", heading=o.INPUT)
    ] = None,
    recordings: Annotated[
        int | None, option("--recordings", "Made-up recordings.", default="100", heading=o.INPUT)
    ] = None,
    joints: Annotated[
        str | None,
        option(
            "--joints",
            "Joints to look at, separated by commas.",
            kind="NAMES",
            default="all",
            heading=o.INPUT,
        ),
    ] = None,
    people: Annotated[
        Path | None,
        option(
            "--people",
            "A data set of people whose hands' places are known, to learn from too.",
            kind="FOLDER",
            heading=o.INPUT,
        ),
    ] = None,
    seed: o.Seed = None,
    sets: Sets = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Train the recogniser that comes with mgllm again: about an hour."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.rebuild import RebuildOptions, rebuild as flow

    said = o.given(context, "out", "joints", "sets", "display", "json")
    said |= {"joints": o.split_names(joints)} if joints else {}
    options = parse_options(RebuildOptions, said, sets or [])
    shown = o.display(display)
    made = flow(out, options, display=shown, say=_quiet if shown == "none" else _say)
    print_made(made, _print_rebuilt, as_json=json)


def _print_rebuilt(made: Rebuilt) -> None:
    echo(
        f"{made.classes} classes, {made.bytes / 1e6:.1f} MB, logits divided by {made.temperature:.2f}, "
        f"sha256 {made.sha256[:12]}"
    )
    echo(f"checkpoint: {made.checkpoint}; use it: mgllm transcribe … --checkpoint", err=True)


def _say(line: str) -> None:
    echo(line, err=True)


def _quiet(_line: str) -> None:
    return
