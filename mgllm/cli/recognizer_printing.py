"""What the commands about recordings print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from mgllm.cli.printing import print_json
from mgllm.errors import one_line

if TYPE_CHECKING:
    from mgllm.commands.recognizer.windows import Cut
    from mgllm.recognizer.timelines.segment_metrics import TimelineScores


def print_cut(made: Cut, *, as_json: bool) -> None:
    """Windows that were cut."""
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    windows = sum(made.windows.values())
    background = made.windows.get("background", 0)
    typer.echo(
        f"{windows:,} windows of {made.recordings} recordings, {len(made.windows)} classes, "
        f"{background:,} of them background" + (f"; {made.clips:,} clips beside them" if made.clips else "")
    )
    if made.untold:
        names = ", ".join(made.untold[:5])
        typer.echo(one_line(f"{len(made.untold)} recordings have no transcript: {names}"), err=True)
    typer.echo(f"wrote {made.out}; learn from it: mgllm recognizer pretrain {made.out} -o FOLDER", err=True)


def print_scores(scores: TimelineScores, *, as_json: bool) -> None:
    """How well timelines fit."""
    if as_json:
        print_json(scores.model_dump(mode="json"))
        return
    typer.echo(f"{scores.recordings} recordings, {scores.gestures} gestures annotated, {scores.found} found")
    for threshold, value in scores.f1.items():
        typer.echo(f"F1 at an overlap (IoU) of {threshold}: {value:.3f}")
    typer.echo(f"frames with the right class: {scores.frame_accuracy:.3f}; edit score: {scores.edit:.3f}")
    worst = sorted(scores.by_class.items(), key=lambda pair: pair[1])[:5]
    typer.echo("hardest, F1 at 0.3: " + one_line(", ".join(f"{name} {value:.2f}" for name, value in worst)))
    for exposure in ("in_sample", "unknown"):
        if count := scores.exposures.get(exposure):
            typer.echo(f"{count} recordings are {exposure}: that part says nothing of other people", err=True)
    if scores.unmatched:
        names = ", ".join(scores.unmatched[:5])
        typer.echo(one_line(f"{len(scores.unmatched)} are in one folder only: {names}"), err=True)
