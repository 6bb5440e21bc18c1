"""Scores in speech: `6-4`, `6 4`, `64`, `six four`, tie-breaks, and scores within a set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from mgllm.audit.tokens import Token, word_set

Kind = Literal["score", "score-within-set"]
"""A set or a match that has ended, or games and points on the way, which do not say who won."""

_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NUMBERS = {word: n for n, word in enumerate(_WORDS.split())} | {
    "love": 0,
    "nil": 0,
    "thirty": 30,
    "forty": 40,
}
POINTS = (0, 15, 30, 40)
_HYPHEN = re.compile(r"\s?[-–—‑]\s?|:")
_SPACE = re.compile(r"\s+")
_LOOSE = re.compile(r",?\s+(?:and\s+)?|\s?[/-]\s?")
_TIEBREAK = re.compile(r"\s?\(\d{1,2}(?:\s?[-–]\s?\d{1,2})?\)")
NEAR = 5
"""Words around a pair of numbers in which a word about sets is looked for: our choice."""
SET_WORDS = word_set("set sets tiebreak tiebreaks tiebreaker tiebreakers breaker straight")
ORDINALS = word_set("first second third fourth fifth opening deciding decider final 1st 2nd 3rd")
JOINS = word_set("was is went one ended finished at by")
"""Between an ordinal and a score: `the second was seven five`."""
AFTER_ORDINAL = word_set(
    "round week day time match game year serve serves place quarter half part point points of ball month "
    "tournament event"
)
"""`in the first round` is not about a set."""
STATE = word_set(
    "up down lead leads leading led trail trails trailed trailing ahead behind serving serve serves score "
    "advantage deficit all break breaks"
)
"""Words beside the score of games: `a 5-2 lead`, `5-3 down`."""
BEFORE_GAMES = word_set("at from to score being was leading led trailing trailed up down serving ahead it's")
RESULT = word_set(
    "won win wins winning lost lose losing beat beats beaten defeated victory prevailed loss defeat"
)
UNITS = word_set(
    "percent per hour hours minute minutes second seconds day days week weeks month months year years times "
    "time people persons players matches match titles title aces ace winners errors faults points point "
    "balls ball shots metres meters metre feet foot inches inch tall kilos kilo kg degrees degree euros "
    "dollars pounds million thousand hundred kilometres kilometers km miles mile tournaments events rackets "
    "kids children sisters brothers friends strings chances serves forehands backhands o'clock am pm "
    "january february march april june july august september october november december favourite favorite "
    "record odds formation job schedule hotels cities countries courts guys girls sessions exercises coaches "
    "steps beers coffees meals nights weekends things questions reasons options ways books songs"
)
"""After these a pair of numbers counts or measures something else."""
BAD_BEFORE = word_set(
    "room gate number page row section flight route chapter figure table court bus line seat platform level "
    "he's she's age aged channel highway"
)


class Score(NamedTuple):
    """A score in a text: offsets, and what it is a score of."""

    start: int
    end: int
    kind: Kind


class _Pair(NamedTuple):
    """Two numbers that could be a score."""

    first: int
    last: int  # index of the word after the pair
    a: int
    b: int
    form: Literal["hyphen", "loose", "glued", "sure"]


class _Beside(NamedTuple):
    """Whether the ends of other sets, or one end of a set, stand directly beside."""

    chain: bool
    set_before: bool


def find_scores(text: str, tokens: Sequence[Token]) -> Iterator[Score]:
    """All scores of a text, in its order."""
    pairs = list(_pairs(text, tokens))
    chains = _chains(pairs, text, tokens)
    done = 0
    for n, pair in enumerate(pairs):
        if tokens[pair.first].start < done:
            continue  # the points of a tie-break in brackets
        beside = _Beside(chains[n], n > 0 and _follows_set(pairs[n - 1], pair, text, tokens))
        kind = _kind(pair, beside, text, tokens)
        if kind is not None:
            done = tokens[pair.last - 1].end
            extra = _TIEBREAK.match(text, done)
            done = extra.end() if extra else done
            yield Score(tokens[pair.first].start, done, kind)


def _number(token: Token) -> int | None:
    if token.low.isascii() and token.low.isdigit() and len(token.low) <= 2:
        return int(token.low)
    return NUMBERS.get(token.low)


def _pairs(text: str, tokens: Sequence[Token]) -> Iterator[_Pair]:
    """Candidates in the order of their first word."""
    place = 0
    while place < len(tokens):
        pair = _pair_at(place, text, tokens)
        if pair is not None:
            yield pair
            place = pair.last
        else:
            place += 1


def _pair_at(n: int, text: str, tokens: Sequence[Token]) -> _Pair | None:
    a = _number(tokens[n])
    low = [token.low for token in tokens[n : n + 5]]
    if low[0] == "deuce":
        return _Pair(n, n + 1, 40, 40, "sure")
    if a is None:
        return _glued(n, tokens)
    return _with_words(n, a, low, tokens) or _two_numbers(n, a, text, tokens)


def _two_numbers(n: int, a: int, text: str, tokens: Sequence[Token]) -> _Pair | None:
    """`6-4`, `6 4`, `six four`; of `62 63` the first."""
    b = _number(tokens[n + 1]) if n + 1 < len(tokens) else None
    if b is None or tokens[n + 1].begins:
        return _glued(n, tokens)
    between = text[tokens[n].end : tokens[n + 1].start]
    if min(a, b) > 20 and not (a in POINTS and b in POINTS) and not _HYPHEN.fullmatch(between):
        return _glued(n, tokens)  # 62 63
    hyphen = _HYPHEN.fullmatch(between) is not None
    if (hyphen or _LOOSE.fullmatch(between)) and not _longer(n, text, tokens):
        return _Pair(n, n + 2, a, b, "hyphen" if hyphen else "loose")
    return None


def _with_words(n: int, a: int, low: list[str], tokens: Sequence[Token]) -> _Pair | None:
    """`two sets to one`, `one set all`, `four all`, `six games to four`, `six to four`."""
    if low[1:2] and low[1] in ("set", "sets", "games") and low[2:3] == ["to"] and len(low) > 3:
        b = _number(tokens[n + 3])
        if b is not None:
            return _Pair(n, n + 4, a, b, "sure")
    if low[1:3] == ["set", "all"] or low[1:3] == ["sets", "all"]:
        return _Pair(n, n + 3, a, a, "sure")
    if low[1:2] == ["all"] and (a in POINTS[1:] or 1 <= a <= 6) and low[2:3] not in (["of"], ["the"]):
        return _Pair(n, n + 2, a, a, "loose" if a <= 6 else "sure")
    if low[1:2] == ["to"] and len(low) > 2 and (b := _number(tokens[n + 2])) is not None:
        return _Pair(n, n + 3, a, b, "loose")
    return None


def _glued(n: int, tokens: Sequence[Token]) -> _Pair | None:
    """`64`, as a speech recogniser writes it; `4015` for points."""
    low = tokens[n].low
    if not (low.isascii() and low.isdigit() and len(low) in (2, 4)):
        return None
    half = len(low) // 2
    a, b = int(low[:half]), int(low[half:])
    if half == 2 and (a == b or a not in POINTS[1:] or b not in POINTS[1:]):
        return None
    return _Pair(n, n + 1, a, b, "glued")


def _longer(n: int, text: str, tokens: Sequence[Token]) -> bool:
    """Whether the two numbers are part of something longer, such as 6-4-2019, 6-4.5 or 6-4 %."""
    start, end = tokens[n].start, tokens[n + 1].end
    before, after = text[max(0, start - 2) : start], text[end : end + 3]
    return bool(re.search(r"\d[-–—/.:,]$|[$€£#]$", before) or re.match(r"[-–—/.:]\d|\s?[%°]", after))


def _kind(pair: _Pair, beside: _Beside, text: str, tokens: Sequence[Token]) -> Kind | None:
    """What the pair is a score of; None if it is not one."""
    after = tokens[pair.last].low if pair.last < len(tokens) and not tokens[pair.last].begins else ""
    before = tokens[pair.first - 1].low if pair.first and not tokens[pair.first].begins else ""
    counted = {token.low for token in _here(tokens, pair.first - 3, pair.first, pair.first)} & BAD_BEFORE
    if after in UNITS or counted:
        return None
    if pair.form == "sure":
        set_words = {token.low for token in tokens[pair.first : pair.last]} & {"set", "sets"}
        return "score" if set_words else "score-within-set"
    if pair.a in POINTS and pair.b in POINTS and max(pair.a, pair.b) >= 15:
        return "score-within-set" if pair.form != "glued" or before in BEFORE_GAMES else None
    sets = _about_sets(pair, tokens)
    tiebreak = _tiebreak(pair, tokens)
    if (
        _ended(pair.a, pair.b)
        or _match_tiebreak(pair)
        or (tiebreak and max(pair.a, pair.b) >= 7 and abs(pair.a - pair.b) >= 2)
    ):
        return "score" if tiebreak or beside.chain or _accepted(pair, text, tokens, sets) else None
    if tiebreak and pair.form != "glued":
        return "score-within-set"
    return "score-within-set" if _games(pair, before, after, sets or beside.set_before) else None


def _ended(a: int, b: int) -> bool:
    """Whether a set can end like this; long sets and tie-breaks end with two ahead."""
    high, low = max(a, b), min(a, b)
    return (high == 6 and low <= 4) or (high == 7 and low in (5, 6)) or (high >= 8 and high - low == 2)


def _match_tiebreak(pair: _Pair) -> bool:
    """Whether a tie-break instead of a last set can end like this: 10-7."""
    return max(pair.a, pair.b) >= 10 and abs(pair.a - pair.b) >= 2 and pair.form != "glued"


def _accepted(pair: _Pair, text: str, tokens: Sequence[Token], sets: bool) -> bool:
    """Whether the words around say that the end of a set is meant."""
    long = max(pair.a, pair.b) > 7
    if _match_tiebreak(pair) and abs(pair.a - pair.b) > 2:
        return False
    if sets or (pair.form == "hyphen" and not long):
        return True
    asked = {token.low for token in _here(tokens, pair.first - 3, pair.first, pair.first)}
    follows = tokens[pair.last] if pair.last < len(tokens) else None
    ends = follows is None or follows.begins or follows.low in ("in", "and", "against", "today", "at")
    comma = "," in text[tokens[pair.first].end : tokens[pair.last - 1].start]
    return pair.form == "loose" and not comma and bool(asked & RESULT) and ends


def _chains(pairs: Sequence[_Pair], text: str, tokens: Sequence[Token]) -> list[bool]:
    """For each pair, whether it is one of several ends of sets in a row, without a single number
    behind."""
    found: list[bool] = []
    row: list[_Pair] = []
    for n, pair in enumerate(pairs):
        row.append(pair)
        if n + 1 < len(pairs) and _adjoin(pair, pairs[n + 1], text, tokens):
            continue
        ends = all(_ended(one.a, one.b) or _match_tiebreak(one) for one in row)
        behind = tokens[pair.last] if pair.last < len(tokens) else None
        single = behind is not None and not behind.begins and _number(behind) is not None
        found += [len(row) > 1 and ends and not single] * len(row)
        row = []
    return found


def _follows_set(before: _Pair, pair: _Pair, text: str, tokens: Sequence[Token]) -> bool:
    """Whether the pair before is the end of a set: `6-3 4-1`."""
    return _ended(before.a, before.b) and _adjoin(before, pair, text, tokens)


def _adjoin(one: _Pair, other: _Pair, text: str, tokens: Sequence[Token]) -> bool:
    between = text[tokens[one.last - 1].end : tokens[other.first].start]
    return (
        one.last <= other.first
        and re.fullmatch(r"(?:\s?\(\d{1,2}\))?[\s,;]*(?:and\s|then\s)?", between) is not None
    )


def _here(tokens: Sequence[Token], start: int, end: int, anchor: int) -> list[Token]:
    """Words from start to end that stand in the sentence of the word at `anchor`."""
    first = anchor
    while first > max(start, 0) and not tokens[first].begins:
        first -= 1
    last = anchor + 1
    while last < min(end, len(tokens)) and not tokens[last].begins:
        last += 1
    return list(tokens[max(first, start, 0) : min(last, end)])


def _about_sets(pair: _Pair, tokens: Sequence[Token]) -> bool:
    """Whether a word about sets stands near, or `in the third` directly behind."""
    around = _here(tokens, pair.first - NEAR, pair.last + NEAR, pair.first)
    if any(token.low in SET_WORDS for token in around):
        return True
    low = [token.low for token in _here(tokens, pair.first - 3, pair.first, pair.first)]
    if low and (low[-1] in ORDINALS or (low[-2:-1] and low[-2] in ORDINALS and low[-1] in JOINS)):
        return "the" in low or low[0] in ORDINALS
    low = [token.low for token in _here(tokens, pair.last, pair.last + 4, pair.last - 1)]
    return low[:2] == ["in", "the"] and low[2:3] != [] and low[2] in ORDINALS and low[3:4] not in [
        [word] for word in AFTER_ORDINAL
    ]  # fmt: skip


def _tiebreak(pair: _Pair, tokens: Sequence[Token]) -> bool:
    around = [token.low for token in _here(tokens, pair.first - NEAR, pair.last + NEAR, pair.first)]
    joined = " ".join(around)
    return "tie break" in joined or any(word.startswith(("tiebreak", "breaker")) for word in around)


def _games(pair: _Pair, before: str, after: str, sets: bool) -> bool:
    """Whether games within a set are meant."""
    if max(pair.a, pair.b) > 6 or (pair.a, pair.b) == (0, 0):
        return False
    said = before in BEFORE_GAMES or after in STATE
    if pair.form == "glued":
        return before in ("at", "from") and sets
    return said or sets
