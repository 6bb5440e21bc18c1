"""What `mgllm transcribe` says: counts on stdout, remarks on stderr."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from mgllm.commands.transcribe_files import TranscribedFiles
    from mgllm.commands.transcribe_sets import Transcribed


def print_transcribed(made: Transcribed) -> None:
    """Of a skeleton data set."""
    counts = f"{made.transcripts} transcripts, {made.gestures} gestures, {made.source}"
    typer.echo(f"{counts}: {_exposures(made.exposures)}")
    typer.echo(f"wrote {made.out}; use them with: mgllm run --gestures {made.out}", err=True)


def print_transcribed_files(made: TranscribedFiles) -> None:
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
