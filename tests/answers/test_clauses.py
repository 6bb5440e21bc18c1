"""Sentences, and the clauses in which a word reaches a label."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.clauses import MASK, REACH, place, sentences


def test_sentences_end_at_stops_and_lines_not_at_abbreviations() -> None:
    text = "Calm vs. tense, e.g. here. Yes!\nNo 1.5 yet"
    assert [text[start:end].strip() for start, end in sentences(text)] == [
        "Calm vs. tense, e.g. here.",
        "Yes!",
        "",
        "No 1.5 yet",
    ]


def test_dots_that_go_on_end_no_sentence() -> None:
    assert len(sentences("calm... or tense")) == 1
    assert len(sentences("calm... Or tense")) == 2
    assert len(sentences("calm. or tense")) == 2


@given(st.text(alphabet="ab .!?\n。", max_size=40))
def test_sentences_are_the_text_cut(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@pytest.mark.parametrize(
    ("before", "clause", "main", "near"),
    [
        ("She is ", "She is ", "She is ", "She is "),
        ("No, she is ", "No, she is ", "she is ", "she is "),
        ("Perhaps, ", "Perhaps, ", "Perhaps, ", ""),
        ("He lied: not ", " not ", " not ", " not "),
        ("He is not shy but ", " ", " ", " "),
        ("If he is not shy, he is ", "If he is not shy, he is ", "he is ", "he is "),
        ("他不说，他是", "他不说，他是", "他是", "他是"),
        ("她不说话，但是", "", "", ""),
    ],
)
def test_how_far_words_reach(before: str, clause: str, main: str, near: str) -> None:
    text = f"{before}{MASK * 4}."
    here = place(text, (len(before), len(before) + 4), (0, len(text)), (0, len(text)))
    assert (here.clause, here.main_clause, here.near_clause) == (clause, main, near)


def test_an_earlier_label_ends_a_clause_where_words_join_the_next() -> None:
    text = f"not {MASK} and {MASK}."
    assert place(text, (10, 11), (0, 12), (5, 12)).clause == " and "
    text = f"not {MASK} or {MASK}."
    assert place(text, (9, 10), (0, 11), (5, 11)).clause == f"not {MASK} or "


def test_what_is_far_is_not_looked_at() -> None:
    text = "x" * 1000 + MASK + "y" * 1000
    here = place(text, (1000, 1001), (0, len(text)), (0, len(text)))
    assert here.before == "… " + "x" * REACH
    assert here.behind == "y" * REACH
    assert here.later == 1000
