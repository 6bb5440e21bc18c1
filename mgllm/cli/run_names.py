"""How commands are given runs, and what they say where none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option

LATEST = 3
"""Runs that a message names: more would fill the line."""
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="RUN …", help="Folders or names of runs, or latest."),
]
Against = Annotated[
    str | None,
    option(
        "--against",
        "Compare the same arm between runs: subtract this run.",
        kind="RUN",
        heading=o.COMPARED,
    ),
]


def named(names: list[str] | None, results: Path, command: str) -> list[str]:
    """The runs that were named; where none was, a question that is easy to answer.

    Raises:
        InputError: none was named.
    """
    from mgllm.errors import InputError

    if names:
        return names
    found = sorted((path.parent.name for path in results.glob("*/manifest.json")), reverse=True)
    if not found:
        raise InputError(f"no run is named, and {results} has none; make one with: mgllm run --model local")
    latest = ", ".join(found[:LATEST])
    raise InputError(
        f"name a run, such as: mgllm {command} latest. The latest of {len(found)} in {results}: {latest}. "
        "All: mgllm runs"
    )
