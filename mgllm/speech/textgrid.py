"""Praat's TextGrid, long or short: interval tiers into turns.

Praat reads such a file as a row of strings, numbers and flags. All else (`xmin =`, `intervals
[1]:`, what follows a `!`) is a comment, so the long and the short form are the same. Source: the
Praat manual, "TextGrid file formats". The freely licensed reader for Python (praatio) accepts a
file that breaks off and cannot read a word like "item [2]"; therefore this one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mgllm.errors import InputError
from mgllm.records import Frozen, Turn
from mgllm.speech.base import Said, SpeechFormat, speech_format
from mgllm.speech.speakers import Speakers, named_turn
from mgllm.speech.tiers import Span, SpeechTier, chosen_tiers, speech_tier
from mgllm.speech.words import NOBODY, Word, in_order, join_words, make_turn

_PIECE = re.compile(r'"(?:[^"]|"")*"|![^\n]*|[^\s"]+|"')
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SILENCE = frozenset({"", "sp", "sil", "<eps>", "<sil>", "<p:>", "<p>", "silent", "sounding", "#"})
"""What aligners and Praat's own search for silences write where nothing is said."""
_UNKNOWN = frozenset({"<unk>", "[unk]", "spn", "<spn>", "<usb>", "<nib>"})
"""What aligners write for a word or a noise that they do not know."""
FEWEST, SINGLE, CLOSE, GAP = 8, 0.9, 0.6, 0.05
"""A tier is of words if it has so many intervals, of which this share is one word each, and this
share begins within so many seconds of the one before."""


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


def parse_textgrid(text: str, where: str, *, speakers: str | None = None, tier: Sequence[str] = ()) -> Said:
    """Turns of a TextGrid.

    Tiers with the names of levels other than speech (`phones`, `translation`) are left out. Words
    of tiers called `words` become turns that end at pauses; they are used if no tier has turns.
    Every other interval tier is a speaker, and each of its intervals is a turn.

    Raises:
        InputError: it is not a TextGrid, breaks off, or it is not clear which tiers are speech.
    """
    read = read_tiers(text, where)
    if not read and '"TextTier"' in text:
        raise InputError(f"{where} has point tiers alone; speech needs tiers of intervals")
    named = [speech_tier(one.name, _spans(one, where)) for one in read]
    named = [one for one in named if one.spans]
    chosen = chosen_tiers(named, tier, where)
    turns = [turn for one in chosen for turn in _turns(one, where)]
    unsaid = [turn.text for turn in turns if turn.speaker == NOBODY]
    names = Speakers(unsaid, where, speakers)
    unknown = [one.text for t in read if t.name in {c.name for c in chosen} for one in t.intervals]
    notes = {
        "tiers are read as speech": tuple(one.name for one in chosen) if len(read) > 1 else (),
        "tiers with words are left out; --tier NAME reads them": tuple(
            one.name for one in named if one not in chosen
        ),
        "words or noises that the aligner did not know are left out": tuple(
            word.strip() for word in unknown if word.strip().casefold() in _UNKNOWN
        ),
    }
    turns = [named_turn(turn, names) if turn.speaker == NOBODY else turn for turn in turns]
    notes |= names.notes
    return Said(turns=in_order(turns), notes={what: things for what, things in notes.items() if things})


def read_words(text: str, where: str) -> tuple[Word, ...]:
    """The words of the tiers of words, in order of time; one that the aligner did not know is an
    empty text.

    Raises:
        InputError: it is not a TextGrid, breaks off or has impossible times.
    """
    words = []
    for tier in read_tiers(text, where):
        if speech_tier(tier.name, ()).kind != "words":
            continue
        _spans(tier, where)
        for one in tier.intervals:
            plain = one.text.strip().casefold()
            if plain not in _SILENCE:
                said = "" if plain in _UNKNOWN else " ".join(one.text.split())
                words.append(Word(text=said, start=one.start, end=one.end))
    return tuple(sorted(words, key=lambda word: word.start))


def _spans(tier: Tier, where: str) -> list[Span]:
    """The intervals of a tier in which something is said."""
    for one in tier.intervals:
        make_turn(f"{where} tier '{tier.name}'", "", one.text, one.start, one.end)
    return [Span(one.start, one.end, one.text) for one in tier.intervals if not _silent(one)]


def _turns(tier: SpeechTier, where: str) -> list[Turn]:
    if tier.kind == "words" or _is_words(tier):
        return join_words(
            Word(text=" ".join(one.text.split()), start=one.start, end=one.end, speaker=tier.speaker)
            for one in tier.spans
        )
    made = (
        make_turn(f"{where} tier '{tier.name}'", tier.speaker, one.text, one.start, one.end)
        for one in tier.spans
    )
    return [turn for turn in made if turn is not None]


def _is_words(tier: SpeechTier) -> bool:
    """Whether a tier that is not called so has a word in each interval, one close behind the
    other."""
    single = sum(len(one.text.split()) == 1 for one in tier.spans)
    close = sum(after.start - one.end <= GAP for one, after in pairwise(tier.spans))
    many = len(tier.spans)
    return many >= FEWEST and single >= SINGLE * many and close >= CLOSE * (many - 1)


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
            raise self._problem(f"has {piece[:40]!r} where {what} must stand in quotation marks")
        return piece[1:-1].replace('""', '"')

    def number(self, what: str) -> float:
        """The next piece as a number."""
        piece = self._next(what)
        if not _NUMBER.fullmatch(piece):
            raise self._problem(f"has {piece[:40]!r} where {what} must be a number")
        if math.isinf(value := float(piece)):
            raise self._problem(f"has {piece[:40]!r} where {what} must be a number; it is infinite")
        return value

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
    return interval.text.strip().casefold() in _SILENCE | _UNKNOWN


speech_format("textgrid")(
    SpeechFormat(
        suffix=".textgrid",
        tells="voices",
        parse=parse_textgrid,
        heeds=frozenset({"speakers", "tier"}),
        title="Aligned transcripts, Praat's TextGrid",
        citation="Boersma, P., & Weenink, D. Praat: doing phonetics by computer [computer program].",
    )
)
