"""`mgllm import`: data sets and annotations into folders that the next stage can start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("import")(import_)


def import_(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="Name of the format, such as rltd.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder or file of the data set.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder to write; never one with these files in it.")
    ],
    json: o.Json = False,
) -> None:
    """Import a data set: always into a folder."""
    from mgllm.cli.telling import print_import, print_json
    from mgllm.flows.importing import import_dataset

    report = import_dataset(format_name, source, out)
    if json:
        print_json(report.model_dump(mode="json"))
    else:
        print_import(report)
