"""Finds where in a recording short texts are said, by their words: one row of words with times, and
texts of which nobody says when they come.

Each text is looked for in the row with the least edits between words (Sellers, 1980: edit distance
with free ends), exactly first, and the longest first, since short ones come again and again. No
word belongs to two texts. Of several places, a text takes the one between two people who are
others, with silence around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray

from mgllm.records import Frozen
from mgllm.speech.words import Word

EDITS = 0.1
"""Largest share of a text's words that may be other ones."""
KNOWN = 0.5
"""Least share of a text's words that the row has as themselves: a word that no program knew fits
every word, and so says little. Our choice."""
MOST_PLACES = 100
"""Places of a text that is said again and again, beyond which it waits until others have theirs."""
UNKNOWN_WORD = ""
"""What stands in a row for a word that no program knew."""
LONGEST_SILENCE = 1.0
"""Seconds of silence beside a place beyond which it speaks no more for it: our choice."""
_STEP = 1 << 40
"""One edit, in numbers whose lower part is a place in the row."""
_IN_NUMBERS = re.compile(r"(?<=\d)[-–—:.,](?=\d)")
_APOSTROPHES = re.compile(r"['’ʼ`]")


class Said(Frozen):
    """A text, and who says it."""

    name: str
    """What it is called in notes."""
    speaker: str
    """The person's role or name."""
    words: tuple[str, ...]
    """As `plain_words` writes them."""


class Place(Frozen):
    """A stretch of the row."""

    first: int
    """Number of its first word, from 0."""
    last: int
    """Number of the word behind its last one."""
    edits: int = 0
    """Words that are not the text's."""

    def meets(self, other: Place) -> bool:
        """Whether a word is in both."""
        return self.first < other.last and other.first < self.last


def plain_words(text: str) -> tuple[str, ...]:
    """Words as speech recognisers write them: small letters, no punctuation.

    >>> plain_words("Well, 6-2 -- that's it!")
    ('well', '62', 'thats', 'it')
    """
    small = _APOSTROPHES.sub("", text.casefold())
    return tuple(re.findall(r"[^\W_]+", _IN_NUMBERS.sub("", small)))


def place_texts(texts: Sequence[Said], row: Sequence[Word]) -> dict[int, Place]:
    """Where the texts are in the row, by the number of the text; those that are nowhere are left
    out.

    Args:
        texts: in any order.
        row: words in the order of time, each as one of `plain_words`, or `UNKNOWN_WORD`.
    """
    search = _Search(texts, row)
    for unknown_fits in (False, False, True):  # the second time beside what has got a place
        search.place(unknown_fits=unknown_fits)
    return {number: search.grown(number) for number in search.placed}


class _Search:
    """Texts that have a place, and those that have none yet."""

    def __init__(self, texts: Sequence[Said], row: Sequence[Word]) -> None:
        self.texts, self.row = texts, row
        numbers = {word: n for n, word in enumerate(sorted({one.text for one in row} - {UNKNOWN_WORD}), 1)}
        self.row_W = np.array([numbers.get(one.text, 0) for one in row], dtype=np.int64)
        self.codes = [np.array([numbers.get(word, -1) for word in one.words]) for one in texts]
        self.placed: dict[int, Place] = {}
        self.free_W = np.ones(len(row), dtype=bool)

    def place(self, *, unknown_fits: bool) -> None:
        """Place what has no place yet, where it explains the most words of the row."""
        left = [n for n, one in enumerate(self.texts) if n not in self.placed and one.words]
        places = {n: self._places(n, unknown_fits=unknown_fits) for n in left}
        open_ = [(n, one) for n, some in places.items() if len(some) <= MOST_PLACES for one in some]
        open_.sort(key=lambda one: -self._explained(*one))
        while open_:
            most = self._explained(*open_[0])
            first = [*takewhile(lambda one: self._explained(*one) == most, open_)]  # noqa: B023  # used at once
            number, chosen = max(first, key=lambda one: (self._fit(*one), -one[0]))
            words = self.texts[number].words
            rivals = [one for n, one in first if self.texts[n].words != words and one.meets(chosen)]
            if not (rivals and self._other(chosen)):  # else other words fit as well: nobody can say which
                self.placed[number] = chosen
                self.free_W[chosen.first : chosen.last] = False
                open_ = [(n, one) for n, one in open_ if n != number]
            open_ = [(n, one) for n, one in open_ if not one.meets(chosen)]

    def _explained(self, number: int, place: Place) -> int:
        """Words of the row that are a text's, less those that are not."""
        return len(self.texts[number].words) - 2 * self._other(place)

    def _places(self, number: int, *, unknown_fits: bool) -> list[Place]:
        """All exact places among the free words; if there is none, the best of those that meet."""
        words, kept = self.texts[number].words, list[Place]()
        firsts = self._exact(number, unknown_fits=unknown_fits)
        found = [Place(first=first, last=first + len(words)) for first in firsts[: MOST_PLACES + 1]]
        if not found and (most := int(EDITS * len(words))):
            long = [(a, b) for a, b in _stretches(self.free_W) if b - a >= len(words) - most]
            near = (one for ends in long for one in self._near(number, ends, most, unknown_fits))
            found = list(islice(near, MOST_PLACES * most))
        for one in sorted(found, key=lambda one: (one.edits, one.last - one.first)):
            if self._known(one) >= KNOWN * len(words) and not (one.edits and any(map(one.meets, kept))):
                kept.append(one)
        return kept

    def _exact(self, number: int, *, unknown_fits: bool) -> list[int]:
        """Where all words of a text are: the first word of each place."""
        count = len(self.row_W) - len(self.codes[number]) + 1
        fitting_W = np.ones(max(count, 0), dtype=bool)
        for n, code in enumerate(self.codes[number] if count > 0 else ()):
            there_W = self.row_W[n : n + count]
            fitting_W &= self.free_W[n : n + count] & ((there_W == code) | ((there_W == 0) & unknown_fits))
        firsts: list[int] = np.flatnonzero(fitting_W).tolist()
        return firsts

    def _near(self, number: int, ends: tuple[int, int], most: int, unknown_fits: bool) -> Iterator[Place]:
        """Places with nearly all words in a stretch, at most one for each end: the shortest of the
        best ones."""
        row_W = self.row_W[slice(*ends)]
        ends_W = np.arange(len(row_W) + 1)
        best_W = -ends_W  # edits × _STEP − the place's beginning, so that the least is also the shortest
        for code in self.codes[number]:
            other_W = (row_W != code) & ~((row_W == 0) & unknown_fits)
            kept_W = np.minimum(best_W[:-1] + _STEP * other_W, best_W[1:] + _STEP)
            best_W = np.concatenate([best_W[:1] + _STEP, kept_W])
            best_W = np.minimum.accumulate(best_W - _STEP * ends_W) + _STEP * ends_W
        edits_W = -(-best_W // _STEP)
        starts_W = _STEP * edits_W - best_W
        for end in np.flatnonzero((edits_W <= most) & (starts_W < ends_W)).tolist():
            first = ends[0] + int(starts_W[end])
            yield Place(first=first, last=ends[0] + end, edits=int(edits_W[end]))

    def _known(self, place: Place) -> int:
        """How many words of a place a program knew."""
        return int(np.count_nonzero(self.row_W[place.first : place.last]))

    def _other(self, place: Place) -> int:
        """Words of a place that may be other ones."""
        return place.edits + place.last - place.first - self._known(place)

    def _fit(self, number: int, place: Place) -> float:
        """How well a text fits a place by what is around it."""
        beside = [one for one in self.placed if self.placed[one].last == place.first]
        beside += [one for one in self.placed if self.placed[one].first == place.last]
        others = sum(self.texts[one].speaker != self.texts[number].speaker for one in beside)
        edges = len(beside) + (place.first == 0) + (place.last == len(self.row))
        return others + edges + self._silence(place)

    def _silence(self, place: Place) -> float:
        """Seconds of silence at both ends."""
        gaps = [LONGEST_SILENCE] * 2
        if place.first > 0:
            gaps[0] = self.row[place.first].start - self.row[place.first - 1].end
        if place.last < len(self.row):
            gaps[1] = self.row[place.last].start - self.row[place.last - 1].end
        return sum(min(gap, LONGEST_SILENCE) for gap in gaps)

    def grown(self, number: int) -> Place:
        """The place of a text with free words beside it, where the text's first or last words are
        other ones in the row."""
        place, words = self.placed[number], self.texts[number].words
        first, last = place.first, place.last
        for _ in range(_before(words, self.row[first].text)):
            if first == 0 or not self.free_W[first - 1]:
                break
            first -= 1
        for _ in range(_before(words[::-1], self.row[last - 1].text)):
            if last == len(self.row) or not self.free_W[last]:
                break
            last += 1
        self.free_W[first:last] = False
        return Place(first=first, last=last, edits=place.edits)


def _before(words: Sequence[str], word: str) -> int:
    """How many of a text's words are before a word, at most as many as may be others."""
    most = int(EDITS * len(words))
    return words.index(word) if word in words[: most + 1] else 0


def _stretches(free_W: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last (excluded) of each row of free words."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], free_W.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
