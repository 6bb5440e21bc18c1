"""`mgllm compare`, `mgllm runs`, `mgllm show`: reading what was run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("compare")(compare)
    app.command("runs")(runs)
    app.command("show")(show)


def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN…", help="Folders or names of runs, or latest.")],
    against: Annotated[
        str | None, option("--against", "The same arm between runs: subtract this one.")
    ] = None,
    table_format: Annotated[str, option("--format", "md, csv, tex, html or json.")] = "md",
    fail_if: Annotated[
        list[str] | None, option("--fail-if", "'text+mg<text' or 'text+mg<=text': exit 4 if so. Repeatable.")
    ] = None,
    pairs: Annotated[
        list[str] | None, option("--pair", "ARM,ARM: also the first less the second. Repeatable.")
    ] = None,
    margin: Annotated[
        float | None, option("--margin", "Points: are accuracies equivalent within ±D? Two one-sided tests.")
    ] = None,
    redact: Annotated[
        bool, option("--redact", "Leave run ids, ids of items, file and folder names out.")
    ] = False,
    by: Annotated[str | None, option("--by", "A covariate of the items: each value is a slice.")] = None,
    items: Annotated[str | None, option("--items", "With --by: the item set asked, if it has moved.")] = None,
    shape: Annotated[
        str, option("--shape", "tables; wide: a contrast a line; long: a number a line.")
    ] = "tables",
    ids: Annotated[bool, option("--ids", "Name the items gained and lost.")] = False,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Compare arms against the baseline arm, over one or more runs."""
    from mgllm.analysis import render
    from mgllm.commands.compare import compare as compare_flow
    from mgllm.commands.compare import failed_gates
    from mgllm.errors import GateFailed

    folder = results or Path("results")
    summary = compare_flow(
        names, against=against, results=folder, redact=redact, by=by, items=items, pairs=_pairs(pairs)
    )
    within = None if margin is None else margin / 100
    form = "json" if json else table_format
    table = render(summary, form, margin=within, shape=shape, ids=ids)
    failures = failed_gates(summary, fail_if or [])
    typer.echo(table.rstrip("\n"))
    if failures:
        raise GateFailed("; ".join(failures))


def _pairs(words: list[str] | None) -> list[tuple[str, str]]:
    from mgllm.errors import InputError

    found = []
    for word in words or ():
        arms = o.split_names(word) or ()
        if len(arms) != 2:
            raise InputError(f"--pair '{word}' is not two arms; write 'text+mg,mg'")
        found.append((arms[0], arms[1]))
    return found


def runs(results: o.Results = None, json: o.Json = False) -> None:
    """List the runs that there are."""
    from mgllm.cli.printing import print_json, print_runs
    from mgllm.commands.show import list_runs

    lines = list_runs(results or Path("results"))
    if json:
        print_json([line.model_dump(mode="json") for line in lines])
    else:
        print_runs(lines)


def show(
    run: Annotated[str, typer.Argument(help="Folder or name of a run, or latest.")],
    item: Annotated[str | None, option("--item", "Id of an item: its prompts and replies.")] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Show a run, or one item's prompts and replies side by side."""
    from mgllm.cli.printing import print_json, print_shown
    from mgllm.commands.show import show_run

    shown = show_run(run, results or Path("results"), item)
    if json:
        print_json(shown.model_dump(mode="json", by_alias=True))
    else:
        print_shown(shown)
