"""What commands print alike: a value as JSON or in words; notes and names of files on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")


def print_json(value: Any) -> None:
    """A JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_made(made: M, in_words: Callable[[M], None], *, as_json: bool, by_alias: bool = False) -> None:
    """What a command made: a JSON document, or in words."""
    if as_json:
        print_json(made.model_dump(mode="json", by_alias=by_alias))
    else:
        in_words(made)


def print_notes(notes: Iterable[str]) -> None:
    """What a person might want to know, a line each, on stderr."""
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def print_written(paths: Iterable[str | Path]) -> None:
    """Files that were written, a line each, on stderr."""
    for path in paths:
        typer.echo(f"wrote {path}", err=True)
