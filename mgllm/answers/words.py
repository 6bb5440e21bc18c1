"""The label that a reply names in words: pure, so that stored replies can be read again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mgllm.answers.refusals import declines
from mgllm.records import Label

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_UNCLOSED = re.compile(r"<(think|thinking|reasoning)>(?!.*</\1>).*", re.DOTALL | re.IGNORECASE)
_ANSWER = re.compile(r"\banswer\b\W{0,4}:\W*|\banswer is\b\W*", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|isn't|wasn't|doesn't|didn't|cannot|than)(?:\W+\w+)?\W+$", re.I
)


def label_words(labels: Sequence[Label], lettered: bool) -> dict[str, tuple[str, ...]]:
    """By label id, everything that names the label in a reply."""
    letters = [(chr(ord("A") + index),) if lettered else () for index in range(len(labels))]
    return {
        label.id: tuple(dict.fromkeys((label.text, label.id, *letter)))
        for label, letter in zip(labels, letters, strict=True)
    }


def find_label(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """The one label that a text names, or None where it names none, several or the contrary of one.

    >>> find_label("Answer: **deceptive**.", {"t": ["truthful"], "d": ["deceptive"]})
    'd'
    >>> find_label("She is not truthful", {"t": ["truthful"], "d": ["deceptive"]}) is None
    True
    """
    text = _UNCLOSED.sub("", _THINKING.sub("", text.replace("’", "'")))
    marks = list(_ANSWER.finditer(text))
    if marks:
        last = text[marks[-1].end() :].lstrip()
        return _label_in(last.split("\n")[0], words)
    first = text.strip().split("\n")[0]
    return _whole(first, words) or _label_in(text, words)


def mentions(text: str, words: Mapping[str, Sequence[str]]) -> list[tuple[str, int]]:
    """Labels named in a text and where; at one place the longest name counts."""
    names = sorted(
        ((name, label) for label, ns in words.items() for name in ns), key=lambda pair: -len(pair[0])
    )
    taken: list[tuple[int, int]] = []
    found = []
    for name, label in names:
        flags = 0 if len(name) == 1 else re.IGNORECASE  # a lettered "A" is not the article "a"
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                found.append((label, match.start()))
    return found


def _whole(line: str, words: Mapping[str, Sequence[str]]) -> str | None:
    bare = line.strip(" \t\"'`*_.,:;!()[]{}<>#-").casefold()
    return next((label for label, names in words.items() if bare in {n.casefold() for n in names}), None)


def _label_in(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    found = set()
    for label, start in mentions(text, words):
        if _NEGATION.search(text[:start]):
            return None
        found.add(label)
    return found.pop() if len(found) == 1 else None


class Reading(NamedTuple):
    """What a text says."""

    label: str | None
    """Id of the one label that it gives as its answer; None where it gives none."""
    start: int = 0
    """First character of the answer in the text."""
    end: int = 0
    """One past its last character."""
    refused: bool = False
    """Whether it declines to answer."""


def read_words(text: str, words: Mapping[str, Sequence[str]]) -> Reading:
    """The answer in a text."""
    label = find_label(text, words)
    if label is None:
        return Reading(None, refused=declines(text))
    start = next((at for one, at in mentions(text, words) if one == label), 0)
    return Reading(label, start, start + 1)
