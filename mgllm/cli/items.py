"""`mgllm items`: join what belongs to items, and what can be said of them without a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

commands = typer.Typer(
    help="Items: join gestures and speech; baselines without a model.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(commands, name="items")


@commands.callback()
def _items() -> None:
    """Items: join gestures and speech; baselines without a model."""


@commands.command("baseline")
def baseline(
    items: Annotated[str, typer.Argument(help="Items: a JSONL file, or anything that --items takes.")],
    covariate: Annotated[str, option("--covariate", "The fact to predict from.")] = "sex",
    json: o.Json = False,
) -> None:
    """Predict the target from one covariate alone, leaving one subject out at a time."""
    from mgllm.analysis.statistics.baselines import covariate_baseline
    from mgllm.cli.printing import print_baseline, print_json
    from mgllm.items.loading import load_items

    result = covariate_baseline(load_items(items), covariate)
    if json:
        print_json(result.model_dump(mode="json"))
    else:
        print_baseline(result)


@commands.command("join")
def join(
    items: Annotated[str, typer.Argument(help="Items: a JSONL file, or anything that --items takes.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="New item file *.jsonl, or a folder for items.jsonl.")
    ],
    gestures: o.Gestures = None,
    speech: Annotated[
        Path | None,
        option(
            "--speech", "Folder of *.srt, *.vtt, *.json (Whisper), *.TextGrid or *.txt, named after items."
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Join gestures and speech from folders to items, by item id or file name, into a new file."""
    from mgllm.cli.printing import print_joined, print_json
    from mgllm.commands.join import JoinOptions, join_items

    joined = join_items(JoinOptions(items=items, gestures=gestures, speech=speech, out=out))
    if json:
        print_json(joined.model_dump(mode="json"))
    else:
        print_joined(joined)
