"""Sentences and clauses of a text, and what stands around a label in them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from mgllm.answers.vocabulary import alternatives

REACH = 240
"""Characters before and behind a label that are looked at."""
MASK = "\ufffc"
"""Stands in a sentence for each character of a label."""
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
"""Where a main clause begins behind a comma."""
_BEHIND_BREAK = re.compile(
    r"[,;:—–，；：、。(（]|\s-\s|\b(?:because|since|as|given|due|for|which|who|that|and|but|so|when|in|weil|da|"
    r"und|car|parce|et|porque|y|perché|e)\b",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r",|\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\b", re.IGNORECASE)


class Place(NamedTuple):
    """A label in its sentence, labels masked."""

    before: str
    """The sentence up to the label, or the last of it."""
    behind: str
    """What follows in the sentence."""
    earlier: int
    """Where in `before` the label before it ends; 0 without one."""
    later: int
    """Where in `behind` the next label begins."""

    @property
    def clause(self) -> str:
        """Where a condition reaches the label: behind the last break, or an earlier label and a comma."""
        breaks = [match.end() for match in _break().finditer(self.before)]
        start = breaks[-1] if breaks else 0
        if self.earlier > start and _NEXT_CLAUSE.search(self.before, self.earlier):
            start = self.earlier
        return self.before[start:]

    @property
    def main_clause(self) -> str:
        """Where what others say reaches it: behind the comma of a main clause too."""
        return _MAIN_CLAUSE.split(self.clause)[-1]

    @property
    def near_clause(self) -> str:
        """Where a negation reaches it: behind a comma right before it too."""
        return _MAIN_CLAUSE.split(_TRAILING_COMMA.sub("，", self.clause))[-1]

    @property
    def tail(self) -> str:
        """Where a negation behind it reaches it."""
        found = _BEHIND_BREAK.search(self.behind)
        return self.behind if found is None else self.behind[: found.start()]


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a plain text; a line ends one."""
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
        around: where the label before it ends, and where the next one begins.
    """
    first = max(sentence[0], span[0] - REACH)
    cut = "… " if first > sentence[0] else ""
    behind = text[span[1] : min(sentence[1], span[1] + REACH)]
    earlier = around[0] - first + len(cut) if around[0] > first else 0
    return Place(cut + text[first : span[0]], behind, earlier, max(0, around[1] - span[1]))


@lru_cache(maxsize=1)
def _break() -> re.Pattern[str]:
    """Where neither a negation nor a condition before a label reaches it any more."""
    words = rf",\s*{alternatives('joining')}|{alternatives('breaking')}"
    return re.compile(rf"[:;—–；：(（]|\s-\s|{words}", re.IGNORECASE)
