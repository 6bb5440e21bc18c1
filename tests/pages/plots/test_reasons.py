"""A sign for each kind of reason, and what it means beneath."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mgllm.pages.plots.look import PAPER
from mgllm.pages.plots.reasons import Reasons, doubtful, kind_of


@dataclass(frozen=True)
class Told:
    flags: tuple[str, ...]


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        ("leaked: 12 of 60 pairs", "leaked"),
        ("few subjects (7.1 effective)", "few subjects"),
        ("cue sources differ", "cue sources differ"),
    ],
)
def test_a_kind_is_a_flag_without_its_numbers(flag: str, kind: str) -> None:
    assert kind_of(flag) == kind


def test_reasons_of_one_kind_share_a_sign_and_a_line() -> None:
    marks = [Told(("leaked: 3 of 60 pairs",)), Told(("leaked: 5 of 60 pairs", "few subjects: 6.0 effective"))]
    reasons = Reasons([*marks, Told(())])
    assert [reasons.symbols(mark) for mark in marks] == ["†", "† ‡"]
    assert reasons.symbols(Told(())) == ""
    assert reasons.lines(PAPER) == ["† leaked: 3–5 of 60 pairs", "‡ few subjects: 6.0 effective"]


def test_of_many_variants_some_are_told() -> None:
    reasons = Reasons([Told((f"constant answer: text always says '{word}'",)) for word in "abcdefg"])
    words = " ".join(reasons.lines(PAPER))
    assert words.count("always says") == 3
    assert words.endswith("; …")


@pytest.mark.parametrize(
    "flag",
    [
        "leaked: 3 of 60 pairs",
        "exposure unknown: 3 of 60 pairs",
        "constant answer: text+mg always says 'win'",
        "single label: every target is 'win'",
        "stopped: text was asked 3 of 60 times",
    ],
)
def test_some_reasons_take_the_ground_from_a_number(flag: str) -> None:
    assert doubtful(("few subjects: 6.0 effective", flag))
    assert not doubtful(("few subjects: 6.0 effective",))


def test_strangers_words_are_named_where_they_hide() -> None:
    assert "⟨202E⟩" in Reasons([Told(("win\u202e",))]).lines(PAPER)[0]
