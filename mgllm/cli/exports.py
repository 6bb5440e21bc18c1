"""`mgllm export`: gesture transcripts into the formats of annotation tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("export")(export)


def export(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="eaf, csv or miga.")],
    sources: Annotated[
        list[Path], typer.Argument(metavar="SRC...", help="*.mg.json files, or folders of them.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write into; nothing is written over.")],
    fps: Annotated[float | None, option("--fps", "Frames a second of the recordings (miga).")] = None,
    json: o.Json = False,
) -> None:
    """Write gesture transcripts as ELAN files, tables or MiGA label files."""
    from mgllm.cli.printing import print_export, print_json
    from mgllm.commands._options import parse_options
    from mgllm.commands.export import export_transcripts
    from mgllm.exports.base import ExportChoices

    said = o.given(context, "format_name", "sources", "out", "json")
    report = export_transcripts(format_name, sources, out, parse_options(ExportChoices, said))
    if json:
        print_json(report.model_dump(mode="json"))
    else:
        print_export(report)
