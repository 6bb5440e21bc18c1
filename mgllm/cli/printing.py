"""What commands print alike: a value as JSON or in words; notes and names of files on stderr."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")
_JOINERS = "\u200c\u200d"
"""Parts of words in Persian and Hindi, and of emoji."""


def shown(text: str) -> str:
    r"""Text of strangers as a terminal may have it: what would steer it or turn writing round as escapes.

    >>> shown("a\x1b[2J\nb")
    'a\\x1b[2J\nb'
    """
    return "".join(c if _is_plain(c) else c.encode("unicode_escape").decode() for c in text)


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


def _is_plain(character: str) -> bool:
    spaced = character in "\n\t" or unicodedata.category(character) == "Zs"
    return character.isprintable() or spaced or character in _JOINERS
