"""`mgllm compare`, `runs` and `show`: reading what was run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, echo_file, echo_wrapped, print_json, print_json_text, print_made
from mgllm.cli.run_names import Against, Names, named

if TYPE_CHECKING:
    from mgllm.commands.runs import RunLine
    from mgllm.commands.show import ShownRun
    from mgllm.records import Record


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    for command in (compare, runs, show):
        app.command(command.__name__, cls=PlainCommand, rich_help_panel=o.READ)(command)


def compare(
    names: Names = None,
    against: Against = None,
    table_format: Annotated[
        str, option("--format", "Of the tables.", kind="NAME", default="md", heading=o.TABLES)
    ] = "md",
    fail_if: Annotated[
        list[str] | None,
        option(
            "--fail-if",
            "'text+mg<text': exit 4 if the whole interval is below 0. 'text+mg<=text': exit 4 if it is not "
            "wholly above 0. Repeatable.",
            kind="RULE",
            heading=o.OUTPUT,
        ),
    ] = None,
    pairs: Annotated[
        list[str] | None,
        option(
            "--pair",
            "Also show the first arm minus the second. Repeatable.",
            kind="ARM,ARM",
            heading=o.COMPARED,
        ),
    ] = None,
    margin: Annotated[
        float | None,
        option(
            "--margin",
            "Are accuracies equivalent within ±X points? Two one-sided tests.",
            heading=o.COMPARED,
        ),
    ] = None,
    redact: Annotated[
        bool, option("--redact", "Leave out ids of runs and items, and names of files.", heading=o.OUTPUT)
    ] = False,
    by: Annotated[
        str | None,
        option(
            "--by",
            "A covariate of the items, or exposure: a table for each of its values.",
            kind="NAME",
            heading=o.COMPARED,
        ),
    ] = None,
    items: Annotated[
        str | None,
        option("--items", "With --by: the item file, if it has moved.", kind="FILE", heading=o.COMPARED),
    ] = None,
    shape: Annotated[
        str,
        option(
            "--shape",
            "wide: a row for each comparison; long: a row for each number.",
            kind="NAME",
            default="tables",
            heading=o.TABLES,
        ),
    ] = "tables",
    ids: Annotated[
        bool, option("--ids", "Name the items that changed from wrong to right or back.", heading=o.TABLES)
    ] = False,
    plot: Annotated[
        Path | None,
        option(
            "--plot",
            "Also draw all models in one plot: F.svg, F.png or F.pdf.",
            kind="FILE",
            heading=o.TABLES,
        ),
    ] = None,
    plot_of: Annotated[
        str,
        option(
            "--plot-of",
            "Differences between arms (forest), or the accuracy of each arm.",
            kind="NAME",
            default="forest",
            heading=o.TABLES,
        ),
    ] = "forest",
    full: Annotated[
        bool,
        option(
            "--full",
            "Every table and note, not only the verdict, models by arms, and claims.",
            heading=o.TABLES,
        ),
    ] = False,
    tables: Annotated[
        list[str] | None,
        option("--table", "This table alone, in any format. Repeatable.", kind="NAME", heading=o.TABLES),
    ] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Show what the gestures did in one or more runs: a verdict, models by arms, claims."""
    from mgllm.analysis import gate, render
    from mgllm.commands.compare import compare as compare_flow
    from mgllm.errors import GateFailed
    from mgllm.pages.plots.saving import check_plot, save_plot

    if plot is not None:
        check_plot(plot, plot_of)
    folder = results or Path("results")
    summary = compare_flow(
        named(names, folder, "compare"),
        against=against,
        results=folder,
        redact=redact,
        by=by,
        items=items,
        pairs=_pairs(pairs),
    )
    within = None if margin is None else margin / 100
    form = "json" if json else table_format
    table = render(
        summary, form, margin=within, brief=not full, shape=shape, ids=ids,
        pairs=_pairs(pairs), tables=tables or (),
    )  # fmt: skip
    failures = [why for expression in fail_if or [] if (why := gate(summary, expression)) is not None]
    if form == "json":
        print_json_text(table)
    else:
        (echo if form == "md" else echo_file)(table.rstrip("\n"))
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
    run: Annotated[str | None, typer.Argument(help="Folder or name of a run, or latest.")] = None,
    item: Annotated[
        str | None, option("--item", "Id of an item: its prompts and replies.", kind="ID", heading=o.ASKED)
    ] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Show a run, or one item's prompts and replies side by side."""
    from mgllm.commands.show import show_run

    folder = results or Path("results")
    (name,) = named([run] if run else None, folder, "show")
    print_made(show_run(name, folder, item), _print_shown, as_json=json, by_alias=True)


def _print_runs(lines: tuple[RunLine, ...]) -> None:
    """All runs: a name, and what was asked."""
    for line in lines:
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(line.outcomes.items()))
        facts = (line.model, ", ".join(line.scenarios), outcomes or "no records")
        echo(line.run)
        echo_wrapped(f"  {' · '.join(facts)}", hang=2)
    if not lines:
        echo("no runs yet; make one with: mgllm run --model local", err=True)


def _print_shown(run: ShownRun) -> None:
    """A run's facts, or an item's prompts and replies."""
    from mgllm.records import Cell, prompt_text

    if not run.answers:
        _print_facts(run)
        return
    for answer in run.answers:
        record = answer.record
        asked = record.arm if record.probe is None else f"probe {record.probe}"
        head = f"{record.scenario} / {record.item} / {asked}"
        turn = f" epoch {record.epoch} shuffle {record.shuffle}" if record.epoch or record.shuffle else ""
        of_sweep = Cell(wording=record.wording, order=record.order, style=record.style)
        cell = f" cell {record.cell} ({of_sweep.words})" if record.cell else ""
        echo(f"=== {head}{turn}{cell} " + "=" * max(3, 70 - len(head)))
        kept = prompt_text(answer.prompt) if answer.prompt else ""
        echo(kept or f"(prompt {record.prompt_sha256[:12]}, text not kept)")
        echo_wrapped(f"→ {' · '.join([_said(record), *answer.remarks])}", hang=2)
        echo()


def _print_facts(run: ShownRun) -> None:
    manifest = run.manifest
    echo(manifest.id)
    echo_wrapped(f"model {manifest.model}, seed {manifest.seed}, made {manifest.created}", hang=2)
    for scenario in manifest.scenarios:
        size = f"{scenario.items_asked} items, {scenario.subjects} subjects"
        manner = (
            f"{scenario.form}, {scenario.reasoning}, {scenario.score}, cues {scenario.cue_source or 'none'}"
        )
        about = f"  {scenario.name} v{scenario.version}: {size}, {manner}; arms {', '.join(scenario.arms)}"
        echo_wrapped(about, hang=4)
    echo_wrapped(f"items: {', '.join(run.items[:6])}{' …' if len(run.items) > 6 else ''}", hang=7)
    echo("See one of them: mgllm show RUN --item ID")


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
