"""`mgllm human`: the same questions put to people, and their answers as a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.printing import print_json, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.human_export import HumanExport
    from mgllm.commands.human_import import HumanImport

human = typer.Typer(help="The same questions put to people: forms out, answers in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(human, name="human")


@human.command("export")
def export(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a YAML file.")],
    raters: Annotated[int, option("--raters", "People asked: at least two for each arm.")],
    out: Annotated[Path, option("--out", "A new folder for the forms.", "-o")],
    arms: Annotated[str | None, option("--arms", "Arms, by commas. Default: text,text+mg")] = None,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    limit: o.Limit = None,
    seed: o.Seed = None,
    paraphrase: o.Paraphrase = None,
    confusion: o.Confusion = None,
    consent: Annotated[
        Path | None, option("--consent", "Text that raters agree to, instead of mgllm's own.")
    ] = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Write a self-contained form per rater; nobody sees an item twice."""
    from mgllm.commands._options import from_flat
    from mgllm.commands.human_export import human_export

    said = o.given(context, "scenario", "raters", "out", "consent", "json")
    options = from_flat(said | {"model": "human", "scenarios": (scenario,)})
    print_made(human_export(options, raters, out, consent), _print_export, as_json=json)


@human.command("import")
def import_(
    plan: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `human export` wrote.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="The raters' files, or folders of them.")
    ],
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Make a run of the raters' files; compare and report read it like a model's."""
    from mgllm.commands.human_import import human_import

    _print_import(human_import(plan, files, results or Path("results")), as_json=json)


def _print_export(written: HumanExport) -> None:
    """Forms that were written, and what to mind."""
    typer.echo(
        f"{written.forms} forms of {written.items} texts about {written.subjects} people, about "
        f"{written.minutes} minutes each; arms {', '.join(written.arms)}, at least {written.fewest} raters "
        "an item and arm"
    )
    print_notes(written.notes)
    if written.restricted:
        typer.echo(
            f"note: {written.restricted} items are restricted by their licence; give the forms only to "
            "people whom it covers",
            err=True,
        )
    typer.echo("note: plan.json knows the truth; no rater may see it. This is no ethics approval", err=True)
    typer.echo(f"wrote {written.out}; next: {written.out / 'README.txt'}", err=True)


def _print_import(read: HumanImport, *, as_json: bool) -> None:
    """The run of the people, and what is missing in it."""
    if as_json:
        summary = read.finished.summary.model_dump(mode="json", by_alias=True)
        print_json({"run": str(read.finished.folder), "raters": read.raters, **_gaps(read), **summary})
    else:
        typer.echo(read.finished.table)
    if read.missing_raters:
        typer.echo(f"note: no file of {', '.join(read.missing_raters)}", err=True)
    if read.unanswered:
        typer.echo(f"note: {read.unanswered} texts shown to these raters are not answered", err=True)
    if read.unsure:
        typer.echo(f'note: {read.unsure} times "I cannot tell", counted as refused', err=True)
    if read.thin:
        typer.echo(f"note: {read.thin} items have fewer than two ratings in some arm", err=True)
    typer.echo(f"run: {read.finished.folder} ({read.raters} raters)", err=True)


def _gaps(read: HumanImport) -> dict[str, object]:
    return {
        "missing_raters": list(read.missing_raters),
        "unanswered": read.unanswered,
        "unsure": read.unsure,
        "thin_items": read.thin,
    }
