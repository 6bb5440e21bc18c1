"""`mgllm transcribe`: videos and skeletons into gesture transcripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

OF_SETS = ("cross_fit", "by", "clips", "seed")
OF_FILES = ("crop", "anonymous", "subject")
ALL_BAD, SOME_BAD = 2, 1


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("transcribe")(transcribe)


def transcribe(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT...", help="Videos, *.skeleton.npz files, or one skeleton data set."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write into; nothing is written over.")],
    checkpoint: Annotated[Path | None, option("--checkpoint", "Folder of a recogniser with classes.")] = None,
    crop: Annotated[
        str | None, option("--crop", "Look at a part of the picture: X,Y,W,H in pixels or percent.")
    ] = None,
    subject: Annotated[str | None, option("--subject", "Who is seen in the videos.")] = None,
    anonymous: Annotated[
        bool, option("--anonymous", "Items are clip-0001 …; no file names, no pixels in what is written.")
    ] = False,
    cross_fit: Annotated[
        int | None, option("--cross-fit", "Train K recognisers on the data set, each without a part of it.")
    ] = None,
    by: Annotated[str | None, option("--by", "Column that parts keep together. Default: subject")] = None,
    on: Annotated[str | None, option("--on", "Clips to read: column=values. Default: all")] = None,
    clips: Annotated[
        str | None, option("--clips", "auto, recordings, or trimmed (one gesture a clip).")
    ] = None,
    seed: o.Seed = None,
    sets: Annotated[
        list[str] | None, option("--set", "NAME=VALUE: timeline.windows.seconds=1.5. Repeatable.")
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Write what gestures a recogniser sees, as a transcript for each recording."""
    from mgllm.cli.printing import print_json
    from mgllm.cli.telling_transcripts import print_transcribed, print_transcribed_files
    from mgllm.commands._options import parse_options
    from mgllm.commands.transcribe_files import FileOptions, transcribe_files
    from mgllm.commands.transcribe_sets import TranscribeOptions
    from mgllm.commands.transcribe_sets import transcribe as of_set

    said = o.given(context, "sources", "out", "sets", "display", "json")
    if len(sources) == 1 and (sources[0].is_dir() or "cross_fit" in said):
        _refuse(said, OF_FILES, f"{sources[0]} is read as a skeleton data set", "videos")
        options = parse_options(TranscribeOptions, said, sets or [])
        made = of_set(sources[0], out, options, display=o.display(display))
        print_json(made.model_dump(mode="json")) if json else print_transcribed(made)
        return
    _refuse(said, OF_SETS, "these are single recordings", "skeleton data sets")
    choices = parse_options(FileOptions, said, sets or [])
    written = transcribe_files(sources, out, choices, display=o.display(display))
    print_json(written.model_dump(mode="json")) if json else print_transcribed_files(written)
    if written.problems:
        for problem in written.problems:
            typer.echo(f"mgllm: {problem}", err=True)
        raise typer.Exit(SOME_BAD if written.items else ALL_BAD)


def _refuse(said: dict[str, object], flags: tuple[str, ...], what: str, other: str) -> None:
    """See that no flag was given that would not be heeded."""
    from mgllm.errors import InputError

    if useless := [flag for flag in flags if flag in said]:
        raise InputError(f"--{useless[0].replace('_', '-')} is for {other}; {what}")
