"""`mgllm synth`: made-up micro-gestures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.commands.synth import SynthReport


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("synth", cls=PlainCommand, rich_help_panel=o.GESTURES)(synth)


def synth(
    context: typer.Context,
    out: Annotated[
        Path | None,
        option(
            "--out",
            "Folder to write; it must not have clips/ or recordings/ in it.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ] = None,
    clips: Annotated[
        int | None, option("--clips", "Number of clips, one gesture each.", default="0", heading=o.ASKED)
    ] = None,
    recordings: Annotated[
        int | None,
        option(
            "--recordings",
            "Number of longer recordings, with the true times of gestures.",
            default="0",
            heading=o.ASKED,
        ),
    ] = None,
    minutes: Annotated[
        float | None, option("--minutes", "Length of a recording.", default="5", heading=o.ASKED)
    ] = None,
    noise: Annotated[
        float | None,
        option(
            "--noise",
            "Factor on the errors of the pose detector; 0: no errors.",
            default="1; 0 in previews",
            heading=o.ASKED,
        ),
    ] = None,
    illustrative: Annotated[
        bool,
        option(
            "--illustrative",
            "Also write when hands move with the speech.",
            heading=o.ASKED,
        ),
    ] = False,
    preview: Annotated[
        tuple[str, Path] | None,
        option(
            "--preview",
            "Draw a moving picture of one gesture, or of another movement ('at rest').",
            kind="GESTURE FILE.gif",
            envvar=None,
            heading=o.FILES,
        ),
    ] = None,
    seed: o.Seed = None,
    json: o.Json = False,
) -> None:
    """Make up micro-gestures as skeletons of an upper body. No person's data is in them."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.synth import SynthOptions, synthesize
    from mgllm.errors import InputError

    options = parse_options(SynthOptions, o.given(context, "out", "preview", "json"))
    if preview is not None:
        from mgllm.synthetic import draw_preview

        draw_preview(preview[0], preview[1], seed=options.seed, noise=noise or 0.0)
        echo(f"wrote {preview[1]}", err=True)
        if out is None and not (clips or recordings):
            return
    if out is None:
        raise InputError("-o FOLDER is missing: name the folder for clips and recordings")
    report = synthesize(out, options)
    print_made(report, _print, as_json=json)


def _print(report: SynthReport) -> None:
    if report.clips:
        echo(f"{report.clips:,} clips of {report.bodies:,} made-up bodies, {report.classes} classes")
    if report.recordings:
        echo(f"{report.recordings:,} recordings with {report.gestures:,} gestures")
    echo(f"{report.frames:,} frames in all; not made, because the skeleton cannot show them: ", nl=False)
    echo("; ".join(report.hidden))
    echo(report.caution)
    print_notes(report.notes)
    print_written(report.folders)
