"""Width of text on a terminal, and breaking it into lines that fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Measure = Callable[[str], float]
"""Width of a text, in the unit of a format."""

PIECE = re.compile(r"(?:\[[^\[\]]*\]|\S)+\s*")
"""A word with the spaces after it; an interval in brackets is one word."""
JOINTS = "/-_.·+@:,;|"
"""A word that is too long is cut after one of these letters if possible."""


def display_width(text: str) -> int:
    """Columns of a terminal: East Asian letters take two, accents over a letter none.

    >>> display_width("喜び [é]")
    8
    """
    return sum(map(_columns, text))


def wrapped(text: str, room: float, measure: Measure, indent: float = 0) -> list[str]:
    """The text in lines, each no wider than `room`; a word that is wider is cut.

    Args:
        text: in one line.
        room: width of each line, in the unit of `measure`; a single letter may take more.
        measure: the width of a text.
        indent: every line but the first is narrower by this.
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
    """The width that a text needs if no word of it may be cut."""
    return max((measure(piece.rstrip()) for piece in PIECE.findall(text)), default=0)


def _cut(word: str, room: float, measure: Measure) -> int:
    """Where a word is cut: after its last joint that fits, else where the line ends."""
    fits = 1
    while fits < len(word) and measure(word[: fits + 1]) <= room:
        fits += 1
    joints = [n + 1 for n in range(fits // 3, fits) if word[n] in JOINTS]
    return joints[-1] if joints else fits


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
