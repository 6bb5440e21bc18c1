"""What the commands on people print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from mgllm.cli.printing import print_json

if TYPE_CHECKING:
    from mgllm.commands.human_export import HumanExport
    from mgllm.commands.human_import import HumanImport


def print_export(written: HumanExport, *, as_json: bool) -> None:
    """Forms that were written, and what to mind."""
    if as_json:
        print_json(written.model_dump(mode="json"))
        return
    typer.echo(
        f"{written.forms} forms of {written.items} texts about {written.subjects} people, about "
        f"{written.minutes} minutes each; arms {', '.join(written.arms)}, at least {written.fewest} raters "
        "an item and arm"
    )
    for note in written.notes:
        typer.echo(f"note: {note}", err=True)
    if written.restricted:
        typer.echo(
            f"note: {written.restricted} items are restricted by their licence; give the forms only to "
            "people whom it covers",
            err=True,
        )
    typer.echo("note: plan.json knows the truth; no rater may see it. This is no ethics approval", err=True)
    typer.echo(f"wrote {written.out}; next: {written.out / 'README.txt'}", err=True)


def print_import(read: HumanImport, *, as_json: bool) -> None:
    """The run of the people, and what is missing in it."""
    if as_json:
        summary = read.finished.summary.model_dump(mode="json", by_alias=True)
        print_json({"run": str(read.finished.folder), "raters": read.raters, **_gaps(read), **summary})
    else:
        typer.echo(read.finished.table)
    if read.missing_raters:
        typer.echo(f"note: no file of {', '.join(read.missing_raters)}", err=True)
    if read.unanswered:
        typer.echo(f"note: {read.unanswered} texts shown to these raters are not answered", err=True)
    if read.unsure:
        typer.echo(f'note: {read.unsure} times "I cannot tell", counted as refused', err=True)
    if read.thin:
        typer.echo(f"note: {read.thin} items have fewer than two ratings in some arm", err=True)
    typer.echo(f"run: {read.finished.folder} ({read.raters} raters)", err=True)


def _gaps(read: HumanImport) -> dict[str, object]:
    return {
        "missing_raters": list(read.missing_raters),
        "unanswered": read.unanswered,
        "unsure": read.unsure,
        "thin_items": read.thin,
    }
