"""What commands print alike: a value as JSON or in words; notes and names of files on stderr."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from mgllm.cli.terminal import shows_all
from mgllm.errors import shown, shown_line

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters but tab and the ends of lines."""
NARROWEST, WIDEST = 40, 100
"""Columns: below, nothing can be read; above, lines are too long for the eye."""


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Text on stdout, or a line on stderr; characters that control a terminal become escapes.

    All that commands print passes here. What the terminal has no signs for was made readable by
    `terminal.prepare`.
    """
    _write(shown_line(text) if err else shown(text), sys.stderr if err else sys.stdout, nl=nl)


def echo_file(text: str) -> None:
    """The text of a file (csv, LaTeX, html) on stdout: as it is for a pipe, as escapes on a
    terminal; control characters are escapes in both."""
    _write(shown(text) if sys.stdout.isatty() else _CONTROLS.sub(_escaped, text), sys.stdout)


def _write(text: str, stream: TextIO, *, nl: bool = True) -> None:
    stream.write(f"{text}\n" if nl else text)
    stream.flush()


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


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


def print_json(value: Any) -> None:
    """A JSON document; characters that stdout cannot write, or that control a terminal, are JSON's
    own escapes."""
    _write(_json_shown(json.dumps(value, indent=2, ensure_ascii=not shows_all())), sys.stdout)


def print_json_text(text: str) -> None:
    """A JSON document that is text already."""
    if shows_all():
        _write(_json_shown(text.rstrip("\n")), sys.stdout)
    else:
        print_json(json.loads(text))


def _json_shown(document: str) -> str:
    """A JSON document of the same value that no terminal obeys."""
    if shown(document) == document:
        return document
    return "".join(c if shown(c) == c else json.dumps(c)[1:-1] for c in document)


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
