"""`mgllm listen`: what is said in recordings, as captions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.listen import Listened


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("listen", cls=PlainCommand, rich_help_panel=o.GESTURES)(listen)


def listen(
    context: typer.Context,
    sources: Annotated[list[Path], typer.Argument(metavar="FILE …", help="Sound or video files.")],
    out: Annotated[
        Path,
        option(
            "--out",
            "Folder for *.srt files; files in it are not replaced.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ],
    model: Annotated[
        Path,
        option(
            "--model",
            "Folder of a Whisper model in the format of CTranslate2.",
            kind="FOLDER",
            envvar="MGLLM_SPEECH_MODEL",
            heading=o.MODEL,
        ),
    ],
    language: Annotated[
        str | None,
        option("--language", "Such as en.", kind="NAME", default="found in each file", heading=o.INPUT),
    ] = None,
    compute_type: Annotated[
        str | None,
        option("--compute-type", "Of the numbers.", kind="NAME", default="int8", heading=o.MODEL),
    ] = None,
    threads: Annotated[
        int | None,
        option("--threads", "Of the processor.", default="OMP_NUM_THREADS, else 4", heading=o.MODEL),
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Write what is said as captions, for mgllm items join --speech. Nothing is downloaded."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.listen import listen as flow
    from mgllm.media.listening import ListenOptions

    said = o.given(context, "sources", "out", "display", "json")
    listened = flow(sources, out, parse_options(ListenOptions, said), display=o.display(display))
    print_made(listened, _print_listened, as_json=json)
    for line in listened.failures:
        echo(f"mgllm: {line}", err=True)
    raise typer.Exit(listened.exit_code)


def _print_listened(listened: Listened) -> None:
    """Captions that were written."""
    for one in listened.files:
        echo(f"{one.source}: {one.captions} captions in {one.seconds:.1f} s, language {one.language}")
    print_notes(listened.notes)
    if listened.files:
        echo(f"wrote {listened.out}; use it with: mgllm items join --speech {listened.out}", err=True)
