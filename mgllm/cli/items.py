"""`mgllm items`: what can be said of items without a model."""

from __future__ import annotations

from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

commands = typer.Typer(help="Items: baselines without a model.", rich_markup_mode=None, no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(commands, name="items")


@commands.callback()
def _items() -> None:
    """Items: baselines without a model."""


@commands.command("baseline")
def baseline(
    items: Annotated[str, typer.Argument(help="Items: a JSONL file, or anything that --items takes.")],
    covariate: Annotated[str, option("--covariate", "The fact to predict from.")] = "sex",
    json: o.Json = False,
) -> None:
    """Predict the target from one covariate alone, leaving one subject out at a time."""
    from mgllm.cli.telling import print_baseline, print_json
    from mgllm.flows.baselines import covariate_baseline
    from mgllm.items import load_items

    result = covariate_baseline(load_items(items), covariate)
    if json:
        print_json(result.model_dump(mode="json"))
    else:
        print_baseline(result)
