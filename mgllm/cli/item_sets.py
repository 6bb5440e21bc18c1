"""`mgllm items select` and `mgllm items set`: other sets of the same items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.items import items_group
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.select_items import SelectedItems
    from mgllm.commands.set_items import SetItems

Out = Annotated[
    Path,
    option(
        "--out", "New item file *.jsonl, or a folder for items.jsonl.", "-o", kind="FILE", heading=o.FILES
    ),
]
Set = Annotated[str, typer.Argument(metavar="ITEMS", help="A JSONL file, or anything that --items takes.")]


def register(app: typer.Typer) -> None:
    """The commands are in the group of `items`, which is on the application."""


@items_group.command("select", cls=PlainCommand)
def select(
    context: typer.Context,
    items: Set,
    out: Out,
    where: Annotated[
        list[str] | None,
        option(
            "--where",
            "NAME=VALUE,VALUE or NAME!=VALUE; NAME is id, subject, target, terms or a covariate. Repeatable.",
            kind="CONDITION",
            heading=o.ASKED,
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        option(
            "--ids",
            "A file with an id in each line, or a table with a column id, recording or video_id.",
            kind="FILE",
            heading=o.ASKED,
        ),
    ] = None,
    official: Annotated[
        str | None,
        option("--official", "A list of a published protocol.", kind="NAME", heading=o.ASKED),
    ] = None,
    json: o.Json = False,
) -> None:
    """Write the items that fit all conditions into a new file."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.select_items import SelectOptions, select_items

    options = parse_options(SelectOptions, o.given(context, "json"))
    print_made(select_items(options), _print_selected, as_json=json)


@items_group.command("set", cls=PlainCommand)
def set_(
    context: typer.Context,
    items: Set,
    out: Out,
    subjects: Annotated[
        Path | None,
        option(
            "--subjects",
            "A csv file: recording,subject or Link,Video_id,Sub_id.",
            kind="FILE",
            heading=o.INPUT,
        ),
    ] = None,
    covariates: Annotated[
        Path | None,
        option(
            "--covariates",
            "A csv file: id (or subject), and a column for each fact.",
            kind="FILE",
            heading=o.INPUT,
        ),
    ] = None,
    official: Annotated[
        str | None,
        option(
            "--official",
            "A published protocol; the covariate official says train or test.",
            kind="NAME",
            heading=o.INPUT,
        ),
    ] = None,
    clean_of: Annotated[
        list[str] | None,
        option(
            "--clean-of",
            "The covariate clean says whether a recogniser has not learned from the person: its folder, "
            "or imigue-mg-train. Repeatable.",
            kind="POOL",
            heading=o.INPUT,
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        option(
            "--dataset",
            "With --clean-of: count only people of this data set.",
            kind="NAME",
            default="all that it has learned from",
            heading=o.INPUT,
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Write all items with people and other facts from files into a new file."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.set_items import SetOptions, set_items

    options = parse_options(SetOptions, o.given(context, "json"))
    print_made(set_items(options), _print_set, as_json=json)


def _print_selected(report: SelectedItems) -> None:
    """What was selected."""
    targets = ", ".join(f"{count} {target}" for target, count in report.targets.items())
    echo(f"{report.items} of {report.of} items, {report.subjects} subjects: {targets or 'no targets'}")
    print_notes(report.notes)
    echo(f"wrote {report.file}", err=True)


def _print_set(report: SetItems) -> None:
    """What was set."""
    people = "subjects" if report.subject_known else "subjects (some are recordings)"
    facts = f"; set: {', '.join(report.covariates)}" if report.covariates else ""
    clean = f"; {report.clean} items are clean" if report.clean is not None else ""
    echo(f"{report.items} items of {report.subjects} {people}{facts}{clean}")
    print_notes(report.notes)
    echo(f"wrote {report.file}", err=True)
