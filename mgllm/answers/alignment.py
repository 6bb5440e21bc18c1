"""Reads the probabilities of the labels at the token where the written answer begins.

The answer is first found in the words. The place of its first character, in bytes, gives the token.
Every token shown there counts for the label whose name it begins; all spellings of a label are
added. If the written token fits several labels, the next position distinguishes them, weighted by
the probability of the path to it.

There are no probabilities, so only the words count, if tokens and text do not agree, if values are
not log-probabilities, if a label is not among the shown tokens, or if the model's own answer is
improbable there.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mgllm.answers.plain import is_word, plain
from mgllm.answers.spelling import SPELLINGS, Spelling, spelled_plainly, token_bytes
from mgllm.answers.words import Reading
from mgllm.records import AnswerToken, CensoredReason, LabelScores, ShownToken

LEAST_MASS = 0.05
"""A written label with less probability was not chosen at this token: a greedy answer has the
most."""
_NOT_COMPUTED = -1000.0
"""In nats; servers write −9999 for values that they did not compute."""
_ROUNDED = 0.02
"""How much rounding may lift a log-probability above 0, or a sum of probabilities above 1."""
_SHELL = " \t\r\n\"'`“”‘’«»„*_#>-–—:([{（「『【\\$ĠĊ▁"
"""Characters before a label in its token: spaces in all spellings, quotes, Markdown, brackets."""
_WORDS = frozenset(
    [
        *(
            "a",
            "all",
            "an",
            "as",
            "at",
            "be",
            "for",
            "he",
            "i",
            "if",
            "in",
            "is",
            "it",
            "me",
            "my",
            "no",
            "of",
        ),
        *("on", "or", "she", "so", "that", "the", "there", "this", "to", "we", "well", "with", "yes", "you"),
    ]
)
"""Short words that may look like the beginning of a label: "He" is not the beginning of
"hesitant"."""


def shares_first_token(labels: Sequence[str]) -> bool:
    """Whether two labels may begin with the same token; then they are offered as letters.

    >>> shares_first_token(["truthful", "deceptive"]), shares_first_token(["relaxed", "reserved"])
    (False, True)
    """
    bare = [label.strip().casefold() for label in labels]
    return any(
        a[:2] == b[:2] or a.startswith(b) or b.startswith(a) for i, a in enumerate(bare) for b in bare[:i]
    )


def read_scores(
    text: str, kept: Sequence[AnswerToken], reading: Reading, words: Mapping[str, Sequence[str]]
) -> LabelScores | CensoredReason:
    """The labels' log-probabilities at the written answer, or why there are none.

    Args:
        text: the reply's words.
        kept: tokens, beginning with the one in which the answer begins.
        reading: the answer and its place in `text`.
        words: by label id, everything that names it.
    """
    whole = text.encode("utf-8", "surrogatepass")
    begin = len(text[: reading.start].encode("utf-8", "surrogatepass"))
    first = next((i for i in reversed(range(len(kept))) if kept[i].start <= begin), None)
    if first is None:
        return "no_tokens"
    tokens = kept[first:]
    spell = _spelling(whole, tokens[0])
    if spell is None or _bare(whole[max(0, tokens[0].start) : begin]):
        return "misaligned"
    return _Walk(words, spell).scores(whole[begin:], begin, tokens, str(reading.label))


class _Shown(NamedTuple):
    """An alternative token in bytes."""

    bare: bytes
    """What it writes, in lower case."""
    nats: float | None


class _Walk:
    """Follows the written answer, token by token, until one label is left."""

    def __init__(self, words: Mapping[str, Sequence[str]], spell: Spelling) -> None:
        self._spell = spell
        self._left = {label: _openings(names) for label, names in words.items()}
        self._mass: dict[str, list[float]] = {label: [] for label in words}
        self._unclear = 0.0
        self._path = 1.0
        self._begun = False
        self._is_letter = False

    def scores(
        self, written: bytes, begin: int, tokens: Sequence[AnswerToken], answer: str
    ) -> LabelScores | CensoredReason:
        shown_mass = 0.0
        self._is_letter = len(written[:2].strip(b" .")) == 1
        for index, token in enumerate(tokens):
            piece = self._written(token, written, begin, first=index == 0)
            shown = [self._shown(top, first=index == 0) for top in token.top]
            if piece is None or not shown:
                return "misaligned" if piece is None else "not_parted" if index else "no_tokens"
            wrong = _no_numbers(shown)
            if wrong:
                return "no_numbers"
            if index == 0:
                shown_mass = math.fsum(_probability(one) for one in shown)
            parted = self._step(piece, shown)
            if isinstance(parted, str):
                return parted
            if parted:
                return self._result(answer, max(0.0, 1.0 - shown_mass))
        return "not_parted"

    def _step(self, piece: bytes, shown: Sequence[_Shown]) -> bool | CensoredReason:
        """Distribute the probability of one position; True if the written token leaves one
        label."""
        fitting = self._fitting(piece)
        same = [one for one in shown if one.bare == piece]
        if not fitting:
            return "misaligned"
        if not same or all(one.nats is None or one.nats <= _NOT_COMPUTED for one in same):
            return "no_numbers" if same else "not_shown"
        parted = len(fitting) == 1 and not self._is_a_word(piece, fitting)
        for one in shown:
            fits = self._fitting(one.bare)
            if one.bare != piece and (not fits or self._is_a_word(one.bare, fits)):
                continue
            if one.nats is None:
                return "no_numbers"
            if parted if one.bare == piece else len(fits) == 1:
                self._mass[next(iter(fits))].append(self._path * _probability(one))
            elif one.bare != piece:
                self._unclear += self._path * _probability(one)
        self._go_on(piece, fitting, math.fsum(_probability(one) for one in same))
        return parted

    def _go_on(self, piece: bytes, fitting: set[str], probability: float) -> None:
        self._path *= probability
        self._left = {
            label: {name[len(piece) :] for name in self._left[label] if _begins(piece, name)}
            for label in fitting
        }
        self._begun = True

    def _is_a_word(self, bare: bytes, fits: set[str]) -> bool:
        """Whether a token that begins a label is more likely another, complete word."""
        text = bare.decode("utf-8", "replace")
        if self._begun or text not in _WORDS:
            return False
        whole = any(name == bare for label in fits for name in self._left[label])
        return not whole or (len(text) == 1 and not self._is_letter)

    def _fitting(self, bare: bytes) -> set[str]:
        return {label for label, names in self._left.items() if any(_fits(bare, name) for name in names)}

    def _result(self, answer: str, unseen: float) -> LabelScores | CensoredReason:
        mass = {label: math.fsum(parts) for label, parts in self._mass.items()}
        if self._unclear >= LEAST_MASS:
            return "not_parted"
        if any(value <= 0 for value in mass.values()):
            return "not_shown"
        if mass[answer] < LEAST_MASS:
            return "unlikely"
        total = {label: min(0.0, math.log(value)) for label, value in mass.items()}
        return LabelScores(total=total, mean=total, missing_mass=min(1.0, unseen + self._unclear))

    def _shown(self, top: ShownToken, *, first: bool) -> _Shown:
        raw = token_bytes(top.token, bytes(top.bytes) if top.bytes is not None else None, self._spell)
        return _Shown(_fold(_bare(raw) if first else raw), top.logprob)

    def _written(self, token: AnswerToken, written: bytes, begin: int, *, first: bool) -> bytes | None:
        """What a token writes of the answer; None if the text has something else at its place."""
        raw = token_bytes(token.token, bytes(token.bytes) if token.bytes is not None else None, self._spell)
        at = token.start - begin
        if first:
            piece = raw[-at:]
            return _fold(piece) if written.startswith(piece) and piece else None
        inside = written[at : at + len(raw)]
        return _fold(raw) if raw.startswith(inside) else None


def _spelling(whole: bytes, token: AnswerToken) -> Spelling | None:
    """The spelling in which a token is equal to the text at its place; it may begin before the
    text."""
    raw = bytes(token.bytes) if token.bytes is not None else None
    for spell in SPELLINGS:
        piece = token_bytes(token.token, raw, spell)
        if whole.startswith(piece[max(0, -token.start) :], max(0, token.start)):
            return spell
    return spelled_plainly if raw is not None else None


def _openings(names: Sequence[str]) -> set[bytes]:
    """A label's names as tokens may write them."""
    forms = {
        form
        for name in names
        for form in (name.strip(), plain(name).text.strip(), unicodedata.normalize("NFD", name.strip()))
    }
    return {_fold(form.encode()) for form in forms if form}


def _begins(piece: bytes, name: bytes) -> bool:
    return name.startswith(piece)


def _fits(bare: bytes, name: bytes) -> bool:
    """Whether a token continues a name, or completes it and then writes something that is not a
    word."""
    if not bare:
        return not name  # a token without text ends what was written
    if name.startswith(bare):
        return True
    return bare.startswith(name) and not _goes_on(bare[len(name) :])


def _goes_on(tail: bytes) -> bool:
    """Whether what follows a name makes it another word."""
    text = tail.decode("utf-8", "replace")
    return is_word(text[0]) or (text[0] in "-_'" and len(text) > 1 and is_word(text[1]))


def _no_numbers(shown: Sequence[_Shown]) -> bool:
    """Whether the values of a position cannot be log-probabilities."""
    values = [one.nats for one in shown if one.nats is not None]
    return (
        not values
        or any(value > _ROUNDED for value in values)
        or math.fsum(map(_probability, shown)) > 1 + _ROUNDED
    )


def _probability(one: _Shown) -> float:
    if one.nats is None or one.nats <= _NOT_COMPUTED:
        return 0.0
    return math.exp(min(0.0, one.nats))


def _bare(raw: bytes) -> bytes:
    """The bytes without characters that may come before a label."""
    return raw.decode("utf-8", "surrogateescape").lstrip(_SHELL).encode("utf-8", "surrogateescape")


def _fold(raw: bytes) -> bytes:
    """The bytes in lower case; incomplete characters stay as they are."""
    return raw.decode("utf-8", "surrogateescape").casefold().encode("utf-8", "surrogateescape")
