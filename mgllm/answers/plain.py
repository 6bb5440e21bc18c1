"""Normalises a reply's text for comparison, and keeps the place of each original character.

NFKC, one form of dashes and apostrophes, no invisible characters. Combining marks belong to the
word of their letter; some scripts have no spaces between words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

JOINER = "\u200d"
"""Joins several emoji into one; a part of a joined emoji does not name a label."""
_SPELLINGS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032\u00b4\u0060\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u201f\u2033", '"'),
    **dict.fromkeys("\u2028\u2029\u0085\u000b\u000c\r", "\n"),
}
"""Hyphens, apostrophes, quotes and line ends in their many forms. A backtick stays: it is
Markdown."""
_SPELLINGS["`"] = "`"
_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff\u200e\u200f\u061c\ufe0e\ufe0f\u034f") | frozenset(
    chr(code) for first, last in ((0x202A, 0x202E), (0x2066, 0x2069)) for code in range(first, last + 1)
)
"""Soft hyphens, zero-width spaces, direction marks and selectors between emoji and text."""
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # Han radicals, kana
    (0x31A0, 0x31FF),
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)
_HANGUL = (0xAC00, 0xD7A3)


class Plain(NamedTuple):
    """A text in the form in which it is compared."""

    text: str
    """Its characters."""
    origin: tuple[int, ...]
    """Index of each in the source, and the source's length as the last entry."""

    def cut(self, start: int, end: int) -> Plain:
        """Characters from `start` to before `end`."""
        return Plain(self.text[start:end], self.origin[start : end + 1])

    def parts(self, spans: Sequence[tuple[int, int]]) -> Plain:
        """Several parts, each on its own line."""
        text = "\n".join(self.text[start:end] for start, end in spans)
        origin = [at for start, end in spans for at in self.origin[start : end + 1]]
        return Plain(text, tuple(origin or self.origin[-1:]))


def plain(text: str) -> Plain:
    """The text in the form in which it is compared.

    >>> plain("non\u2011de\u00adceptive").text
    'non-deceptive'
    """
    if text.isascii() and "\r" not in text and "\x0b" not in text and "\x0c" not in text:
        return Plain(text, tuple(range(len(text) + 1)))
    out: list[str] = []
    origin: list[int] = []
    for start, end in _clusters(text):
        for char in _compared(text[start:end]):
            out.append(char)
            origin.append(start)
    return Plain("".join(out), (*origin, len(text)))


def is_word(char: str) -> bool:
    """Whether a character belongs to a word: letters, digits and the marks on them.

    >>> is_word("\u094d"), is_word("_"), is_word("a")
    (True, False, True)
    """
    return unicodedata.category(char)[0] in "LNM"


def is_unspaced(char: str) -> bool:
    """Whether its script has no spaces between words."""
    return any(first <= ord(char) <= last for first, last in _UNSPACED)


def is_hangul(char: str) -> bool:
    """Whether it is Korean, where particles follow a word without a space."""
    return _HANGUL[0] <= ord(char) <= _HANGUL[1]


def is_mark(char: str) -> bool:
    """Whether it is a mark on the character before it."""
    return unicodedata.category(char)[0] == "M" or 0x1F3FB <= ord(char) <= 0x1F3FF


@lru_cache(maxsize=4096)
def _compared(cluster: str) -> str:
    kept = "".join(_SPELLINGS.get(char, char) for char in cluster if char not in _INVISIBLE)
    return "".join(_SPELLINGS.get(char, char) for char in unicodedata.normalize("NFKC", kept))


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans of each character with its combining marks."""
    starts = [
        index
        for index, char in enumerate(text)
        if index == 0 or not (unicodedata.combining(char) or 0x1160 <= ord(char) <= 0x11FF)
    ]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
