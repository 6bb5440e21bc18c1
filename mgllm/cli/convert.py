"""`mgllm import` and `mgllm export`: files of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import import_options as i, options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.commands._import_report import ImportReport
    from mgllm.commands.export import ExportReport
    from mgllm.commands.export_records import ExportedRecords

RECORDS = "records"
"""The word for runs in the place of a format of `mgllm export`."""


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("import", cls=PlainCommand, rich_help_panel=o.ITEMS)(import_)
    app.command("export", cls=PlainCommand, rich_help_panel=o.READ)(export)


def import_(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="Name of the format.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder or file of the data set.")],
    out: Annotated[
        Path,
        option(
            "--out", "Folder to write; files in it are not replaced.", "-o", kind="FOLDER", heading=o.FILES
        ),
    ],
    tier: Annotated[
        list[str] | None,
        option(
            "--tier",
            "ELAN tier, BORIS subject or VIA attribute to read. Repeatable: tiers are joined.",
            kind="NAME",
            heading=o.INPUT,
        ),
    ] = None,
    map: o.LabelMap = None,
    vocabulary: o.VocabularyName = None,
    fps: Annotated[
        float | None,
        option(
            "--fps",
            "Frames per second, where files do not say it (miga, mediapipe, openpose …).",
            heading=o.INPUT,
        ),
    ] = None,
    illustrative: Annotated[
        bool, option("--illustrative", "Keep illustrative gestures, id 99 (miga).", heading=o.INPUT)
    ] = False,
    subject: i.Subject = None,
    subjects: i.Subjects = None,
    recordings: i.Recordings = None,
    picture: i.Picture = None,
    places: i.Places = None,
    group: i.Group = None,
    unit: i.Unit = None,
    layout: i.LayoutName = None,
    keypoints: i.Keypoints = None,
    joint_names: i.JointNames = None,
    person: i.Person = None,
    skeleton_files: i.SkeletonFiles = False,
    speakers: i.Speakers = None,
    json: o.Json = False,
) -> None:
    """Read a data set or annotations; write them as items, gestures or skeletons into a folder."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.import_ import import_dataset
    from mgllm.datasets.base import ImportChoices

    said = o.given(context, "format_name", "source", "out", "skeleton_files", "json")
    choices = parse_options(ImportChoices, said)
    report = import_dataset(format_name, source, out, choices, skeleton_files=skeleton_files)
    print_made(report, _print_import, as_json=json)


def export(
    context: typer.Context,
    format_name: Annotated[
        str, typer.Argument(metavar="FORMAT", help="Format of gesture transcripts; or records, of runs.")
    ],
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SRC …", help="*.mg.json files, or folders of them; for records: runs."),
    ],
    out: Annotated[
        Path,
        option(
            "--out",
            "Folder to write into; for records: F.csv or F.parquet. Files are not replaced.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ],
    fps: Annotated[
        float | None,
        option("--fps", "Frames per second of the recordings (miga).", heading=o.INPUT),
    ] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Write gesture transcripts as ELAN files, tables or MiGA files; or the records of runs."""
    if format_name == RECORDS:
        _export_records([str(source) for source in sources], out, results, fps=fps, json=json)
        return
    from mgllm.commands._options import parse_options
    from mgllm.commands.export import export_transcripts
    from mgllm.exports.base import ExportChoices

    said = o.given(context, "format_name", "sources", "out", "results", "json")
    report = export_transcripts(format_name, sources, out, parse_options(ExportChoices, said))
    print_made(report, _print_export, as_json=json)


def _export_records(
    runs: list[str], out: Path, results: Path | None, *, fps: float | None, json: bool
) -> None:
    from mgllm.commands.export_records import export_records
    from mgllm.errors import InputError

    if fps is not None:
        raise InputError(f"--fps has no effect on {RECORDS}; leave it out")
    print_made(export_records(runs, out, results or Path("results")), _print_records, as_json=json)


def _print_import(report: ImportReport) -> None:
    """What an import wrote."""
    people = "subjects" if report.subject_known else "recordings (subjects are not known)"
    if report.vocabulary is not None:
        echo(
            f"{report.items} gesture transcripts: {report.gestures} gestures of {report.labels} kinds, "
            f"vocabulary {report.vocabulary}; join them to items with --gestures DIR"
        )
    elif report.frames is not None:
        echo(
            f"{report.items} clips of {report.subjects} {people}, {report.frames:,} frames, "
            f"{report.labels} classes; splits: {', '.join(report.splits) or 'none'}"
        )
    else:
        targets = ", ".join(f"{count} {target}" for target, count in report.targets.items())
        echo(
            f"{report.items} items of {report.subjects} {people}: {targets or 'no targets'}; "
            f"{report.turns} turns of speech, {report.gestures} gestures of {report.labels} kinds"
        )
    if report.recordings:
        echo(f"{report.recordings} complete recordings in a data set of their own")
    echo(report.caution)
    print_notes(report.warnings)
    print_written(report.files)


def _print_export(report: ExportReport) -> None:
    """What an export wrote."""
    echo(f"{report.transcripts} gesture transcripts with {report.gestures} gestures as {report.format}")
    print_notes(report.warnings)
    print_written(report.files)


def _print_records(report: ExportedRecords) -> None:
    """What was written of which runs."""
    runs = "1 run" if len(report.runs) == 1 else f"{len(report.runs)} runs"
    echo(f"{report.records:,} records of {runs}, {report.columns} columns")
    print_written([report.file])
