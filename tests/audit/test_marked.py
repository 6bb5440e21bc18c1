"""Words, scores and names in sentences that were marked by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mgllm.audit.rules import Finder, finder_of
from mgllm.prompts.scenarios import Folders, find_scenario

MARK = re.compile(r"\{([osgn]):([^}]*)\}")
KINDS = {"o": "outcome", "s": "score", "g": "score-within-set", "n": "name"}
LEAST = 0.95
"""Of precision and of recall, for each kind: the issue's measure."""


class Marked(NamedTuple):
    """A sentence and what a person marked in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def marked() -> Iterator[Marked]:
    for line in (Path(__file__).parent / "marked.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, spans, place = "", [], 0
        for one in MARK.finditer(line):
            text += line[place : one.start()]
            spans.append((KINDS[one[1]], len(text), len(text) + len(one[2])))
            text += one[2]
            place = one.end()
        yield Marked(text + line[place:], tuple(spans))


SENTENCES = list(marked())


@pytest.fixture(scope="module")
def finder() -> Finder:
    """Knows nothing but the scenario: each sentence has to be read by itself."""
    scenario = find_scenario("emotion", Folders()).scenario
    return finder_of([], scenario.labels, scenario.mask)


def overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def test_two_hundred_sentences_are_marked() -> None:
    assert len(SENTENCES) >= 200
    assert len({one.text for one in SENTENCES}) == len(SENTENCES)


@pytest.mark.parametrize("kind", sorted(KINDS.values()))
def test_precision_and_recall(kind: str, finder: Finder) -> None:
    wrong: list[str] = []
    found = right = there = named = 0
    for sentence in SENTENCES:
        mine = [(one.rule, one.start, one.end) for one in finder.find(sentence.text) if one.rule == kind]
        theirs = [one for one in sentence.spans if one[0] == kind]
        hit = [one for one in mine if any(overlap(one, other) for other in theirs)]
        met = [one for one in theirs if any(overlap(one, other) for other in mine)]
        found, right, there, named = (
            found + len(mine),
            right + len(hit),
            there + len(theirs),
            named + len(met),
        )
        if len(hit) < len(mine) or len(met) < len(theirs):
            wrong.append(f"{sentence.text} | {[sentence.text[a:b] for _, a, b in mine]}")
    assert right / found >= LEAST, (right, found, wrong)
    assert named / there >= LEAST, (named, there, wrong)
