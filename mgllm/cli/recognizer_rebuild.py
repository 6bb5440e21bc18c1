"""`mgllm recognizer rebuild`: the recogniser that ships, from nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.recognizer import Out, Sets, recognizer


def register(_app: typer.Typer) -> None:
    """Put the command beside the recogniser's others."""
    recognizer.command("rebuild")(rebuild)


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
    from mgllm.cli.printing import print_json
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.rebuild import RebuildOptions
    from mgllm.commands.recognizer.rebuild import rebuild as flow

    said = o.given(context, "out", "joints", "sets", "display", "json")
    said |= {"joints": o.split_names(joints)} if joints else {}
    options = parse_options(RebuildOptions, said, sets or [])
    shown = o.display(display)
    made = flow(out, options, display=shown, say=_quiet if shown == "none" else _say)
    if json:
        print_json(made.model_dump(mode="json"))
        return
    typer.echo(
        f"{made.classes} classes, {made.bytes / 1e6:.1f} MB, logits divided by {made.temperature:.2f}, "
        f"sha256 {made.sha256[:12]}"
    )
    typer.echo(f"checkpoint: {made.checkpoint}; use it: mgllm transcribe … --checkpoint", err=True)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _quiet(_line: str) -> None:
    return
