"""`mgllm items from-eaf`: gestures and speech of ELAN files in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.convert import items_group
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.from_eaf import ElanItemsReport


def register(app: typer.Typer) -> None:
    """The command stands in a group that `convert` has put on the application."""


@items_group.command("from-eaf", cls=PlainCommand)
def from_eaf(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder of *.eaf files, or one file.")],
    out: Annotated[
        Path,
        option(
            "--out", "New item file *.jsonl, or a folder for items.jsonl.", "-o", kind="FILE", heading=o.FILES
        ),
    ],
    gestures_tier: Annotated[
        list[str] | None,
        option(
            "--gestures-tier",
            "Tier of gestures; MG means MG@Ann too. Repeatable.",
            kind="NAME",
            default="tiers of which a vocabulary knows half of the labels",
            heading=o.INPUT,
        ),
    ] = None,
    speech_tier: Annotated[
        list[str] | None,
        option(
            "--speech-tier",
            "Tier with what was said; its participant is the speaker. Repeatable.",
            kind="NAME",
            heading=o.INPUT,
        ),
    ] = None,
    no_speech: Annotated[bool, option("--no-speech", "Leave out what was said.", heading=o.INPUT)] = False,
    vocabulary: Annotated[
        str | None,
        option(
            "--vocabulary",
            "List of gesture names of the annotations.",
            kind="NAME",
            default="the one that fits best",
            heading=o.INPUT,
        ),
    ] = None,
    map: o.LabelMap = None,
    subject: Annotated[
        str | None, option("--subject", "The person of all recordings.", kind="NAME", heading=o.INPUT)
    ] = None,
    subjects: Annotated[
        Path | None,
        option(
            "--subjects",
            "A csv file: recording,subject, and target and other facts if you have them.",
            kind="FILE",
            default="the participant of the gestures' tier",
            heading=o.INPUT,
        ),
    ] = None,
    subject_from: Annotated[
        str | None,
        option(
            "--subject-from",
            "participant: a name in several files is one person; file: it is another one in each.",
            kind="NAME",
            heading=o.INPUT,
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Make items of ELAN files: gestures, speech with times and speakers, and who the person is."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.from_eaf import FromEafOptions, items_from_eaf

    places = {
        name: f"choices.{name}" for name in ("gestures_tier", "speech_tier", "no_speech", "vocabulary", "map")
    }
    places |= {name: f"choices.people.{name}" for name in ("subject", "subjects", "subject_from")}
    options = parse_options(FromEafOptions, o.given(context, "json"), places=places)
    print_made(items_from_eaf(options), _print_items, as_json=json)


def _print_items(report: ElanItemsReport) -> None:
    """What was written."""
    people = "subjects" if report.subject_known else "subjects (some are recordings)"
    targets = ", ".join(f"{count} {target}" for target, count in report.targets.items())
    echo(
        f"{report.items} items of {report.subjects} {people}: {targets or 'no targets'}; {report.turns} "
        f"turns, {report.gestures} gestures of {report.labels} kinds, vocabulary {report.vocabulary}"
    )
    print_notes(report.notes)
    echo(f"wrote {report.file}", err=True)
