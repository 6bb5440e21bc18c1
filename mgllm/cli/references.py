"""`mgllm items references`: what is possible without a language model; and `items baseline`, its
old name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.items import items_group
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.commands.references import ReferencesReport

Given = Annotated[str, typer.Argument(metavar="ITEMS", help="A JSONL file, or anything that --items takes.")]
REPLACED = (
    "items baseline is now items references, and its name goes with the next release; the old number was "
    "wrong on balanced sets"
)


def register(app: typer.Typer) -> None:
    """Put the commands into the group of items; the application has it already."""
    items_group.command("references", cls=PlainCommand)(references)
    items_group.command("baseline", cls=PlainCommand)(baseline)


def references(
    context: typer.Context,
    items: Given,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    split: Annotated[
        str | None,
        option(
            "--split",
            "A covariate with the values train and test: learn from the one, guess the other.",
            kind="COLUMN",
            default="folds of people",
            heading=o.ASKED,
        ),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        option(
            "--covariate", "Only this covariate. Repeatable.", kind="NAME", default="all", heading=o.ASKED
        ),
    ] = None,
    seed: o.Seed = None,
    out: Annotated[
        Path | None,
        option(
            "--out",
            "Folder to write the table and predictions.csv to.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Guess the target without a language model: from facts, speech and gestures, in folds of
    people.
    """
    _show(o.given(context, "json"), as_json=json)


def baseline(
    context: typer.Context,
    items: Given,
    covariate: Annotated[
        str,
        option("--covariate", "The fact to guess from.", kind="NAME", default="sex", heading=o.ASKED),
    ] = "sex",
    json: o.Json = False,
) -> None:
    """The old name of `mgllm items references --covariate NAME`."""
    print_notes([REPLACED])
    _show({"items": items, "covariate": (covariate,)}, as_json=json)


def _show(said: dict[str, Any], *, as_json: bool) -> None:
    from mgllm.commands._options import parse_options
    from mgllm.commands.references import ReferencesOptions, references as make

    places = {name: f"choices.{name}" for name in ("cue_source", "split", "covariate", "seed")}
    print_made(make(parse_options(ReferencesOptions, said, places=places)), _print, as_json=as_json)


def _print(made: ReferencesReport) -> None:
    """The table, as runs show it."""
    from mgllm.analysis.tables.markdown import table_text
    from mgllm.analysis.tables.reference_tables import reference_table

    print_notes(made.notes)
    echo(table_text(reference_table(made.references)))
    print_written(made.files)
