"""`mgllm report` and `mgllm view`: the page of a run, on disk or while the run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

Names = Annotated[list[str], typer.Argument(metavar="RUN…", help="Folders or names of runs, or latest.")]
Against = Annotated[str | None, option("--against", "The same arm between runs: subtract this one.")]
PageItems = Annotated[
    str | None, option("--items", "Item file of the runs, for times of gestures and speech.")
]
Redact = Annotated[bool, option("--redact", "Leave run ids, file and folder names out.")]
NoText = Annotated[bool, option("--no-text", "Leave prompts and replies out.")]


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("report")(report)
    app.command("view")(view)


def report(
    names: Names,
    out: Annotated[Path, option("--out", "The page's file. Default: report.html", "-o")] = Path(
        "report.html"
    ),
    against: Against = None,
    items: PageItems = None,
    redact: Redact = False,
    no_text: NoText = False,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Write one self-contained page: summary, pictures, and every item down to the prompt."""
    from mgllm.cli.printing import print_json
    from mgllm.commands.report import PageOptions
    from mgllm.commands.report import report as report_flow

    options = PageOptions(against, items, redact, not no_text, results or Path("results"))
    written = report_flow(names, out, options)
    if json:
        print_json({"page": str(written.path), "bytes": written.size, "records": written.records})
    else:
        typer.echo(f"{written.path}: {written.records} records, {written.size / 1e6:.1f} MB")


def view(
    names: Names,
    port: Annotated[int, option("--port", "Port on 127.0.0.1. Default: a free one")] = 0,
    against: Against = None,
    items: PageItems = None,
    redact: Redact = False,
    no_text: NoText = False,
    results: o.Results = None,
) -> None:
    """Serve the page on this machine alone, anew as records arrive, until Ctrl-C."""
    from mgllm.commands.report import PageOptions
    from mgllm.commands.view import view as view_flow

    options = PageOptions(against, items, redact, not no_text, results or Path("results"))
    server = view_flow(names, options, port)
    typer.echo(server.address)
    typer.echo("open it in a browser; Ctrl-C ends it", err=True)
    server.serve()
