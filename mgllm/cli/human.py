"""`mgllm human`: people are asked the same questions, and their answers become a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_json, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.human_export import HumanExport
    from mgllm.commands.human_import import HumanImport

human = typer.Typer(
    cls=PlainGroup,
    help="Ask people the same questions: write forms, read answers.",
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(human, name="human", rich_help_panel=o.ASK)


@human.command("export", cls=PlainCommand)
def export(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a YAML file.")],
    raters: Annotated[int, option("--raters", "People to ask: at least two for each arm.", heading=o.ASKED)],
    out: Annotated[
        Path, option("--out", "A new folder for the forms.", "-o", kind="FOLDER", heading=o.FILES)
    ],
    arms: Annotated[
        str | None,
        option("--arms", "Arms, separated by commas.", kind="NAMES", default="text,text+mg", heading=o.ASKED),
    ] = None,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    limit: o.Limit = None,
    seed: o.Seed = None,
    paraphrase: o.Paraphrase = None,
    confusion: o.Confusion = None,
    consent: Annotated[
        Path | None,
        option(
            "--consent",
            "Text file with what raters agree to.",
            kind="FILE",
            default="mgllm's own text",
            heading=o.FILES,
        ),
    ] = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Write a form for each rater, a file each; no rater sees an item twice."""
    from mgllm.commands._options import from_flat
    from mgllm.commands.human_export import human_export

    said = o.given(context, "scenario", "raters", "out", "consent", "json")
    options = from_flat(said | {"model": "human", "scenarios": (scenario,)})
    print_made(human_export(options, raters, out, consent), _print_export, as_json=json)


@human.command("import", cls=PlainCommand)
def import_(
    plan: Annotated[Path, typer.Argument(metavar="FOLDER", help="What mgllm human export wrote.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE …", help="The raters' files, or folders of them.")
    ],
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Make a run of the raters' files; compare and report read it like a run of a model."""
    from mgllm.commands.human_import import human_import

    _print_import(human_import(plan, files, results or Path("results")), as_json=json)


def _print_export(written: HumanExport) -> None:
    """Forms that were written, and what to look out for."""
    echo(
        f"{written.forms} forms of {written.items} texts about {written.subjects} people, about "
        f"{written.minutes} minutes each; arms {', '.join(written.arms)}, at least {written.fewest} raters "
        "an item and arm"
    )
    print_notes(written.notes)
    if written.restricted:
        echo(
            f"note: the licence restricts {written.restricted} items; give the forms only to people whom it "
            "covers",
            err=True,
        )
    echo(
        "note: plan.json has the right answers; no rater may see it. This is not an ethics approval", err=True
    )
    echo(f"wrote {written.out}; next: {written.out / 'README.txt'}", err=True)


def _print_import(read: HumanImport, *, as_json: bool) -> None:
    """The run of the people, and what is missing in it."""
    if as_json:
        summary = read.finished.summary.model_dump(mode="json", by_alias=True)
        print_json({"run": str(read.finished.folder), "raters": read.raters, **_gaps(read), **summary})
    else:
        echo(read.finished.table)
    if read.missing_raters:
        echo(f"note: there is no file from {', '.join(read.missing_raters)}", err=True)
    if read.unanswered:
        echo(f"note: {read.unanswered} texts that these raters saw are not answered", err=True)
    if read.unsure:
        echo(f"note: {read.unsure} times a rater chose no label; that counts as refused", err=True)
    if read.thin:
        echo(f"note: {read.thin} items have fewer than two ratings in an arm", err=True)
    echo(f"run: {read.finished.folder} ({read.raters} raters)", err=True)


def _gaps(read: HumanImport) -> dict[str, object]:
    return {
        "missing_raters": list(read.missing_raters),
        "unanswered": read.unanswered,
        "unsure": read.unsure,
        "thin_items": read.thin,
    }
