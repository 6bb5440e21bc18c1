"""`mgllm listen`: what is said in recordings, as captions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("listen")(listen)


def listen(
    context: typer.Context,
    sources: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sound or video files.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the *.srt; nothing is written over.")],
    model: Annotated[
        Path,
        option(
            "--model",
            "Folder of a Whisper model in CTranslate2's form; no name.",
            envvar="MGLLM_SPEECH_MODEL",
        ),
    ],
    language: Annotated[str | None, option("--language", "Such as en. Default: heard in each file")] = None,
    compute_type: Annotated[str | None, option("--compute-type", "int8 or float32. Default: int8")] = None,
    threads: Annotated[
        int | None, option("--threads", "Of the processor. Default: OMP_NUM_THREADS, else 4")
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Write what is said as captions, which `mgllm items join --speech` reads. Nothing is downloaded."""
    from mgllm.cli.printing import print_json, print_listened
    from mgllm.commands._options import parse_options
    from mgllm.commands.listen import listen as flow
    from mgllm.media.listening import ListenOptions

    said = o.given(context, "sources", "out", "display", "json")
    listened = flow(sources, out, parse_options(ListenOptions, said), display=o.display(display))
    if json:
        print_json(listened.model_dump(mode="json"))
    else:
        print_listened(listened)
    for line in listened.failures:
        typer.echo(f"mgllm: {line}", err=True)
    raise typer.Exit(listened.exit_code)
