"""What commands print alike: a value as JSON or in words; notes and names of files on stderr."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from mgllm.cli.terminal import shows_all

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")
NARROWEST, WIDEST = 40, 100
"""Columns: below, nothing can be read; above, lines are too long for the eye."""
_JOINERS = "\u200c\u200d"
"""Parts of words in Persian and Hindi, and of emoji."""


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Text on stdout or stderr; what the terminal cannot show was made readable by
    `terminal.prepare`.
    """
    stream = sys.stderr if err else sys.stdout
    stream.write(f"{text}\n" if nl else text)
    stream.flush()


def echo_wrapped(text: str, *, hang: int = 0) -> None:
    """Text on stdout, in lines that fit the terminal; further lines begin `hang` columns further
    in.
    """
    echo("\n".join(wrapped(text, " " * hang)))


def wrapped(text: str, hang: str = "", first: str = "") -> list[str]:
    """Text in lines that fit the terminal; words are not broken.

    Args:
        text: one paragraph.
        hang: what further lines begin with.
        first: what the first line begins with.
    """
    columns = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    return textwrap.wrap(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def shown(text: str) -> str:
    r"""Untrusted text for a terminal: characters that control it or reverse the writing become
    escapes.

    >>> shown("a\x1b[2J\nb")
    'a\\x1b[2J\nb'
    """
    return "".join(c if _is_plain(c) else c.encode("unicode_escape").decode() for c in text)


def print_json(value: Any) -> None:
    """A JSON document; where stdout cannot write every character, with escapes."""
    echo(json.dumps(value, indent=2, ensure_ascii=not shows_all()))


def print_json_text(text: str) -> None:
    """A JSON document that is text already."""
    if shows_all():
        echo(text.rstrip("\n"))
    else:
        print_json(json.loads(text))


def print_made(made: M, in_words: Callable[[M], None], *, as_json: bool, by_alias: bool = False) -> None:
    """What a command made: a JSON document, or in words."""
    if as_json:
        print_json(made.model_dump(mode="json", by_alias=by_alias))
    else:
        in_words(made)


def print_notes(notes: Iterable[str]) -> None:
    """What a person may want to know, a line each, on stderr."""
    for note in notes:
        echo(f"note: {note}", err=True)


def print_written(paths: Iterable[str | Path]) -> None:
    """Files that were written, a line each, on stderr."""
    for path in paths:
        echo(f"wrote {path}", err=True)


def _is_plain(character: str) -> bool:
    spaced = character in "\n\t" or unicodedata.category(character) == "Zs"
    return character.isprintable() or spaced or character in _JOINERS
