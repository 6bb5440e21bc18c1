"""What is looked for in the speech of an item, and how it is masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mgllm.audit.names import Known, NameWords, find_names, known_names
from mgllm.audit.scores import find_scores
from mgllm.audit.tokens import MOST_WORDS, Phrases, Token, tokens_of
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen, Item, Label, Mask, SpokenWord, Turn

RULES: Mapping[str, str] = {
    "outcome": "words that say the answer: a label, or what the scenario's mask lists",
    "score": "the score of a set or of a match",
    "score-within-set": "games or points within a set; they do not say who won",
    "name": "names of people",
    "place": "countries, nationalities, cities, tournaments",
    "date": "months, days of the week, years",
    "round": "the round of a tournament",
    "gendered": "words that say a person's sex",
}
"""Rules about words, in the order of the report; the first kinds win where spans overlap."""
LEAKS = ("outcome", "score")
"""Rules whose words say the answer."""
MASKS: Mapping[str, str] = {
    "outcome": "[result]",
    "score": "[score]",
    "score-within-set": "[score]",
    "name": "[name]",
}
"""What is written instead."""
COUNTS: Mapping[str, str] = {
    "[result]": "masked_results",
    "[score]": "masked_scores",
    "[name]": "masked_names",
}
"""Covariates that count masks: a count may say the answer, too."""


class _Words(Frozen):
    """`words.yaml`."""

    places: tuple[str, ...]
    only_as_names: tuple[str, ...]
    dates: tuple[str, ...]
    rounds: tuple[str, ...]
    not_rounds: tuple[str, ...]
    gendered: tuple[str, ...]
    titles: tuple[str, ...]
    particles: tuple[str, ...]
    not_names: tuple[str, ...]
    common: tuple[str, ...]


class Found(NamedTuple):
    """A place in a text and the rule that found it."""

    rule: str
    start: int
    end: int


class Lists(NamedTuple):
    """Phrases of the bundled lists."""

    places: Phrases
    only_as_names: frozenset[str]
    dates: Phrases
    rounds: Phrases
    not_rounds: Phrases
    gendered: Phrases
    names: NameWords


class Finder:
    """Finds what a scenario's speech should not say; knows the names of a set."""

    def __init__(self, mask: Mask, labels: Sequence[str], known: Known) -> None:
        """`labels`: words of labels; those of the mask are looked for as well."""
        said = (" ".join(token.low for token in tokens_of(label)[:MOST_WORDS]) for label in labels)
        self._result = Phrases((*mask.result, *filter(None, said)))
        self._unless = Phrases(mask.unless)
        self._known = known

    def find(self, text: str) -> tuple[Found, ...]:
        """All that is found, in the order of the text; spans do not overlap."""
        tokens = tokens_of(text)
        places = list(_places(tokens))
        long = bytearray(len(text))
        for start, end in places:
            long[start:end] = bytes([" " in text[start:end]]) * (end - start)
        names = find_names(text, tokens, lists().names, self._known)
        by_rule = {
            "outcome": self._outcomes(tokens),
            "score": ((one.start, one.end) for one in find_scores(text, tokens) if one.kind == "score"),
            "score-within-set": (
                (one.start, one.end) for one in find_scores(text, tokens) if one.kind != "score"
            ),
            "name": (one for one in names if not any(long[slice(*one)])),
            "place": places,
            "date": _dates(tokens),
            "round": _unless(tokens, lists().rounds, lists().not_rounds),
            "gendered": _spans(tokens, lists().gendered.find(tokens)),
        }
        return tuple(sorted(_apart(by_rule, len(text)), key=lambda one: one.start))

    def names_speaker(self, turn: Turn) -> bool:
        """Whether prompts show a person's name before what is said."""
        return turn.alias is None and any(one.rule == "name" for one in self.find(turn.speaker))

    def _outcomes(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        return _unless(tokens, self._result, self._unless)


def finder_of(
    items: Iterable[Item], labels: Sequence[Label], mask: Mask, listed: Iterable[str] = ()
) -> Finder:
    """A finder that knows the names of a set.

    Args:
        items: the set.
        labels: the possible answers.
        mask: what the scenario lists.
        listed: names that the user lists.
    """
    texts = (turn.text for item in items for turn in item.speech)
    known = known_names(texts, listed, lists().names)
    words = dict.fromkeys(word for label in labels for word in (label.id.replace("_", " "), label.text))
    return Finder(mask, tuple(words), known)


@cache
def lists() -> Lists:
    """The bundled lists."""
    words = read_yaml(Path(__file__).parent / "data" / "words.yaml", _Words)
    split = {
        name: [one for line in getattr(words, name) for one in line.split()]
        for name in ("not_names", "common")
    }
    places = [one for line in words.places if len(line.split()) == 1 for one in line.split("|")]
    return Lists(
        places=Phrases(words.places),
        only_as_names=frozenset(words.only_as_names),
        dates=Phrases(words.dates),
        rounds=Phrases(words.rounds),
        not_rounds=Phrases(words.not_rounds),
        gendered=Phrases(words.gendered),
        names=NameWords(
            common=frozenset(split["common"]),
            others=frozenset([*split["not_names"], *places]) - {"jordan", "georgia"},
            titles=frozenset(words.titles),
            particles=frozenset(words.particles),
        ),
    )


def masked_item(item: Item, finder: Finder) -> Item:
    """The item with masks in its speech, and counts of them among its covariates."""
    aliases = _aliases(item.speech, finder)
    turns = tuple(
        _masked_turn(turn, finder).model_copy(update={"alias": aliases.get(turn.speaker, turn.alias)})
        for turn in item.speech
    )
    count = {
        name: sum(
            after.text.count(mask) - before.text.count(mask)
            for before, after in zip(item.speech, turns, strict=True)
        )
        for mask, name in COUNTS.items()
    }
    return item.model_copy(update={"speech": turns, "covariates": {**item.covariates, **count}})


def _aliases(speech: Sequence[Turn], finder: Finder) -> Mapping[str, str]:
    """What speakers are called instead of their names; several are numbered."""
    named = list(dict.fromkeys(turn.speaker for turn in speech if finder.names_speaker(turn)))
    mask = MASKS["name"]
    return {who: f"{mask[:-1]} {n}]" if len(named) > 1 else mask for n, who in enumerate(named, 1)}


def _masked_turn(turn: Turn, finder: Finder) -> Turn:
    """The turn with masks; a word of the new text has the times of the words that it replaces."""
    found = [one for one in finder.find(turn.text) if one.rule in MASKS]
    if not found:
        return turn
    pieces: list[str] = []
    origin: list[tuple[int, int]] = []
    place = 0
    for one in found:
        pieces.append(turn.text[place : one.start])
        origin += [(n, n + 1) for n in range(place, one.start)]
        mask = MASKS[one.rule]
        pieces.append(mask)
        origin += [(one.start, one.end)] * len(mask)
        place = one.end
    pieces.append(turn.text[place:])
    origin += [(n, n + 1) for n in range(place, len(turn.text))]
    text = "".join(pieces)
    return turn.model_copy(update={"text": text, "words": _timed(turn, text, origin)})


def _timed(turn: Turn, text: str, origin: Sequence[tuple[int, int]]) -> tuple[SpokenWord, ...]:
    """The words of the new text with their times."""
    if not turn.words:
        return ()
    old = _places_of(turn.text)
    made = []
    for start, end in _places_of(text):
        first, last = origin[start][0], origin[end - 1][1]
        inside = [w for w, (a, b) in zip(turn.words, old, strict=True) if a < last and b > first]
        starts = [one.start for one in inside if one.start is not None]
        ends = [one.end for one in inside if one.end is not None]
        made.append(
            SpokenWord(text=text[start:end], start=min(starts, default=None), end=max(ends, default=None))
        )
    return tuple(made)


def _places_of(text: str) -> list[tuple[int, int]]:
    """Offsets of what blanks separate."""
    places, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        places.append((at, at + len(word)))
        at += len(word)
    return places


def _apart(by_rule: Mapping[str, Iterable[tuple[int, int]]], length: int) -> Iterator[Found]:
    """Spans without those that an earlier rule has taken."""
    taken = bytearray(length)
    for rule, spans in by_rule.items():
        here = [(start, end) for start, end in spans if not any(taken[start:end])]
        for start, end in here:
            taken[start:end] = b"\1" * (end - start)
        yield from (Found(rule, start, end) for start, end in here)


def _spans(tokens: Sequence[Token], matches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Offsets of matches; of those that overlap the first."""
    last = 0
    for start, end in matches:
        if start >= last:
            last = end
            yield tokens[start].start, tokens[end - 1].end


def _unless(tokens: Sequence[Token], wanted: Phrases, unless: Phrases) -> Iterator[tuple[int, int]]:
    """Offsets of wanted phrases that have no word in a longer phrase which takes their meaning
    away."""
    matches = list(wanted.find(tokens))
    if not matches:
        return iter(())
    longest: dict[int, int] = {}
    for start, end in unless.find(tokens):
        for place in range(start, end):
            longest[place] = max(longest.get(place, 0), end - start)
    kept = (one for one in matches if all(longest.get(n, 0) <= one[1] - one[0] for n in range(*one)))
    return _spans(tokens, kept)


def _places(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    lower = not any(token.text[0].isupper() for token in tokens)
    names = lists()

    def meant(match: tuple[int, int]) -> bool:
        first = tokens[match[0]]
        if lower:
            return match[1] - match[0] > 1 or first.low not in names.only_as_names
        only = first.low in names.only_as_names and (first.begins or first.text[0].islower())
        return first.text[0].isupper() and not (only and match[1] - match[0] == 1)

    return _spans(tokens, filter(meant, names.places.find(tokens)))


def _dates(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    matches = list(lists().dates.find(tokens))
    for n, token in enumerate(tokens):
        year = len(token.low) == 4 and token.low.isdigit() and token.low[:2] in ("19", "20")
        month = token.text in ("May", "March") and not token.begins
        if year or month:
            matches.append((n, n + 1))
    return _spans(tokens, sorted(matches))
