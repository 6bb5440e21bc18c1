"""Praat's TextGrid, long or short: interval tiers into turns.

Praat reads such a file as a row of strings, numbers and flags. All else (`xmin =`, `intervals
[1]:`, what follows a `!`) is a comment, so the long and the short form are the same. Source: the
Praat manual, "TextGrid file formats". The freely licensed reader for Python (praatio) accepts a
file that breaks off and cannot read a word like "item [2]"; therefore this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mgllm.errors import InputError
from mgllm.records import Frozen, Turn
from mgllm.speech.base import SpeechFormat, speech_format
from mgllm.speech.words import NOBODY, Word, in_order, join_words, make_turn

_PIECE = re.compile(r'"(?:[^"]|"")*"|![^\n]*|[^\s"]+|"')
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WORD_TIER = re.compile(r"(?:(.*?)\s*[-_:/]\s*)?words?", re.IGNORECASE)
_PHONE_TIER = re.compile(r"(?:.*[-_:/]\s*)?(?:phones?|phonemes?)", re.IGNORECASE)
_SILENCE = frozenset({"", "sp", "sil", "spn", "<eps>", "<sil>", "<unk>", "<p:>"})
"""What aligners write if no known word is said."""


class Interval(Frozen):
    """One interval of a tier."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    """Its label; often empty."""


class Tier(Frozen):
    """One interval tier."""

    name: str
    """Its name: the speaker's, or the kind of its units."""
    intervals: tuple[Interval, ...]
    """In order of time."""


def parse_textgrid(text: str, where: str) -> tuple[Turn, ...]:
    """Turns of a TextGrid.

    Tiers called `phones` are left out. Tiers called `words` (or `NAME - words`) are used only if
    there are no others; their words become turns that end at pauses. Every other interval tier is a
    speaker, and each of its intervals is a turn.

    Raises:
        InputError: it is not a TextGrid, or breaks off; names the place.
    """
    tiers = [tier for tier in read_tiers(text, where) if not _PHONE_TIER.fullmatch(tier.name)]
    spoken = [tier for tier in tiers if not _WORD_TIER.fullmatch(tier.name) and _says_something(tier)]
    if spoken:
        turns = [
            make_turn(f"{where} tier '{tier.name}'", tier.name, one.text, one.start, one.end)
            for tier in spoken
            for one in tier.intervals
            if not _silent(one)
        ]
        return in_order(turn for turn in turns if turn is not None)
    return in_order(turn for tier in tiers for turn in join_words(_words(tier, where)))


def read_tiers(text: str, where: str) -> tuple[Tier, ...]:
    """The interval tiers of a TextGrid; point tiers are ignored.

    Raises:
        InputError: it is not a TextGrid, or breaks off; names the place.
    """
    row = _Row(text, where)
    if not row.string("the type of file").startswith("ooTextFile") or row.string("the class") != "TextGrid":
        raise InputError(f"{where} is not a TextGrid as Praat's 'Save as text file' writes it")
    row.number("its start")
    row.number("its end")
    tiers = []
    for n in range(row.count("its tiers") if row.flag("tiers") == "<exists>" else 0):
        if (tier := _read_tier(row, f"tier {n + 1}")) is not None:
            tiers.append(tier)
    row.finish()
    return tuple(tiers)


class _Row:
    """Strings, numbers and flags of a file, taken one after the other."""

    def __init__(self, text: str, where: str) -> None:
        self.where, self.text = where, text
        self.pieces = self._meant()

    def string(self, what: str) -> str:
        """The next piece, without its quotation marks."""
        piece = self._next(what)
        if not piece.startswith('"'):
            raise self._problem(f"has {piece!r} where {what} must stand in quotation marks")
        return piece[1:-1].replace('""', '"')

    def number(self, what: str) -> float:
        """The next piece as a number."""
        piece = self._next(what)
        if not _NUMBER.fullmatch(piece):
            raise self._problem(f"has {piece[:40]!r} where {what} must be a number")
        return float(piece)

    def count(self, what: str) -> int:
        """The next piece as a whole number."""
        number = self.number(f"the number of {what}")
        if number < 0 or number != int(number):
            raise self._problem(f"says that the number of {what} is {number:g}")
        return int(number)

    def flag(self, what: str) -> str:
        """The next piece as a flag, `<exists>` or `<absent>`."""
        piece = self._next(what)
        if piece not in ("<exists>", "<absent>"):
            raise self._problem(f"has {piece[:40]!r} where <exists> or <absent> must say if it has {what}")
        return piece

    def finish(self) -> None:
        """Refuse a file that goes on."""
        if (piece := next(self.pieces, None)) is not None:
            raise self._problem(f"goes on after its last tier, with {piece[:40]!r}")

    def _next(self, what: str) -> str:
        piece = next(self.pieces, None)
        if piece is None:
            raise InputError(f"{self.where} breaks off before {what}")
        return piece

    def _meant(self) -> Iterator[str]:
        """Everything that is not a comment."""
        self.line, read = 1, 0
        for found in _PIECE.finditer(self.text):
            self.line += self.text.count("\n", read, found.start())
            read = found.start()
            piece = found[0]
            if piece == '"':
                raise self._problem("opens a quotation mark that is never closed")
            if piece.startswith(('"', "<")) or _NUMBER.fullmatch(piece):
                yield piece

    def _problem(self, what: str) -> InputError:
        return InputError(f"{self.where}:{self.line} {what}")


def _read_tier(row: _Row, which: str) -> Tier | None:
    kind, name = row.string(f"the class of {which}"), row.string(f"the name of {which}")
    row.number(f"the start of {which}")
    row.number(f"the end of {which}")
    place = f"{which} '{name}'"
    if kind == "TextTier":
        for n in range(row.count(f"points of {place}")):
            row.number(f"the time of point {n + 1} of {place}")
            row.string(f"the mark of point {n + 1} of {place}")
        return None
    if kind != "IntervalTier":
        raise InputError(f"{row.where}: {place} is a '{kind}', not an IntervalTier or a TextTier")
    intervals = [
        Interval(
            start=row.number(f"the start of interval {n + 1} of {place}"),
            end=row.number(f"the end of interval {n + 1} of {place}"),
            text=row.string(f"the text of interval {n + 1} of {place}"),
        )
        for n in range(row.count(f"intervals of {place}"))
    ]
    return Tier(name=name, intervals=tuple(intervals))


def _silent(interval: Interval) -> bool:
    return interval.text.strip().casefold() in _SILENCE


def _says_something(tier: Tier) -> bool:
    return not all(_silent(one) for one in tier.intervals)


def _words(tier: Tier, where: str) -> Sequence[Word]:
    named = _WORD_TIER.fullmatch(tier.name)
    words = []
    for one in tier.intervals:
        turn = make_turn(f"{where} tier '{tier.name}'", "", one.text, one.start, one.end)
        if turn is not None and not _silent(one):
            speaker = (named[1] if named else None) or NOBODY
            words.append(Word(text=turn.text, start=one.start, end=one.end, speaker=speaker))
    return words


speech_format("textgrid")(
    SpeechFormat(
        suffix=".textgrid",
        tells="voices",
        parse=parse_textgrid,
        title="Aligned transcripts, Praat's TextGrid",
        citation="Boersma, P., & Weenink, D. Praat: doing phonetics by computer [computer program].",
    )
)
