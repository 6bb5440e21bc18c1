"""`mgllm import`: data sets and annotations into folders that the next stage can start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="Name of the format, such as rltd.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder or file of the data set.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder to write; never one with these files in it.")
    ],
    tier: Annotated[
        str | None, option("--tier", "ELAN tier, BORIS subject or VIA attribute to read.")
    ] = None,
    vocabulary: Annotated[
        str | None,
        option("--vocabulary", "Gesture vocabulary of annotations. Default: the one that fits best"),
    ] = None,
    fps: Annotated[float | None, option("--fps", "Frames a second, where files count frames (miga).")] = None,
    illustrative: Annotated[
        bool, option("--illustrative", "Keep illustrative gestures, id 99 (miga).")
    ] = False,
    json: o.Json = False,
) -> None:
    """Import a data set or annotations: always into a folder."""
    from mgllm.cli.printing import print_import, print_json
    from mgllm.commands._options import parse_options
    from mgllm.commands.import_ import import_dataset
    from mgllm.datasets.base import ImportChoices

    said = o.given(context, "format_name", "source", "out", "json")
    report = import_dataset(format_name, source, out, parse_options(ImportChoices, said))
    if json:
        print_json(report.model_dump(mode="json"))
    else:
        print_import(report)
