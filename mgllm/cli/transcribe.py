"""`mgllm transcribe`: recordings into gesture transcripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes
from mgllm.errors import some

if TYPE_CHECKING:
    from mgllm.commands.transcribe_annotated import Annotated as Labels
    from mgllm.commands.transcribe_files import TranscribedFiles
    from mgllm.commands.transcribe_sets import Transcribed

ALL_BAD, SOME_BAD = 2, 1
MOST_NOTES = 20
"""Notes of a data set that are printed: a screenful."""


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("transcribe", cls=PlainCommand, rich_help_panel=o.GESTURES)(transcribe)


def transcribe(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT …", help="Videos, *.skeleton.npz files, or one skeleton data set."),
    ],
    out: Annotated[
        Path,
        option(
            "--out",
            "Folder to write into; files in it are not replaced.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ],
    checkpoint: Annotated[
        Path | None,
        option(
            "--checkpoint",
            "Folder of a recogniser with classes.",
            kind="FOLDER",
            default="the one that comes with mgllm",
            heading=o.FILES,
        ),
    ] = None,
    annotated: Annotated[
        bool,
        option(
            "--annotated",
            "Write the data set's own labels instead; no recogniser is asked.",
            heading=o.INPUT,
        ),
    ] = False,
    fps: Annotated[
        float | None,
        option(
            "--fps",
            "With --annotated: frames per second, where the data set does not say it.",
            heading=o.INPUT,
        ),
    ] = None,
    illustrative: Annotated[
        bool,
        option(
            "--illustrative",
            "With --annotated: keep movement that goes with speech.",
            heading=o.INPUT,
        ),
    ] = False,
    crop: Annotated[
        str | None,
        option(
            "--crop",
            "Look at a part of the picture, in pixels or percent.",
            kind="X,Y,W,H",
            heading=o.INPUT,
        ),
    ] = None,
    subject: Annotated[
        str | None, option("--subject", "Name of the person in the videos.", kind="NAME", heading=o.INPUT)
    ] = None,
    anonymous: Annotated[
        bool,
        option(
            "--anonymous",
            "Call items clip-0001 …; write no file names and no pixels.",
            heading=o.OUTPUT,
        ),
    ] = False,
    words_only: Annotated[
        bool,
        option(
            "--words-only",
            "Leave a gesture out if only its group is sure, such as 'hand at head'.",
            heading=o.OUTPUT,
        ),
    ] = False,
    groups_only: Annotated[
        bool, option("--groups-only", "Name only groups of gestures, never one gesture.", heading=o.OUTPUT)
    ] = False,
    cross_fit: Annotated[
        int | None,
        option(
            "--cross-fit",
            "Train N recognisers on the data set, each without some of the people, and let each name the "
            "gestures of those people.",
            heading=o.CLIPS,
        ),
    ] = None,
    learn_from: Annotated[
        Path | None,
        option(
            "--learn-from",
            "With --cross-fit: learn from this data set, such as clips or windows of the same people.",
            kind="FOLDER",
            default="the data set itself",
            heading=o.CLIPS,
        ),
    ] = None,
    folds: Annotated[
        Path | None,
        option(
            "--folds",
            "Cross-fit with the folds of a file, such as folds.json of another cross-fitting.",
            kind="FILE",
            heading=o.CLIPS,
        ),
    ] = None,
    by: Annotated[
        str | None,
        option(
            "--by",
            "With --cross-fit: clips with the same value stay together.",
            kind="COLUMN",
            default="subject",
            heading=o.CLIPS,
        ),
    ] = None,
    on: Annotated[
        str | None,
        option("--on", "Clips to read.", kind="COLUMN=VALUES", default="all", heading=o.CLIPS),
    ] = None,
    clips: Annotated[
        str | None,
        option(
            "--clips",
            "What a clip is: a recording, or trimmed to one gesture.",
            kind="NAME",
            default="auto",
            heading=o.CLIPS,
        ),
    ] = None,
    resume: Annotated[
        bool, option("--resume", "Go on with an interrupted work in the same folder.", heading=o.FILES)
    ] = False,
    seed: o.Seed = None,
    sets: Annotated[
        list[str] | None,
        option(
            "--set",
            "Any other option, such as timeline.windows.seconds=1.5. Repeatable.",
            kind="NAME=VALUE",
            heading=o.INPUT,
        ),
    ] = None,
    log_file: o.LogFile = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Find gestures in recordings, or read labels; write a transcript for each."""
    from mgllm.commands.transcribe import transcribe as flow
    from mgllm.commands.transcribe_annotated import Annotated as Labels
    from mgllm.commands.transcribe_sets import Transcribed
    from mgllm.disk.log_file import logged

    said = o.given(context, "sources", "out", "sets", "display", "json", "log_file")
    with logged(log_file, "transcribe"):
        made = flow(sources, out, said, sets or [], display=o.display(display))
    if isinstance(made, Transcribed):
        print_made(made, _print_transcribed, as_json=json)
        return
    if isinstance(made, Labels):
        print_made(made, _print_annotated, as_json=json)
        return
    print_made(made, _print_transcribed_files, as_json=json)
    if made.problems:
        for problem in made.problems:
            echo(f"mgllm: {problem}", err=True)
        raise typer.Exit(SOME_BAD if made.items else ALL_BAD)


def _print_transcribed(made: Transcribed) -> None:
    """Of a skeleton data set."""
    found = f"{made.gestures} gestures{_groups(made.levels)}"
    counts = f"{made.transcripts} transcripts, {found}, {made.source}"
    echo(f"{counts}: {_exposures(made.exposures)}")
    if made.kept:
        echo(f"{made.kept} of them were there already", err=True)
    if people := made.without_labels:
        what = "people have no labels, so a recogniser of all others reads them"
        print_notes([f"{len(people)} {what}: {some(people)}"])
    if people := made.nowhere:
        print_notes([f"{len(people)} people of the folds are in no data set: {some(people)}"])
    for note in made.notes[:MOST_NOTES]:
        echo(f"  {note}", err=True)
    if (more := len(made.notes) - MOST_NOTES) > 0:
        echo(f"  … and {more} more notes; they are in the transcripts and in --json", err=True)
    echo(f"wrote {made.out}; use them with: mgllm run --gestures {made.out}", err=True)


def _print_annotated(made: Labels) -> None:
    """Of labels."""
    empty = f", {made.empty} of them without gestures" if made.empty else ""
    echo(f"{made.transcripts} transcripts{empty}, {made.gestures} gestures, annotated")
    print_notes(made.notes)
    echo(f"wrote {made.out}; use them with: mgllm run --gestures {made.out}", err=True)


def _print_transcribed_files(made: TranscribedFiles) -> None:
    """Of videos and skeleton files: a line each."""
    for one in made.items:
        again = ", poses kept from before" if one.poses_kept else ""
        partial = ", partial" if one.partial else ""
        echo(f"{one.item}: {one.seconds:.1f} s, {one.gestures} gestures{_groups(one.levels)}{partial}{again}")
        for note in one.notes:
            echo(f"  {one.item}: {note}", err=True)
    if not made.items:
        return
    found = f"{made.gestures} gestures{_groups(made.levels)}"
    counts = f"{len(made.items)} transcripts, {found}, recognized"
    echo(f"{counts}: {_exposures(made.exposures)}")
    echo(f"wrote {made.out}; look at *.overlay.png before you use them", err=True)


def _groups(levels: Mapping[Any, int]) -> str:
    """How many gestures are known by their group alone; nothing if there are none."""
    return f" ({levels['group']} of them only as groups)" if levels["group"] else ""


def _exposures(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
