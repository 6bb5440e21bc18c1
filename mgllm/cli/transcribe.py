"""`mgllm transcribe` and `mgllm listen`: recordings into gesture transcripts and captions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option
from mgllm.cli.printing import print_made, print_notes

if TYPE_CHECKING:
    from mgllm.commands.listen import Listened
    from mgllm.commands.transcribe_files import TranscribedFiles
    from mgllm.commands.transcribe_sets import Transcribed

ALL_BAD, SOME_BAD = 2, 1


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("transcribe")(transcribe)
    app.command("listen")(listen)


def transcribe(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT...", help="Videos, *.skeleton.npz files, or one skeleton data set."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write into; nothing is written over.")],
    checkpoint: Annotated[Path | None, option("--checkpoint", "Folder of a recogniser with classes.")] = None,
    crop: Annotated[
        str | None, option("--crop", "Look at a part of the picture: X,Y,W,H in pixels or percent.")
    ] = None,
    subject: Annotated[str | None, option("--subject", "Who is seen in the videos.")] = None,
    anonymous: Annotated[
        bool, option("--anonymous", "Items are clip-0001 …; no file names, no pixels in what is written.")
    ] = False,
    cross_fit: Annotated[
        int | None, option("--cross-fit", "Train K recognisers on the data set, each without a part of it.")
    ] = None,
    by: Annotated[str | None, option("--by", "Column that parts keep together. Default: subject")] = None,
    on: Annotated[str | None, option("--on", "Clips to read: column=values. Default: all")] = None,
    clips: Annotated[
        str | None, option("--clips", "auto, recordings, or trimmed (one gesture a clip).")
    ] = None,
    seed: o.Seed = None,
    sets: Annotated[
        list[str] | None, option("--set", "NAME=VALUE: timeline.windows.seconds=1.5. Repeatable.")
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Write what gestures a recogniser sees, as a transcript for each recording."""
    from mgllm.commands.transcribe import transcribe as flow
    from mgllm.commands.transcribe_sets import Transcribed

    said = o.given(context, "sources", "out", "sets", "display", "json")
    made = flow(sources, out, said, sets or [], display=o.display(display))
    if isinstance(made, Transcribed):
        print_made(made, _print_transcribed, as_json=json)
        return
    print_made(made, _print_transcribed_files, as_json=json)
    if made.problems:
        for problem in made.problems:
            typer.echo(f"mgllm: {problem}", err=True)
        raise typer.Exit(SOME_BAD if made.items else ALL_BAD)


def _print_transcribed(made: Transcribed) -> None:
    """Of a skeleton data set."""
    counts = f"{made.transcripts} transcripts, {made.gestures} gestures, {made.source}"
    typer.echo(f"{counts}: {_exposures(made.exposures)}")
    typer.echo(f"wrote {made.out}; use them with: mgllm run --gestures {made.out}", err=True)


def _print_transcribed_files(made: TranscribedFiles) -> None:
    """Of videos and skeleton files: a line each."""
    for one in made.items:
        again = ", poses kept from before" if one.poses_kept else ""
        partial = ", partial" if one.partial else ""
        typer.echo(f"{one.item}: {one.seconds:.1f} s, {one.gestures} gestures{partial}{again}")
        for note in one.notes:
            typer.echo(f"  {one.item}: {note}", err=True)
    if not made.items:
        return
    counts = f"{len(made.items)} transcripts, {made.gestures} gestures, recognized"
    typer.echo(f"{counts}: {_exposures(made.exposures)}")
    typer.echo(f"wrote {made.out}; look at *.overlay.png before you use them", err=True)


def _exposures(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def listen(
    context: typer.Context,
    sources: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sound or video files.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the *.srt; nothing is written over.")],
    model: Annotated[
        Path,
        option(
            "--model",
            "Folder of a Whisper model in CTranslate2's form; no name.",
            envvar="MGLLM_SPEECH_MODEL",
        ),
    ],
    language: Annotated[str | None, option("--language", "Such as en. Default: heard in each file")] = None,
    compute_type: Annotated[str | None, option("--compute-type", "int8 or float32. Default: int8")] = None,
    threads: Annotated[
        int | None, option("--threads", "Of the processor. Default: OMP_NUM_THREADS, else 4")
    ] = None,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Write what is said as captions, which `mgllm items join --speech` reads. Nothing is downloaded."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.listen import listen as flow
    from mgllm.media.listening import ListenOptions

    said = o.given(context, "sources", "out", "display", "json")
    listened = flow(sources, out, parse_options(ListenOptions, said), display=o.display(display))
    print_made(listened, _print_listened, as_json=json)
    for line in listened.failures:
        typer.echo(f"mgllm: {line}", err=True)
    raise typer.Exit(listened.exit_code)


def _print_listened(listened: Listened) -> None:
    """Captions that were written."""
    for one in listened.files:
        typer.echo(f"{one.source}: {one.captions} captions in {one.seconds:.1f} s, language {one.language}")
    print_notes(listened.notes)
    if listened.files:
        typer.echo(f"wrote {listened.out}; use it with: mgllm items join --speech {listened.out}", err=True)
