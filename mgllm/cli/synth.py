"""`mgllm synth`: made-up micro-gestures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.commands.synth import SynthReport
    from mgllm.commands.synth_corpus import CorpusReport

CORPUS_OPTIONS = ("videos", "subjects", "effect", "leak", "sex_shortcut")
"""Options of made-up corpora alone."""
PLAIN_OPTIONS = ("clips", "recordings", "illustrative", "preview")
"""Options without a corpus alone."""


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("synth", cls=PlainCommand, rich_help_panel=o.GESTURES)(synth)


def synth(
    context: typer.Context,
    corpus: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS",
            help="imigue, smg or ma52: a corpus in the layout of the licensed one. Without: clips and "
            "recordings.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        option(
            "--out",
            "Folder to write; what is in it is not overwritten.",
            "-o",
            kind="FOLDER",
            heading=o.FILES,
        ),
    ] = None,
    clips: Annotated[
        int | None, option("--clips", "Number of clips, one gesture each.", default="0", heading=o.ASKED)
    ] = None,
    recordings: Annotated[
        int | None,
        option(
            "--recordings",
            "Number of longer recordings, with the true times of gestures.",
            default="0",
            heading=o.ASKED,
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        option("--minutes", "Length of a recording.", default="5; 1 in a corpus", heading=o.ASKED),
    ] = None,
    videos: Annotated[
        int | None,
        option("--videos", "Corpus: number of recordings; of clips in ma52.", default="24", heading=o.ASKED),
    ] = None,
    subjects: Annotated[
        int | None,
        option(
            "--subjects",
            "Corpus: number of people; each has one body.",
            default="12; smg: one in each recording",
            envvar=None,
            heading=o.ASKED,
        ),
    ] = None,
    effect: Annotated[
        float | None,
        option(
            "--effect",
            "Corpus: points of accuracy that gestures add for a reader of known weights.",
            default="15",
            kind="POINTS",
            heading=o.ASKED,
        ),
    ] = None,
    leak: Annotated[
        float | None,
        option(
            "--leak",
            "Corpus: share of recordings whose speech names the outcome.",
            default="0",
            kind="SHARE",
            heading=o.ASKED,
        ),
    ] = None,
    sex_shortcut: Annotated[
        float | None,
        option(
            "--sex-shortcut",
            "Corpus: correlation of sex and outcome.",
            default="0",
            kind="R",
            heading=o.ASKED,
        ),
    ] = None,
    noise: Annotated[
        float | None,
        option(
            "--noise",
            "Factor on the errors of the pose detector; 0: no errors.",
            default="1; 0 in previews",
            heading=o.ASKED,
        ),
    ] = None,
    illustrative: Annotated[
        bool,
        option(
            "--illustrative",
            "Also write when hands move with the speech.",
            heading=o.ASKED,
        ),
    ] = False,
    preview: Annotated[
        tuple[str, Path] | None,
        option(
            "--preview",
            "Draw a moving picture of one gesture, or of another movement ('at rest').",
            kind="GESTURE FILE.gif",
            envvar=None,
            heading=o.FILES,
        ),
    ] = None,
    seed: o.Seed = None,
    json: o.Json = False,
) -> None:
    """Make up micro-gestures as skeletons of an upper body. No person's data is in them."""
    if corpus is not None:
        _corpus(context, corpus, out, as_json=json)
        return
    from mgllm.commands._options import parse_options
    from mgllm.commands.synth import SynthOptions, synthesize
    from mgllm.errors import InputError

    said = o.given(context, "out", "preview", "json")
    if wrong := [name for name in said if name in CORPUS_OPTIONS]:
        flag = f"--{wrong[0].replace('_', '-')}"
        raise InputError(f"{flag} needs a corpus: mgllm synth imigue {flag} {said[wrong[0]]}")
    options = parse_options(SynthOptions, said)
    if preview is not None:
        from mgllm.synthetic import draw_preview

        draw_preview(preview[0], preview[1], seed=options.seed, noise=noise or 0.0)
        echo(f"wrote {preview[1]}", err=True)
        if out is None and not (clips or recordings):
            return
    if out is None:
        raise InputError("-o FOLDER is missing: name the folder for clips and recordings")
    report = synthesize(out, options)
    print_made(report, _print, as_json=json)


def _corpus(context: typer.Context, corpus: str, out: Path | None, *, as_json: bool) -> None:
    from mgllm.commands._options import parse_options
    from mgllm.commands.synth_corpus import synthesize_corpus
    from mgllm.errors import InputError
    from mgllm.synthetic.corpora import CorpusOptions

    said = o.given(context, "corpus", "out", "json")
    if wrong := [name for name in said if name in PLAIN_OPTIONS]:
        raise InputError(f"--{wrong[0]} is not for a corpus; use it without '{corpus}'")
    if out is None:
        raise InputError("-o FOLDER is missing: name the folder for the corpus")
    options = parse_options(CorpusOptions, said)
    print_made(synthesize_corpus(corpus, out, options, said), _print_corpus, as_json=as_json)


def _print_corpus(report: CorpusReport) -> None:
    counts = report.counts
    echo(
        f"{counts['recordings']:,} recordings of {counts['subjects']:,} made-up people, "
        f"{counts['frames']:,} frames, {counts['clips']:,} labelled stretches"
    )
    for name, videos in report.traps.items():
        echo(f"hard to read, {name}: {', '.join(videos)}")
    if (effect := report.effect) is not None:
        echo(
            f"planted: gestures add {effect.expected:g} points for a reader of known weights in the mean "
            f"over seeds; here {effect.found.points:+.1f} (from {effect.found.without:.1f} to "
            f"{effect.found.with_gestures:.1f} %)"
        )
    echo(report.caution)
    print_written(report.written)


def _print(report: SynthReport) -> None:
    if report.clips:
        echo(f"{report.clips:,} clips of {report.bodies:,} made-up bodies, {report.classes} classes")
    if report.recordings:
        echo(f"{report.recordings:,} recordings with {report.gestures:,} gestures")
    echo(f"{report.frames:,} frames in all; not made, because the skeleton cannot show them: ", nl=False)
    echo("; ".join(report.hidden))
    echo(report.caution)
    print_notes(report.notes)
    print_written(report.folders)
