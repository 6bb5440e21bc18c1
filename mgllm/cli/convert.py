"""`mgllm import`, `mgllm export` and `mgllm items`: files of other programs, and what belongs to
items.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import import_options as i, options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.analysis.statistics.baselines import BaselineResult
    from mgllm.commands.export import ExportReport
    from mgllm.commands.export_records import ExportedRecords
    from mgllm.commands.import_ import ImportReport
    from mgllm.commands.join import JoinedItems

RECORDS = "records"
"""The word for runs in the place of a format of `mgllm export`."""
items_group = typer.Typer(
    cls=PlainGroup,
    help="Join gestures and speech to items; predict without a model.",
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("import", cls=PlainCommand, rich_help_panel=o.ITEMS)(import_)
    app.command("export", cls=PlainCommand, rich_help_panel=o.READ)(export)
    app.add_typer(items_group, name="items", rich_help_panel=o.ITEMS)


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
        str | None,
        option("--tier", "ELAN tier, BORIS subject or VIA attribute to read.", kind="NAME", heading=o.INPUT),
    ] = None,
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
    picture: i.Picture = None,
    places: i.Places = None,
    group: i.Group = None,
    unit: i.Unit = None,
    layout: i.LayoutName = None,
    keypoints: i.Keypoints = None,
    joint_names: i.JointNames = None,
    person: i.Person = None,
    skeleton_files: i.SkeletonFiles = False,
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


@items_group.command("baseline", cls=PlainCommand)
def baseline(
    items: Annotated[
        str, typer.Argument(metavar="ITEMS", help="A JSONL file, or anything that --items takes.")
    ],
    covariate: Annotated[
        str,
        option("--covariate", "The fact to predict from.", kind="NAME", default="sex", heading=o.ASKED),
    ] = "sex",
    json: o.Json = False,
) -> None:
    """Predict the target from one covariate alone; each person is left out once."""
    from mgllm.analysis.statistics.baselines import covariate_baseline
    from mgllm.items.alike import alike_notes
    from mgllm.items.loading import load_items

    loaded = load_items(items)
    print_notes(alike_notes(loaded))
    print_made(covariate_baseline(loaded, covariate), _print_baseline, as_json=json)


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
            "Folder of *.srt, *.vtt, *.json (Whisper), *.TextGrid or *.txt, named after items.",
            kind="FOLDER",
            heading=o.INPUT,
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Join gestures and speech from folders to items, by item id or file name, and write a new
    file.
    """
    from mgllm.commands.join import JoinOptions, join_items

    joined = join_items(JoinOptions(items=items, gestures=gestures, speech=speech, out=out))
    print_made(joined, _print_joined, as_json=json)


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


def _print_joined(joined: JoinedItems) -> None:
    """What a join wrote, and what belongs to no item."""
    echo(
        f"{joined.items} items of {joined.subjects} subjects: {joined.with_gestures} gesture transcripts and "
        f"{joined.with_speech} speech transcripts joined"
    )
    print_notes(joined.notes)
    echo(f"wrote {joined.file}", err=True)


def _print_baseline(result: BaselineResult) -> None:
    """How well one covariate alone predicts the target."""
    low, high = result.interval or (None, None)
    between = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
    echo(
        f"{result.covariate} alone, leaving one subject out: {100 * result.accuracy:.1f} %{between} right "
        f"(in sample {100 * result.in_sample:.1f} %, a constant answer {100 * result.majority:.1f} %)\n"
        f"{result.n} items of {result.subjects} subjects, {result.effective_subjects:.1f} effective; "
        f"the largest has {result.largest_cluster}"
        + (f"; {result.left_out} items left out" if result.left_out else "")
    )
