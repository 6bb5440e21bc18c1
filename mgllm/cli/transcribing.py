"""`mgllm transcribe`: skeletons into gesture transcripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("transcribe")(transcribe)


def transcribe(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of a skeleton data set.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the *.mg.json files.")],
    checkpoint: Annotated[Path | None, option("--checkpoint", "Folder of a recogniser with classes.")] = None,
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
    from mgllm.cli.telling import print_json
    from mgllm.flows.recognizer_options import options_from
    from mgllm.flows.transcribe import TranscribeOptions
    from mgllm.flows.transcribe import transcribe as flow

    said = o.given(context, "source", "out", "sets", "display", "json")
    options = options_from(TranscribeOptions, said, sets or [])
    made = flow(source, out, options, display=o.display(display))
    if json:
        print_json(made.model_dump(mode="json"))
        return
    exposures = ", ".join(f"{count} {name}" for name, count in made.exposures.items())
    typer.echo(f"{made.transcripts} transcripts, {made.gestures} gestures, {made.source}: {exposures}")
    typer.echo(f"wrote {made.out}; use them with: mgllm run --gestures {made.out}", err=True)
