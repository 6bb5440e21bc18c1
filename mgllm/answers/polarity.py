"""Whether a mention of a label gives it, denies it, or leaves it open.

Cautious on purpose: a word of negation before the label in its clause, or right behind it, denies it; a
question, a condition, a report of what others say or a comparison leaves it open. What is not plainly said of
the person who is judged counts as left open, so that the reply is unparsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from mgllm.answers.asserting import MASK, asserts, ends
from mgllm.answers.naming import Mention
from mgllm.answers.vocabulary import wording

Polarity = Literal["given", "denied", "open"]

_BREAK = re.compile(
    r"[:;—–，；：、(（]|\s-\s|,\s*(?:and|so|therefore|thus|hence|but|yet|then|which|suggesting|indicating|"
    r"meaning|"
    r"implying|making|also|this|that|und|also|aber|sondern|donc|mais|car|pero|sino|por lo que|quindi|ma|"
    r"perciò|"
    r"mas|portanto|maar|dus|а|но|поэтому)\b"
    r"|(?<!anything )(?<!nothing )(?<!everything )\b(?:but|because|therefore|thus|hence|however|aber|"
    r"sondern|weil|"
    r"mais|donc|pero|sino|porque|ma|però|mas|maar|omdat|но|потому|поэтому|lakin|ama)\b"
    r"|\band (?:is|are|was|seems?|looks?|appears?|sounds?|so|thus|therefore|hence|he|she|they|it)\b"
    r"|但是|但|而是|所以|因此|因为|因為|でも|しかし|ので|하지만|그러나|लेकिन|इसलिए|אבל|لكن|แต่",
    re.IGNORECASE,
)
"""Where a negation or a condition before a label no longer reaches it."""
_MAIN_CLAUSE = re.compile(
    r",\s+(?=(?:the|this|he|she|they|it|i|we|my|er|sie|il|elle|él|ella|lei|lui|die|der|la|le|el)\b|\ufffc)|"
    r",\s*$",
    re.IGNORECASE,
)
"""Where a negation no longer reaches it and a condition still does."""
_END = re.compile(
    r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\b[MD]r)(?<!\bcf)[.!?…](?=[\s\"')\]*_]|"
    r"$)(?!(?<=\.\.)\s(?-i:[a-z]))(?!(?<=…)\s(?-i:[a-z]))|[。！？।॥؟]|\n",
    re.IGNORECASE,
)
_BEHIND_BREAK = re.compile(
    r"[,;:—–，；：、。(（]|\s-\s|\b(?:because|since|as|given|due|for|which|who|that|and|but|so|when|in|weil|da|"
    r"und|car|parce|et|porque|y|perché|e)\b",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"[\s\"'*_)\]]{0,4}(?:[,:=—–-]|…|\.{2,})?\s{0,2}[\"'*(]{0,3}(?:no|not|false|nope|wrong|nein|nicht|non|"
    r"falsch|falso|"
    r"faux|нет|いいえ|否|不是|아니|नहीं|לא|لا|0|0\.0|(?:0?\.|[0-4]?)\d\s?%)(?![\w%.])(?!\s+(?:doubt|question))"
    r"|[\s\"'*_)\]]{0,4}[:=]?\s?[❌✗✘✖☐🚫⛔👎×]",
    re.IGNORECASE,
)
"""Behind a label: "no", "false", a cross, a share under one half."""
_CROSSED = re.compile(r"(?:[❌✗✘✖☐🚫⛔👎×]|\[ \]|(?<![\d.])(?:[0-4]?\d|[0-4]?\d\.\d+)\s?%)[\s\"'*_]{0,4}$")
"""Before it: a cross, an empty box, a share under one half."""
_ASKED = re.compile(r"[\s\"'*_)\]]{0,4}\(?[?？؟]")
_OPEN_BEHIND = re.compile(
    r"(?:\s?\([^()\n]{0,40}\))?[\s\"'*_)\].…]{1,6}(?:or|nor|oder|ou|o|или|ή|vs|versus)\b|\s*[/|]|"
    r"[\s,]+(?:if|unless|only if|when|whenever|until|wenn|falls|si|se|если)\b|还是|或|\s+than\b|\s+as any|"
    r"[\s:=(]{1,3}\d+(?:\.\d+)?\s?(?:/|out of)\s?\d|"
    r"\s+(?:next|tomorrow|again|on the surface|at first|at times|sometimes|in part|enough|means|refers? to|"
    r"stands? for|"
    r"describes?|"
    r"(?:is|are) (?:when|where|defined|for|a|an|the)|people|persons|individuals|ones)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"(?:[\s,\"'*_()\[\]`—–…+-]|\.{2,})*(?:(?:and|or(?: rather| maybe| perhaps| possibly)?|nor|und|oder|et|"
    r"ou|y|o|e|и|или|and/or|vs\.?|versus|/|,|&|→|->|=>|\||、|和|或|"
    r"与|與|还是|か|と|또는)[\s\"'*_()\[\]`]*){0,2}",
    re.IGNORECASE,
)
_SHARE = re.compile(r"[\s\"'*_:=(~≈-]{0,6}\d")
_RANK = re.compile(r"\b\d{1,3}(?:[.):]|st:|nd:|rd:|th:|\s?%)[\s\"'*_]*$")
"""A number beside a label; where several labels have one, they are a table and no answer."""
_ALSO = re.compile(r"\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\s+(?:also\s+|\w+ly\s+)?$", re.IGNORECASE)
"""What joins a label to the one before it."""
_GOES_ON = re.compile(
    r"[ \t]+(?!(?:but|and|or|because|since|as|vs|versus)\b)[a-z\u00e0-\u024f]", re.IGNORECASE
)
_LISTED = re.compile(r"(?:\b(?:or|and|nor|oder|ou|o)|[/,|])\s*$", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(r",|\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\b", re.IGNORECASE)
_TURNED_BEHIND = re.compile(
    r"[^\ufffc]*?(?:[,;—–(-]|\s)\s*(?:but|however|though|although|yet|aber|mais|pero|ma|но|但)\b",
    re.IGNORECASE,
)
_THOUGH = re.compile(r",\s(?:though|however)\W*$", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"\n]{1,400}\"|(?<![\w'])'[^\"\n]{1,400}?'(?!\w)|“[^”\n]{1,400}”")
_REACH = 240
"""Characters before and behind a label in which its polarity is looked for."""
_JOINS = re.compile(r"[\s\"'*_(]{1,4}(?:\w+\s){0,2}[\"'*_(]{0,3}")
"""Between a denial and the label that it belongs to."""


class _Place(NamedTuple):
    """A label in its sentence, other labels masked."""

    before: str
    behind: str
    earlier: int
    """Where in `before` the label before it ends; 0 without one."""
    later: int
    """Where in `behind` the next label begins."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a plain text; a line ends one."""
    spans, start = [], 0
    for match in _END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    return [*spans, (start, len(text))]


def polarities(text: str, mentions: Sequence[Mention]) -> list[Polarity]:
    """The polarity of each mention, in order."""
    masked = _masked(text, mentions)
    quoted = [match.span() for match in _QUOTED.finditer(masked)]
    spans = sentences(text)
    found: list[Polarity] = []
    at = 0
    for index, mention in enumerate(mentions):
        while spans[at][1] <= mention.start:
            at += 1
        earlier = mentions[index - 1] if index else None
        if earlier is not None and _is_list(text[earlier.end : mention.start]):
            if earlier.label != mention.label and found[-1] == "given":
                found[-1] = "open"  # "truthful or deceptive" gives neither
            found.append(found[-1])
            continue
        later = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
        place = _placed(masked, mention, spans[at], (earlier.end if earlier else 0, later))
        pole = _polarity(place, asked=text[spans[at][1] - 1] in "?？؟", letter=_is_letter(text, mention))
        if place.earlier and pole == "open" and _ALSO.search(place.before, place.earlier):
            pole = found[-1]  # "truthful here and deceptive there"
        if pole == "given" and (_is_quoted(masked, mention, quoted) or _is_particle(text, mention)):
            pole = "open"
        found.append(pole)
    return ["open"] * len(found) if _is_table(text, mentions) else found


def _is_letter(text: str, mention: Mention) -> bool:
    return mention.end - mention.start == 1 and text[mention.start].isascii()


def _is_particle(text: str, mention: Mention) -> bool:
    """Whether a label such as "no" is a word of negation here: its clause goes on."""
    denies = wording("denying").fullmatch(text, mention.start, mention.end)
    return denies is not None and _GOES_ON.match(text, mention.end) is not None


def _is_table(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether several labels have a number beside them."""
    shares = {one.label for one in mentions if _SHARE.match(text, one.end)}
    ranks = {one.label for one in mentions if _RANK.search(text, max(0, one.start - 8), one.start)}
    return len(shares) > 1 or len(ranks) > 1


def takes_back(text: str) -> bool:
    """Whether a sentence takes back what the prose before it said: "But I am not sure."."""
    bare = text.lstrip(" \t\n\"'*_#>-")
    if wording("turning").match(bare) is not None or _THOUGH.search(text[-20:]) is not None:
        return True
    return wording("doubting").search(bare[:_REACH]) is not None


def _is_list(between: str) -> bool:
    """Whether two mentions are members of one list: only commas and conjunctions stand between them."""
    return len(between) < _REACH and "\n" not in between and _LIST.fullmatch(between) is not None


def _is_quoted(text: str, mention: Mention, quoted: Sequence[tuple[int, int]]) -> bool:
    """Whether a label stands in a longer quotation, which is somebody else's; one of all the text is not."""
    for start, end in quoted:
        if start <= mention.start < end and text[start + 1 : end - 1].strip(f"{MASK} .!*_"):
            return bool(text[:start].strip() or text[end:].strip(" .\n"))
    return False


def _masked(text: str, mentions: Sequence[Mention]) -> str:
    """The text with labels and idioms taken out, so that neither is read as a negation."""
    signs = list(text)
    for match in wording("harmless").finditer(text):
        signs[match.start() : match.end()] = " " * len(match[0])
    for mention in mentions:
        if not _is_particle(text, mention):
            signs[mention.start : mention.end] = MASK * (mention.end - mention.start)
    return "".join(signs)


def _placed(text: str, mention: Mention, sentence: tuple[int, int], around: tuple[int, int]) -> _Place:
    first = max(sentence[0], mention.start - _REACH)
    cut = "… " if first > sentence[0] else ""
    behind = text[mention.end : min(sentence[1], mention.end + _REACH)]
    earlier = around[0] - first + len(cut) if around[0] > first else 0
    return _Place(cut + text[first : mention.start], behind, earlier, max(0, around[1] - mention.end))


def _polarity(place: _Place, *, asked: bool, letter: bool) -> Polarity:
    before, behind = place.before, place.behind
    if _ASKED.match(behind):
        return "open"
    clause = _clause(before, place.earlier)
    near = _MAIN_CLAUSE.split(clause)[-1]
    if wording("denying").search(near) or _is_denied_behind(place) or _CROSSED.search(before):
        return "denied"
    if asked or wording("supposing").search(clause) or wording("opening").search(near):
        return "open"
    if _OPEN_BEHIND.match(behind) or _TURNED_BEHIND.match(behind):
        return "open"
    return "given" if asserts(before, behind, clause) or (letter and _is_picked(place)) else "open"


def _is_picked(place: _Place) -> bool:
    """Whether a letter ends its clause and is no member of a list."""
    return ends(place.behind) and _LISTED.search(place.before) is None


def _clause(before: str, earlier: int) -> str:
    """The words that lead to a label: behind the last break, or behind an earlier label and a comma."""
    breaks = [match.end() for match in _BREAK.finditer(before)]
    start = breaks[-1] if breaks else 0
    if earlier > start and _NEXT_CLAUSE.search(before, earlier):
        start = earlier
    return before[start:]


def _is_denied_behind(place: _Place) -> bool:
    """ "deceptive: no", "deceptive would be wrong", unless what is denied is the label that follows."""
    match = _DENIED_BEHIND.match(place.behind)
    if match is not None:
        others = place.later < len(place.behind) and _JOINS.fullmatch(place.behind[match.end() : place.later])
        if not others:
            return True
    found = _BEHIND_BREAK.search(place.behind)
    near = place.behind if found is None else place.behind[: found.start()]
    return place.later >= len(near) and wording("denying").search(near) is not None
