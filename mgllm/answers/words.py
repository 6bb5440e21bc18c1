"""Finds the label that a reply gives in words; without side effects, so that replies can be read
again.

In this order: thoughts are removed; an answer in a special form; a refusal; the sentences. A
refusal that names a label is a refusal. In doubt there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mgllm.answers.clauses import sentences
from mgllm.answers.naming import Mention, find_mentions, names_of
from mgllm.answers.plain import Plain, plain
from mgllm.answers.polarity import polarities, takes_back
from mgllm.answers.refusals import declines
from mgllm.answers.stated import find_statement, unformatted
from mgllm.answers.thoughts import spoken_part
from mgllm.records import Label

LONGEST = 200_000
"""Characters of a reply that are read; a longer reply does not count as an answer."""
MOST_MENTIONS = 200
"""Most labels named in one reply; with more it is a list and not an answer."""
_NO_LABEL = "the reply does not name exactly one label"


class Reading(NamedTuple):
    """What a reply says."""

    label: str | None
    """Id of the one label that it gives as its answer; None if there is none."""
    start: int = 0
    """Index of the answer's first character in the reply."""
    end: int = 0
    """Index after its last character."""
    refused: bool = False
    """Whether it declines to answer."""
    hint: str = ""
    """If there is no label, why."""


def label_words(labels: Sequence[Label], lettered: bool) -> dict[str, tuple[str, ...]]:
    """By label id, everything that names the label in a reply."""
    letters = [(chr(ord("A") + index),) if lettered else () for index in range(len(labels))]
    return {
        label.id: tuple(dict.fromkeys((label.text, label.id, *letter)))
        for label, letter in zip(labels, letters, strict=True)
    }


def read_words(text: str, words: Mapping[str, Sequence[str]]) -> Reading:
    """The answer in a reply.

    >>> words = {"t": ["truthful"], "d": ["deceptive"]}
    >>> read_words("Answer: **deceptive**.", words).label
    'd'
    >>> read_words("She is not truthful", words).label is None
    True
    """
    if len(text) > LONGEST:
        return Reading(
            None, hint=f"the reply is too long ({len(text):,} characters); give a smaller --max-tokens"
        )
    said = spoken_part(plain(text))
    if said.plain is None:
        return Reading(None, hint=said.why)
    names = names_of(words)
    spoken = said.plain._replace(text=unformatted(said.plain.text))
    if len(find_mentions(spoken.text, names)) > MOST_MENTIONS:
        return Reading(None, hint=_NO_LABEL)
    statement = find_statement(spoken.text, names)
    if statement is not None and statement.firm and statement.found is not None:
        return _reading(statement.found, spoken)
    if declines(spoken.text):
        return Reading(None, refused=True)
    found = (
        statement.found if statement is not None else _given(spoken.text, find_mentions(spoken.text, names))
    )
    return Reading(None, hint=_NO_LABEL) if found is None else _reading(found, spoken)


def find_label(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """Id of the one label that a reply gives; None if there is none."""
    return read_words(text, words).label


def _given(text: str, mentions: Sequence[Mention]) -> Mention | None:
    """The label that the sentences give, if it is the only one, never denied and not taken back."""
    poles = polarities(text, mentions)
    given = [one for one, pole in zip(mentions, poles, strict=True) if pole == "given"]
    labels = {one.label for one in given}
    denied = {one.label for one, pole in zip(mentions, poles, strict=True) if pole == "denied"}
    if len(labels) != 1 or labels & denied:
        return None
    behind = [text[start:end] for start, end in sentences(text) if start >= given[-1].end]
    return None if any(takes_back(sentence) for sentence in behind) else given[0]


def _reading(found: Mention, spoken: Plain) -> Reading:
    return Reading(found.label, spoken.origin[found.start], spoken.origin[found.end])
