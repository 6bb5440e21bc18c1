"""`mgllm items`: gestures, speech and people become items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.from_eaf import ElanItemsReport
    from mgllm.commands.join import JoinedItems

items_group = typer.Typer(
    cls=PlainGroup,
    help="Join gestures and speech to items; guess without a language model.",
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(items_group, name="items", rich_help_panel=o.ITEMS)


@items_group.command("join", cls=PlainCommand)
def join(
    items: Annotated[
        str, typer.Argument(metavar="ITEMS", help="A JSONL file, or anything that --items takes.")
    ],
    out: Annotated[
        Path,
        option(
            "--out", "New item file *.jsonl, or a folder for items.jsonl.", "-o", kind="FILE", heading=o.FILES
        ),
    ],
    gestures: o.Gestures = None,
    speech: Annotated[
        Path | None,
        option(
            "--speech",
            "Folder of *.srt, *.vtt, *.json (Whisper), *.TextGrid, *.eaf or *.txt, named after items.",
            kind="FOLDER",
            heading=o.INPUT,
        ),
    ] = None,
    tier: Annotated[
        list[str] | None,
        option("--tier", "Tier that is speech (TextGrid, ELAN). Repeatable.", kind="NAME", heading=o.INPUT),
    ] = None,
    speakers: o.Speakers = None,
    unit: Annotated[
        str | None,
        option(
            "--unit", "Unit of times of speech that do not say it: s or ms.", kind="UNIT", heading=o.INPUT
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Join gestures and speech from folders to items, by item id or file name, and write a new
    file.
    """
    from mgllm.commands.join import JoinOptions, join_items

    options = JoinOptions(
        items=items,
        gestures=gestures,
        speech=speech,
        tier=tuple(tier or ()),
        speakers=speakers,
        unit=unit,
        out=out,
    )
    joined = join_items(options)
    print_made(joined, _print_joined, as_json=json)


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
    vocabulary: o.VocabularyName = None,
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


def _print_joined(joined: JoinedItems) -> None:
    """What a join wrote, and what belongs to no item."""
    echo(
        f"{joined.items} items of {joined.subjects} subjects: {joined.with_gestures} gesture transcripts and "
        f"{joined.with_speech} speech transcripts joined"
    )
    print_notes(joined.notes)
    echo(f"wrote {joined.file}", err=True)


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
