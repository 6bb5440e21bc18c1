"""`mgllm human`: the same questions put to people, and their answers as a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

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
    from mgllm.cli.telling_human import print_export
    from mgllm.commands._options import from_flat
    from mgllm.commands.human_export import human_export

    said = o.given(context, "scenario", "raters", "out", "consent", "json")
    said |= {"arms": o.split_names(said["arms"])} if "arms" in said else {}
    options = from_flat(said | {"model": "human", "scenarios": (scenario,)})
    print_export(human_export(options, raters, out, consent), as_json=json)


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
    from mgllm.cli.telling_human import print_import
    from mgllm.commands.human_import import human_import

    print_import(human_import(plan, files, results or Path("results")), as_json=json)
