"""`mgllm compare`, `runs`, `show`, `report` and `view`: reading what was run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.printing import print_json, print_made, shown

if TYPE_CHECKING:
    from mgllm.commands.runs import RunLine
    from mgllm.commands.show import ShownRun
    from mgllm.records import Record

Names = Annotated[list[str], typer.Argument(metavar="RUN…", help="Folders or names of runs, or latest.")]
Against = Annotated[str | None, option("--against", "The same arm between runs: subtract this one.")]
PageItems = Annotated[
    str | None, option("--items", "Item file of the runs, for times of gestures and speech.")
]
Redact = Annotated[bool, option("--redact", "Leave run ids, file and folder names out.")]
NoText = Annotated[bool, option("--no-text", "Leave prompts and replies out.")]


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("compare")(compare)
    app.command("runs")(runs)
    app.command("show")(show)
    app.command("report")(report)
    app.command("view")(view)


def compare(
    names: Names,
    against: Against = None,
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
    by: Annotated[
        str | None, option("--by", "A covariate of the items, or exposure: each value is a slice.")
    ] = None,
    items: Annotated[str | None, option("--items", "With --by: the item set asked, if it has moved.")] = None,
    shape: Annotated[
        str, option("--shape", "tables; wide: a contrast a line; long: a number a line.")
    ] = "tables",
    ids: Annotated[bool, option("--ids", "Name the items gained and lost.")] = False,
    plot: Annotated[
        Path | None, option("--plot", "Also draw all models in one plot: F.svg, F.png or F.pdf.")
    ] = None,
    plot_of: Annotated[
        str, option("--plot-of", "forest: differences between arms; accuracy: of each arm.")
    ] = "forest",
    full: Annotated[
        bool, option("--full", "Every table and note, not only the verdict, models by arms and claims.")
    ] = False,
    tables: Annotated[
        list[str] | None,
        option("--table", "One table by name, in any format: models, claims, checks … Repeatable."),
    ] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """What the gestures did, over one or more runs: a verdict, models by arms, claims."""
    from mgllm.analysis import gate, render
    from mgllm.commands.compare import compare as compare_flow
    from mgllm.errors import GateFailed
    from mgllm.pages.plots.saving import check_plot, save_plot

    if plot is not None:
        check_plot(plot, plot_of)
    folder = results or Path("results")
    summary = compare_flow(
        names, against=against, results=folder, redact=redact, by=by, items=items, pairs=_pairs(pairs)
    )
    within = None if margin is None else margin / 100
    form = "json" if json else table_format
    table = render(
        summary, form, margin=within, brief=not full, shape=shape, ids=ids,
        pairs=_pairs(pairs), tables=tables or (),
    )  # fmt: skip
    failures = [why for expression in fail_if or [] if (why := gate(summary, expression)) is not None]
    typer.echo((shown(table) if form == "md" else table).rstrip("\n"))
    if plot is not None:
        save_plot(summary, plot, plot_of)
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
    from mgllm.commands.runs import list_runs

    lines = list_runs(results or Path("results"))
    if json:
        print_json([line.model_dump(mode="json") for line in lines])
    else:
        _print_runs(lines)


def show(
    run: Annotated[str, typer.Argument(help="Folder or name of a run, or latest.")],
    item: Annotated[str | None, option("--item", "Id of an item: its prompts and replies.")] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Show a run, or one item's prompts and replies side by side."""
    from mgllm.commands.show import show_run

    shown = show_run(run, results or Path("results"), item)
    print_made(shown, _print_shown, as_json=json, by_alias=True)


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
    from mgllm.commands._page_content import PageOptions
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
    from mgllm.commands._page_content import PageOptions
    from mgllm.commands.view import view as view_flow

    options = PageOptions(against, items, redact, not no_text, results or Path("results"))
    server = view_flow(names, options, port)
    typer.echo(server.address)
    typer.echo("open it in a browser; Ctrl-C ends it", err=True)
    server.serve()


def _print_runs(lines: tuple[RunLine, ...]) -> None:
    """All runs, one a line."""
    for line in lines:
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(line.outcomes.items()))
        typer.echo(f"{line.run}  {line.model}  {'+'.join(line.scenarios)}  {outcomes or 'no records'}")
    if not lines:
        typer.echo("no runs yet; make one with: mgllm run --model local", err=True)


def _print_shown(shown: ShownRun) -> None:
    """A run's facts, or an item's prompts and replies."""
    from mgllm.records import prompt_text

    if not shown.answers:
        _print_facts(shown)
        return
    for answer in shown.answers:
        record = answer.record
        head = f"{record.scenario} / {record.item} / {record.arm}"
        turn = f" epoch {record.epoch} shuffle {record.shuffle}" if record.epoch or record.shuffle else ""
        typer.echo(f"=== {head}{turn} " + "=" * max(3, 70 - len(head)))
        typer.echo(
            prompt_text(answer.prompt)
            if answer.prompt
            else f"(prompt {record.prompt_sha256[:12]}, text not kept)"
        )
        typer.echo(f"→ {' · '.join([_said(record), *answer.remarks])}\n")


def _print_facts(shown: ShownRun) -> None:
    manifest = shown.manifest
    typer.echo(f"{manifest.id}\nmodel {manifest.model}, seed {manifest.seed}, made {manifest.created}")
    for scenario in manifest.scenarios:
        size = f"{scenario.items_asked} items, {scenario.subjects} subjects"
        manner = (
            f"{scenario.form}, {scenario.reasoning}, {scenario.score}, cues {scenario.cue_source or 'none'}"
        )
        typer.echo(
            f"  {scenario.name} v{scenario.version}: {size}, {manner}; arms {', '.join(scenario.arms)}"
        )
    some = ", ".join(shown.items[:6])
    typer.echo(f"items: {some}{' …' if len(shown.items) > 6 else ''}\none of them: mgllm show RUN --item ID")


def _said(record: Record) -> str:
    parts: list[str] = [record.outcome]
    if record.answer is not None:
        right = {True: " (right)", False: " (wrong)", None: ""}[record.correct]
        parts.append(f"{record.answer}{right}")
    if record.probabilities:
        parts.append(", ".join(f"P({label}) {p:.3f}" for label, p in record.probabilities.items()))
    if record.text:
        parts.append(repr(record.text))
    if record.error:
        parts.append(record.error)
    return " · ".join(parts)
