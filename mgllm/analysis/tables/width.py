"""How wide text is on a terminal, and how it is broken into lines that fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Measure = Callable[[str], float]
"""How much room a text takes, in whatever unit a format counts."""

PIECE = re.compile(r"(?:\[[^\[\]]*\]|\S)+\s*")
"""A word with the spaces behind it; an interval in brackets is one word."""
JOINTS = "/-_.·+@:,;|"
"""Letters after which a word that is too long is cut first."""


def display_width(text: str) -> int:
    """Columns of a terminal: letters of East Asia take two, marks over a letter none.

    >>> display_width("喜び [é]")
    8
    """
    return sum(map(_columns, text))


def wrapped(text: str, room: float, measure: Measure, indent: float = 0) -> list[str]:
    """The text in lines, each no wider than `room`; a word that is wider is cut.

    Args:
        text: in one line.
        room: of each line, in the unit of `measure`; a single letter may take more.
        measure: the width of a text.
        indent: room that every line but the first lacks.
    """
    lines: list[str] = []
    line = ""
    for piece in PIECE.findall(text):
        left = room - (indent if lines else 0)
        if line and measure((line + piece).rstrip()) > left:
            lines.append(line.rstrip())
            line, left = "", room - indent
        while measure(piece.rstrip()) > left and len(piece.rstrip()) > 1:
            cut = _cut(piece, left, measure)
            lines.append(piece[:cut].rstrip())
            piece, left = piece[cut:], room - indent  # noqa: PLW2901  # what is left of it
        line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def narrowest(text: str, measure: Measure) -> float:
    """The room that a text needs if no word of it may be cut."""
    return max((measure(piece.rstrip()) for piece in PIECE.findall(text)), default=0)


def _cut(word: str, room: float, measure: Measure) -> int:
    """Where a word is cut: behind its last joint that fits, else where the room ends."""
    fits = 1
    while fits < len(word) and measure(word[: fits + 1]) <= room:
        fits += 1
    joints = [n + 1 for n in range(fits // 3, fits) if word[n] in JOINTS]
    return joints[-1] if joints else fits


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
