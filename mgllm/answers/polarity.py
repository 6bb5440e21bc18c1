"""Decides whether a mention of a label gives it, denies it, or leaves it open.

Cautious on purpose: a negation before the label in its clause, or directly after it, denies it; a
question, a condition, a report of what others say or a comparison leaves it open. What is not
clearly said about the person who is judged is left open, so that the reply is unparsed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from mgllm.answers.asserting import asserts, ends
from mgllm.answers.clauses import MASK, REACH, Place, place, sentences
from mgllm.answers.naming import Mention
from mgllm.answers.vocabulary import alternatives, wording

Polarity = Literal["given", "denied", "open"]

_CROSS = "❌✗✘✖☐🚫⛔👎×"
_DENIED_BEHIND = re.compile(
    r"[\s\"'*_)\]]{0,4}(?:[,:=—–-]|…|\.{2,})?\s{0,2}[\"'*(]{0,3}(?:no|not|false|nope|wrong|nein|nicht|non|"
    r"falsch|falso|faux|нет|いいえ|否|不是|아니|नहीं|לא|لا|0|0\.0|(?:0?\.|[0-4]?)\d\s?%)(?![\w%.])(?!\s+(?:doubt|"
    r"question))"
    r"|[\s\"'*_)\]]{0,4}[:=—–-]\s{0,2}[\"'*(]{0,3}(?:absent|unlikely|none|n/a|low|never|negative|unclear|"
    r"unknown|maybe|possibl[ey]|weak)\b"
    rf"|[\s\"'*_)\]]{{0,4}}[:=]?\s?[{_CROSS}]",
    re.IGNORECASE,
)
"""After a label: "no", "false", a cross, a share under one half."""
_DENIED_AT_THE_END = re.compile(r"[\"'*_]*,\s(?:\w+\s){0,3}(?:\w+n't|not)[^\w\ufffc]*", re.IGNORECASE)
"""A negation that is all of the rest: "X, she isn't."."""
_CROSSED = re.compile(
    rf"(?:[{_CROSS}]|\[ \]|\( \)|(?<![\d.])(?:[0-4]?\d|[0-4]?\d\.\d+|50(?:\.0+)?)\s?%)[\s\"'*_]{{0,4}}$"
)
"""Before a label: a cross, an empty box, a share under one half."""
_JOINS = re.compile(r"[\s\"'*_(]{1,4}(?:\w+\s){0,2}[\"'*_(]{0,3}")
"""Between a denial and the label that it belongs to."""
_ASKED = re.compile(r"[\s\"'*_)\]]{0,4}\(?[?？؟]")
_OPEN_BEHIND = re.compile(
    r"\s*[/|]|[\s,]+(?:if|unless|only if|when|whenever|until|wenn|falls|si|se|если)\b|\s+than\b|\s+as any|"
    r"[\s:=(]{1,3}\d+(?:\.\d+)?\s?(?:/|out of)\s?\d|\s+(?:next|tomorrow|again|on the surface|at first|"
    r"at times|"
    r"sometimes|in part|enough|means|refers? to|stands? for|describes?|people|persons|individuals|ones|"
    r"(?:is|are) (?:when|where|defined|for|a|an|the(?! (?:correct|right|best|most|more|final|likeliest|"
    r"answer|label|one))))\b",
    re.IGNORECASE,
)
"""After a label: another choice, a condition, a scale, a definition."""
_TURNED_BEHIND = re.compile(
    r"[^\ufffc]*?(?:[,;—–(-]|\s)\s*(?:but|however|though|although|yet|aber|mais|pero|ma|но|但)\b",
    re.IGNORECASE,
)
_THOUGH = re.compile(r",\s(?:though|however)\W*$", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"\n]{1,400}\"|(?<![\w'])'[^\"\n]{1,400}?'(?!\w)")
_SHARE = re.compile(
    r"[\s\"'*_:=(~≈-]{0,6}(?:\d|(?:low|high|medium|moderate|none|weak|strong)\b)", re.IGNORECASE
)
_RANK = re.compile(r"\b(?:[A-Ja-j][.)]|\d{1,3}(?:[.):]|st:|nd:|rd:|th:|\s?%))[\s\"'*_]*$")
"""A number beside a label; if several labels have one, they are a table and not an answer."""
_ALSO = re.compile(r"\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\s+(?:also\s+|\w+ly\s+)?$", re.IGNORECASE)
"""Words that join a label to the one before it."""
_GOES_ON = re.compile(
    r"[ \t]+(?!(?:but|and|or|because|since|as|vs|versus)\b)[a-z\u00e0-\u024f]", re.IGNORECASE
)
_ENUMERATES = re.compile(r"[).:]\s")
"""After a letter: "B) calm"."""
_OFFERED = 40
"""Characters within which "or" joins two labels."""
_LISTED = re.compile(
    r"(?:\b(?:or|and|nor|oder|ou|o)|[/,|])\s*(?:(?:option|choice|letter|answer)\s+)?$", re.IGNORECASE
)


def polarities(text: str, mentions: Sequence[Mention]) -> list[Polarity]:
    """The polarity of each mention of a plain text, in order; members of one list have the same."""
    reader = _Reader(text, mentions)
    found: list[Polarity] = []
    for first, last in _lists(text, mentions):
        pole = reader.read(first, found)
        if pole == "open" and first < last:
            pole = reader.read(last, found)
        if pole == "given" and len({one.label for one in mentions[first : last + 1]}) > 1:
            pole = "open"  # "truthful or deceptive" gives neither
        found += [pole] * (last + 1 - first)
    return ["open"] * len(found) if _is_table(text, mentions) else found


def takes_back(text: str) -> bool:
    """Whether a sentence takes back what the text before it said: "But I am not sure."."""
    bare = text.lstrip(" \t\n\"'*_#>-")
    if wording("turning").match(bare) is not None or _THOUGH.search(text[-20:]) is not None:
        return True
    return wording("doubting").search(bare[:REACH]) is not None


class _Reader:
    """Reads the mentions of one text."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self._text = text
        self._mentions = mentions
        self._masked = _masked(text, mentions)
        self._quoted = [match.span() for match in _QUOTED.finditer(self._masked)]
        self._sentences = sentences(text)
        self._ends = [end for _, end in self._sentences]

    def read(self, index: int, before: Sequence[Polarity]) -> Polarity:
        """The polarity of one mention; `before` are those of the mentions before it."""
        mention = self._mentions[index]
        earlier = self._mentions[index - 1].end if index else 0
        later = self._mentions[index + 1].start if index + 1 < len(self._mentions) else len(self._text)
        sentence = self._sentences[bisect_right(self._ends, mention.start)]
        here = place(self._masked, (mention.start, mention.end), sentence, (earlier, later))
        asked = self._text[sentence[1] - 1] in "?？؟"
        pole = _polarity(here, asked=asked, letter=_is_letter(self._text, mention))
        if _DENIED_AT_THE_END.fullmatch(here.behind) and not _is_negation(self._text, mention):
            return "denied"
        if here.earlier and before and pole == "open" and _ALSO.search(here.before, here.earlier):
            return before[-1]  # "truthful here and deceptive there"
        if here.earlier and before and pole == "given" and before[-1] != "given" and _is_offered(here):
            return "open"  # "either truthful, or else deceptive"
        foreign = _is_quoted(self._masked, mention, self._quoted) or _is_particle(self._text, mention)
        return "open" if pole == "given" and foreign else pole


def _lists(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """For each list of mentions, the indices of the first and the last."""
    first = 0
    for index, mention in enumerate(mentions):
        end = index + 1 == len(mentions)
        if end or not _is_list(text[mention.end : mentions[index + 1].start]):
            yield first, index
            first = index + 1


def _polarity(here: Place, *, asked: bool, letter: bool) -> Polarity:
    if _ASKED.match(here.behind):
        return "open"
    if wording("denying").search(here.near_clause) or _is_denied_behind(here) or _CROSSED.search(here.before):
        return "denied"
    if asked or wording("supposing").search(here.clause) or wording("opening").search(here.main_clause):
        return "open"
    if any(pattern.match(here.behind) for pattern in (_OPEN_BEHIND, _or_behind(), _TURNED_BEHIND)):
        return "open"
    given = asserts(here.before, here.behind, here.clause) or (letter and _is_picked(here))
    return "given" if given else "open"


def _is_denied_behind(here: Place) -> bool:
    """ "deceptive: no", "deceptive would be wrong", unless what is denied is the label that
    follows."""
    match = _DENIED_BEHIND.match(here.behind)
    has_next = here.later < len(here.behind)
    if match and not (has_next and _JOINS.fullmatch(here.behind[match.end() : here.later])):
        return True
    return here.later >= len(here.tail) and wording("denying").search(here.tail) is not None


def _is_picked(here: Place) -> bool:
    """Whether a letter ends its clause and does not belong to a list."""
    closed = ends(here.behind) or _ENUMERATES.match(here.behind) is not None
    return closed and _LISTED.search(here.before) is None


def _is_offered(here: Place) -> bool:
    """Whether a word such as "or" joins a label to the one before it."""
    between = here.before[here.earlier :]
    return len(between) < _OFFERED and wording("choice").search(between) is not None


def _is_letter(text: str, mention: Mention) -> bool:
    return mention.end - mention.start == 1 and text[mention.start].isascii()


def _is_list(between: str) -> bool:
    """Whether two mentions belong to one list: only commas and conjunctions are between them."""
    return len(between) < REACH and "\n" not in between and _list().fullmatch(between) is not None


def _is_quoted(text: str, mention: Mention, quoted: Sequence[tuple[int, int]]) -> bool:
    """Whether a label is in a longer quotation of someone else; a quotation of the complete text is
    not."""
    for start, end in quoted:
        if start <= mention.start < end and text[start + 1 : end - 1].strip(f"{MASK} .!*_"):
            return bool(text[:start].strip() or text[end:].strip(" .\n"))
    return False


def _is_particle(text: str, mention: Mention) -> bool:
    """Whether a label such as "no" is a negation here, because its clause goes on."""
    return _is_negation(text, mention) and _GOES_ON.match(text, mention.end) is not None


def _is_negation(text: str, mention: Mention) -> bool:
    return wording("denying").fullmatch(text, mention.start, mention.end) is not None


def _is_table(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether several labels have a number beside them."""
    shares = {one.label for one in mentions if _SHARE.match(text, one.end)}
    ranks = {one.label for one in mentions if _RANK.search(text, max(0, one.start - 8), one.start)}
    return len(shares) > 1 or len(ranks) > 1


def _masked(text: str, mentions: Sequence[Mention]) -> str:
    """The text without labels and idioms, so that neither is read as a negation."""
    signs = list(text)
    for match in wording("harmless").finditer(text):
        signs[match.start() : match.end()] = " " * len(match[0])
    for mention in mentions:
        if not _is_particle(text, mention):
            signs[mention.start : mention.end] = MASK * (mention.end - mention.start)
    return "".join(signs)


@lru_cache(maxsize=1)
def _list() -> re.Pattern[str]:
    """A pattern of what may come between the members of one list."""
    words = rf"{alternatives('choice')}|(?:and|und|et|y|e|и|and/or)(?!\w)"
    signs = r"/|,|&|→|->|=>|[<>=≥≤≈]|\||、|和|与|與|か|と"
    space = r"(?:[\s,\"'*_()\[\]`—–…+-]|\.(?=\.)|(?<=\.)\.(?!\.))*"
    return re.compile(rf"{space}(?:(?:{words}|{signs}){space}){{0,2}}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _or_behind() -> re.Pattern[str]:
    """A pattern of another choice after a label."""
    space = r"(?:\s?\([^()\n]{0,40}\))?[\s\"'*_)\].…]{0,6}"
    return re.compile(f"{space}{alternatives('choice')}", re.IGNORECASE)
