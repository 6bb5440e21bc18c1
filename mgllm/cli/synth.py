"""`mgllm synth`: made-up micro-gestures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.printing import print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.commands.synth import SynthReport


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("synth")(synth)


def synth(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder to write; clips/ and recordings/ must not be in it."),
    ] = None,
    clips: Annotated[int | None, option("--clips", "Trimmed clips, one gesture each.")] = None,
    recordings: Annotated[
        int | None, option("--recordings", "Untrimmed recordings with their truth.")
    ] = None,
    minutes: Annotated[float | None, option("--minutes", "Length of a recording. Default: 5")] = None,
    noise: Annotated[
        float | None, option("--noise", "Factor on the detector's faults; 0: none. Default: 1, in previews 0")
    ] = None,
    illustrative: Annotated[
        bool, option("--illustrative", "The truth also tells when hands go with speech.")
    ] = False,
    preview: Annotated[
        tuple[str, Path] | None,
        typer.Option("--preview", metavar="CLASS FILE.gif", help="Animated picture of a class, to judge it."),
    ] = None,
    seed: o.Seed = None,
    json: o.Json = False,
) -> None:
    """Make up micro-gestures: skeleton data sets of a kinematic upper body. No person's data is in them."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.synth import SynthOptions, synthesize
    from mgllm.errors import InputError

    options = parse_options(SynthOptions, o.given(context, "out", "preview", "json"))
    if preview is not None:
        from mgllm.synthetic import draw_preview

        draw_preview(preview[0], preview[1], seed=options.seed, noise=noise or 0.0)
        typer.echo(f"wrote {preview[1]}", err=True)
        if out is None and not (clips or recordings):
            return
    if out is None:
        raise InputError("-o DIR is missing: say where clips and recordings are to be written")
    report = synthesize(out, options)
    print_made(report, _print, as_json=json)


def _print(report: SynthReport) -> None:
    if report.clips:
        typer.echo(f"{report.clips:,} clips of {report.bodies:,} made-up bodies, {report.classes} classes")
    if report.recordings:
        typer.echo(f"{report.recordings:,} recordings with {report.gestures:,} gestures")
    typer.echo(f"{report.frames:,} frames in all; not made, since the layout cannot show them: ", nl=False)
    typer.echo("; ".join(report.hidden))
    typer.echo(report.caution)
    print_notes(report.notes)
    print_written(report.folders)
