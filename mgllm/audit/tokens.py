"""Words of a text with their places, and phrases that are looked for in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mgllm.errors import InputError


def word_set(words: str) -> frozenset[str]:
    """Words with blanks between, as a set."""
    return frozenset(words.split())


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ENDS = re.compile(r"[.!?…:;\n\"“”«»()\[\]]|\s[-–—]\s")
"""After these a word may have a capital letter only because a sentence begins."""
_ABBREVIATED = word_set("mr mrs ms dr st vs prof sr jr")
"""Words whose full stop ends no sentence."""
MOST_WORDS = 12
"""Of a phrase: so that a match costs little."""
GAP, MOST_IN_GAP = "..", 3


class Token(NamedTuple):
    """A word."""

    text: str
    """As written."""
    low: str
    """In lower case, with a straight apostrophe."""
    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last one."""
    begins: bool
    """Whether it is the first of a sentence."""


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words of a text in their order; a hyphen separates two."""
    made: list[Token] = []
    for found in _WORD.finditer(text):
        before = text[made[-1].end : found.start()] if made else "."
        stops = _ENDS.search(before) is not None
        if stops and before.strip() == "." and made and made[-1].low in _ABBREVIATED:
            stops = False
        low = found[0].lower().replace("’", "'")
        made.append(Token(found[0], low, found.start(), found.end(), stops))
    return tuple(made)


class Phrase(NamedTuple):
    """Words in a row, each a set of alternatives."""

    parts: tuple[tuple[frozenset[str], tuple[str, ...], bool], ...]
    """For each place: words, beginnings of words, and whether it may be absent; a gap has
    neither."""


class Phrases:
    """Phrases that are looked for together.

    A phrase is words with blanks between: `lost|lose` is one or the other, `defeat*` any word that
    begins so, `my?` may be absent, and `..` is up to three other words.
    """

    def __init__(self, written: Iterable[str]) -> None:
        self._phrases = [parse_phrase(one) for one in written]
        self._by_word: dict[str, list[Phrase]] = {}

    def find(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Index of the first word and after the last one, for the longest match from each word."""
        for place, token in enumerate(tokens):
            ends = [end for one in self._beginning(token.low) if (end := _match(one, 0, tokens, place))]
            if ends:
                yield place, max(ends)

    def _beginning(self, word: str) -> list[Phrase]:
        """Phrases that may begin with a word."""
        if word not in self._by_word:
            self._by_word[word] = [one for one in self._phrases if _may_begin(one, word)]
        return self._by_word[word]


def parse_phrase(written: str) -> Phrase:
    """A phrase as it is written in a scenario.

    Raises:
        InputError: it is empty, too long, or begins or ends with a gap.
    """
    words = written.lower().replace("’", "'").split()
    if not words or len(words) > MOST_WORDS:
        raise InputError(f"mask: '{written:.60}' has {len(words)} words; a phrase has 1 to {MOST_WORDS}")
    if {words[0], words[-1]} & {GAP} or words[0] == "*" or all(word.endswith("?") for word in words):
        raise InputError(f"mask: '{written:.60}' must begin and end with words; write '..' between words")
    return Phrase(tuple(_part(word, written) for word in words))


def _part(word: str, written: str) -> tuple[frozenset[str], tuple[str, ...], bool]:
    if word == GAP:
        return frozenset(), (), False
    optional = word.endswith("?")
    options = word.removesuffix("?").split("|")
    for one in options:
        if one != "*" and not _WORD.fullmatch(one.removesuffix("*")):
            raise InputError(f"mask: '{written:.60}': '{one}' is not a word; write letters, |, * and ?")
    begins = tuple(one.removesuffix("*") for one in options if one.endswith("*"))
    return frozenset(one for one in options if not one.endswith("*")), begins, optional


def _fits(part: tuple[frozenset[str], tuple[str, ...], bool], word: str) -> bool:
    words, begins, _ = part
    return word in words or (bool(begins) and word.startswith(begins))


def _may_begin(phrase: Phrase, word: str) -> bool:
    for part in phrase.parts:
        if _fits(part, word):
            return True
        if not part[2]:
            return False
    return False


def _match(phrase: Phrase, part: int, tokens: Sequence[Token], place: int) -> int:
    """Index after the match of a phrase's rest from a word on; 0 if there is none."""
    if part == len(phrase.parts):
        return place
    words, begins, optional = phrase.parts[part]
    if not words and not begins:
        return _after_gap(phrase, part + 1, tokens, place)
    here = place < len(tokens) and (place == 0 or part == 0 or not tokens[place].begins)
    if here and _fits(phrase.parts[part], tokens[place].low):
        end = _match(phrase, part + 1, tokens, place + 1)
        if end:
            return end
    return _match(phrase, part + 1, tokens, place) if optional else 0


def _after_gap(phrase: Phrase, part: int, tokens: Sequence[Token], place: int) -> int:
    for skipped in range(MOST_IN_GAP + 1):
        if skipped and (place + skipped > len(tokens) or tokens[place + skipped - 1].begins):
            return 0
        end = _match(phrase, part, tokens, place + skipped)
        if end:
            return end
    return 0
