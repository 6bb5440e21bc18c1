"""Names of people in speech: words with a capital letter where no sentence begins, and what a user
lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from mgllm.audit.tokens import Token, tokens_of, word_set

MOSTLY = 0.5
"""Share of common words with a capital letter above which capitals say nothing: our choice."""
FEWEST = 2
"""Common words of a text about whose capitals something can be said."""
PRONOUN = frozenset({"i"})
"""Always has a capital letter."""
BEFORE_MISS = word_set(
    "i we you they to will would don't didn't not never i'll can could really always may might"
)
"""Words before `miss` where it is a verb."""
ENDINGS = ("ing", "ed", "ly", "tion", "sion", "ness", "ment", "ful", "less", "able", "ible", "ous")
"""Of words that are seldom names, if they have more than six letters."""


class NameWords(NamedTuple):
    """Lists that decide what is a name."""

    common: frozenset[str]
    """Words that may begin a sentence."""
    others: frozenset[str]
    """Words with a capital letter that name nobody: places, days, brands."""
    titles: frozenset[str]
    """Words before a name: mr, ms."""
    particles: frozenset[str]
    """Words inside a name: de, van."""


class Known(NamedTuple):
    """Names that are known before a text is read; in lower case."""

    listed: tuple[tuple[str, ...], ...] = ()
    """What the user lists, as words."""
    found: frozenset[str] = frozenset()
    """Words that are names elsewhere in the set."""
    plain: frozenset[str] = frozenset()
    """Words that stand in lower case elsewhere in the set."""


def known_names(texts: Iterable[str], listed: Iterable[str], words: NameWords) -> Known:
    """What the set itself says about which words are names."""
    found: set[str] = set()
    plain: set[str] = set()
    for text in texts:
        tokens = tokens_of(text)
        plain |= {token.low for token in tokens if token.text[0].islower()}
        if _capitals_say_something(tokens, words):
            found |= {_bare(one) for n, one in enumerate(tokens) if _certain(n, tokens, words)}
        found |= {_bare(tokens[n + 1]) for n in range(len(tokens) - 1) if _titled(n, tokens, words)}
    split = [tuple(token.low for token in tokens_of(name)) for name in listed]
    return Known(tuple(one for one in split if one), frozenset(found), frozenset(plain))


def find_names(
    text: str, tokens: Sequence[Token], words: NameWords, known: Known
) -> Iterator[tuple[int, int]]:
    """Offsets of each name; words of one name are one span, without a possessive ending."""
    named = _named(tokens, words, known)
    place = 0
    while place < len(tokens):
        if place not in named:
            place += 1
            continue
        last = place
        while (step := _next(last, tokens, named, words, text)) is not None:
            last = step
        end = tokens[last]
        yield tokens[place].start, end.end - (2 if end.low.endswith("'s") else 0)
        place = last + 1


def _named(tokens: Sequence[Token], words: NameWords, known: Known) -> Collection[int]:
    """Indices of words that are part of a name."""
    spelled = _capitals_say_something(tokens, words)
    capitals = any(token.text[0].isupper() for token in tokens)
    elsewhere = known.found - words.common - words.others
    found: set[int] = set()
    for n, token in enumerate(tokens):
        bare = _bare(token)
        if (spelled and (_certain(n, tokens, words) or _first(n, tokens, words, known))) or (
            not (spelled and capitals) and bare in elsewhere
        ):
            found.add(n)
        if _titled(n, tokens, words):
            found.add(n + 1)
        for name in known.listed:
            if all(n + k < len(tokens) and _fits(tokens[n + k], one) for k, one in enumerate(name)):
                found |= set(range(n, n + len(name)))
    return found


def _fits(token: Token, listed: str) -> bool:
    return listed in (token.low, _bare(token))


def _capitals_say_something(tokens: Sequence[Token], words: NameWords) -> bool:
    """Not where common words inside sentences have a capital letter, too, as in captions."""
    inside = [token for token in tokens if not token.begins and token.low in words.common - PRONOUN]
    capitals = sum(token.text[0].isupper() for token in inside)
    return len(inside) < FEWEST or capitals / len(inside) <= MOSTLY


def _bare(token: Token) -> str:
    """In lower case, without a possessive ending."""
    return token.low.removesuffix("'s")


def _looks(token: Token) -> bool:
    """A capital letter, then small ones; two capital letters in a row are an abbreviation."""
    text = token.text
    return len(text) > 1 and text[0].isupper() and any(c.islower() for c in text[1:]) and text[0].isalpha()


def _certain(n: int, tokens: Sequence[Token], words: NameWords) -> bool:
    """A capital letter where no sentence begins, and no word that has one anyway."""
    token = tokens[n]
    base = token.low.split("'")[0]
    if token.begins or not _looks(token) or {token.low, _bare(token), base} & words.others:
        return False
    # "So I thought, Okay": a common word in capitals is quoted speech, not a name
    return not {token.low, base} & words.common or _beside_name(n, tokens, words)


def _beside_name(n: int, tokens: Sequence[Token], words: NameWords) -> bool:
    """Whether a common word, such as Young or Rich, stands beside a name."""
    around = [tokens[k] for k in (n - 1, n + 1) if 0 <= k < len(tokens)]
    return any(
        _looks(one)
        and not one.begins
        and not {one.low, _bare(one), one.low.split("'")[0]} & (words.others | words.common)
        for one in around
    )


def _first(n: int, tokens: Sequence[Token], words: NameWords, known: Known) -> bool:
    """Whether the first word of a sentence is a name: it is one elsewhere, stands before one, or no
    common word."""
    token = tokens[n]
    bare, base = _bare(token), token.low.split("'")[0]
    if not token.begins or not _looks(token) or {token.low, bare} & words.others:
        return False
    if {token.low, bare, base, *_stems(base)} & words.common or _compound(base, words.common):
        return False
    if bare in known.found:
        return True
    if n + 1 < len(tokens) and not tokens[n + 1].begins and _certain(n + 1, tokens, words):
        return True
    ending = bare.endswith(ENDINGS) and len(bare) > 6
    contracted = "'" in token.low and not token.low.endswith("'s") and not token.text[2:3].isupper()
    return not ending and not contracted and bare not in known.plain and len(bare) > 2


def _compound(word: str, common: Collection[str]) -> bool:
    """Whether it is two common words in one: sunscreen."""
    return any(word[:n] in common and word[n:] in common for n in range(3, len(word) - 2))


def _stems(word: str) -> Iterator[str]:
    """What may be left of a common word without its ending: nerves, training, slower."""
    for ending in ("s", "es", "ed", "d", "ing", "er", "est", "ly", "y", "ies"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            yield from (stem, f"{stem}e", f"{stem}y", stem[:-1])


def _titled(n: int, tokens: Sequence[Token], words: NameWords) -> bool:
    """Whether a title stands before the next word: Ms. Ilves, mr tsubaki."""
    if tokens[n].low not in words.titles or n + 1 >= len(tokens) or tokens[n + 1].begins:
        return False
    after = tokens[n + 1]
    wanted = after.text[0].isupper() or tokens[n].text[0].islower()
    verb = n > 0 and not tokens[n].begins and tokens[n - 1].low in BEFORE_MISS
    verb = verb and not (n > 1 and tokens[n - 2].low == "thank")
    if tokens[n].low == "miss" and verb and not after.text[0].isupper():
        return False  # "I miss home"
    return (
        wanted
        and after.low not in words.common
        and (after.low not in words.others or tokens[n].low != "miss")
    )


def _next(
    last: int, tokens: Sequence[Token], named: Collection[int], words: NameWords, text: str
) -> int | None:
    """Index of the next word of the same name; particles may stand between."""
    if tokens[last].low.endswith("'s"):
        return None
    at = last + 1
    while at < len(tokens) and at not in named and tokens[at].low in words.particles and at - last <= 2:
        at += 1
    between = text[tokens[last].end : tokens[at].start] if at in named else ","
    apart = any(c in between for c in ",;:.!?()") or tokens[at].begins
    return None if apart else at
