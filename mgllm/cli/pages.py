"""`mgllm report` and `mgllm view`: the page of a run, as a file or served on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_json
from mgllm.cli.run_names import Against, Names, named

PageItems = Annotated[
    str | None,
    option(
        "--items",
        "Item file of the runs, for times of gestures and speech.",
        kind="FILE",
        heading=o.FILES,
    ),
]
Redact = Annotated[bool, option("--redact", "Leave out run ids and names of files.", heading=o.OUTPUT)]
NoText = Annotated[bool, option("--no-text", "Leave out prompts and replies.", heading=o.OUTPUT)]


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    for command in (report, view):
        app.command(command.__name__, cls=PlainCommand, rich_help_panel=o.READ)(command)


def report(
    names: Names = None,
    out: Annotated[
        Path, option("--out", "The page's file.", "-o", default="report.html", heading=o.FILES)
    ] = Path("report.html"),
    against: Against = None,
    items: PageItems = None,
    redact: Redact = False,
    no_text: NoText = False,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Write one page, a single file: summary, pictures, and every item down to its prompts."""
    from mgllm.commands._page_content import PageOptions
    from mgllm.commands.report import report as report_flow

    options = PageOptions(against, items, redact, not no_text, results or Path("results"))
    written = report_flow(named(names, options.results, "report"), out, options)
    if json:
        print_json({"page": str(written.path), "bytes": written.size, "records": written.records})
    else:
        echo(f"{written.path}: {written.records} records, {written.size / 1e6:.1f} MB")


def view(
    names: Names = None,
    port: Annotated[int, option("--port", "Port on 127.0.0.1.", default="a free one", heading=o.OUTPUT)] = 0,
    against: Against = None,
    items: PageItems = None,
    redact: Redact = False,
    no_text: NoText = False,
    results: o.Results = None,
) -> None:
    """Serve the page on this machine alone until Ctrl-C; it follows a run that is going on."""
    from mgllm.commands._page_content import PageOptions
    from mgllm.commands.view import view as view_flow

    options = PageOptions(against, items, redact, not no_text, results or Path("results"))
    server = view_flow(named(names, options.results, "view"), options, port)
    echo(server.address)
    echo("open it in a browser; Ctrl-C ends it", err=True)
    server.serve()
