"""Splits a text into sentences and clauses, and finds the words around a label in them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from mgllm.answers.vocabulary import alternatives

REACH = 240
"""Characters before and after a label that are read."""
MASK = "\ufffc"
"""Replaces each character of a label in a sentence."""
_END = re.compile(
    r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\b[MD]r)(?<!\bcf)[.!?…](?=[\s\"')\]*_]|$)"
    r"(?!(?<=\.\.)\s(?-i:[a-z]))(?!(?<=…)\s(?-i:[a-z]))|[。！？।॥؟]|\n",
    re.IGNORECASE,
)
_TRAILING_COMMA = re.compile(r"[,，、]\s*$")
_MAIN_CLAUSE = re.compile(
    r",\s+(?=(?:the|this|he|she|they|it|i|we|my|er|sie|il|elle|él|ella|lei|lui|die|der|la|le|el)\b|\ufffc)|"
    r"[，、]",
    re.IGNORECASE,
)
"""The beginning of a main clause after a comma."""
_BEHIND_BREAK = re.compile(
    r"[,;:—–，；：、。(（]|\s-\s|\b(?:because|since|as|given|due|for|which|who|that|and|but|so|when|in|weil|da|"
    r"und|car|parce|et|porque|y|perché|e)\b",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r",|\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\b", re.IGNORECASE)


class Place(NamedTuple):
    """A label in its sentence, with labels masked."""

    before: str
    """The sentence up to the label, or the end of this part."""
    behind: str
    """The rest of the sentence."""
    earlier: int
    """Index in `before` at which the label before this one ends; 0 without one."""
    later: int
    """Index in `behind` at which the next label begins."""

    @property
    def clause(self) -> str:
        """Words before the label in which a condition concerns it: after the last break, or after
        an earlier label and a comma."""
        breaks = [match.end() for match in _break().finditer(self.before)]
        start = breaks[-1] if breaks else 0
        if self.earlier > start and _NEXT_CLAUSE.search(self.before, self.earlier):
            start = self.earlier
        return self.before[start:]

    @property
    def main_clause(self) -> str:
        """Words in which a report of what others say concerns it: also cut at a main clause's
        comma."""
        return _MAIN_CLAUSE.split(self.clause)[-1]

    @property
    def near_clause(self) -> str:
        """Words before the label in which a negation concerns it, also before a comma beside it."""
        return _MAIN_CLAUSE.split(_TRAILING_COMMA.sub("，", self.clause))[-1]

    @property
    def tail(self) -> str:
        """Words after the label in which a negation concerns it."""
        found = _BEHIND_BREAK.search(self.behind)
        return self.behind if found is None else self.behind[: found.start()]


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a plain text; a line end also ends a sentence."""
    spans, start = [], 0
    for match in _END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    return [*spans, (start, len(text))]


def place(text: str, span: tuple[int, int], sentence: tuple[int, int], around: tuple[int, int]) -> Place:
    """A label in its sentence.

    Args:
        text: with labels masked.
        span: of the label.
        sentence: span of its sentence.
        around: the end of the label before it, and the beginning of the next one.
    """
    first = max(sentence[0], span[0] - REACH)
    cut = "… " if first > sentence[0] else ""
    behind = text[span[1] : min(sentence[1], span[1] + REACH)]
    earlier = around[0] - first + len(cut) if around[0] > first else 0
    return Place(cut + text[first : span[0]], behind, earlier, max(0, around[1] - span[1]))


@lru_cache(maxsize=1)
def _break() -> re.Pattern[str]:
    """A pattern of breaks: a negation or a condition before one does not concern a label after
    it."""
    words = rf",\s*{alternatives('joining')}|{alternatives('breaking')}"
    return re.compile(rf"[:;—–；：(（]|\s-\s|{words}", re.IGNORECASE)
