"""Scores, and numbers that are none."""

from __future__ import annotations

import pytest

from mgllm.audit.scores import find_scores
from mgllm.audit.tokens import tokens_of


def found(text: str, kind: str) -> list[str]:
    return [text[one.start : one.end] for one in find_scores(text, tokens_of(text)) if one.kind == kind]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it was 6-4, 6–3", ["6-4", "6–3"]),
        ("the win 62 63 today", ["62", "63"]),
        ("the win 6 2 6 3 today", ["6 2", "6 3"]),
        ("the second set 64", ["64"]),
        ("six two six three", ["six two", "six three"]),
        ("6-7(4) 7-6 (7-5)", ["6-7(4)", "7-6 (7-5)"]),
        ("the tie-break went 9-7", ["9-7"]),
        ("two sets to love", ["two sets to love"]),
        ("I won the first six three", ["six three"]),
        ("3-6 6-3 10-7", ["3-6", "6-3", "10-7"]),
    ],
)
def test_ends_of_sets(text: str, wanted: list[str]) -> None:
    assert found(text, "score") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("At 4-0 in the first set", ["4-0"]),
        ("From 40-15 on", ["40-15"]),
        ("from 4015 on", ["4015"]),
        ("I was up five three", ["five three"]),
        ("at four all", ["four all"]),
        ("at deuce", ["deuce"]),
        ("it was 6-3 4-1 then", ["4-1"]),
        ("in the tie-break at 5-4", ["5-4"]),
    ],
)
def test_scores_within_a_set(text: str, wanted: list[str]) -> None:
    assert found(text, "score-within-set") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "I am 64 years old",
        "he is six four",
        "2-3 hours, 6-4 hours, 30-40 minutes",
        "on 6-4-1998",
        "a rise of 6-4.5 or 6-4 %",
        "room 6-3",
        "62 percent in the first set",
        "64 in the first round",
        "six or four",
        "two three four five",
        "24-7",
        "number 62",
    ],
)
def test_other_numbers(text: str) -> None:
    assert [*found(text, "score"), *found(text, "score-within-set")] == []


def test_a_long_text_costs_its_length() -> None:
    assert len(found("6 4 " * 5_000, "score")) == 5_000
