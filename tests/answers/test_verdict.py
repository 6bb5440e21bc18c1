"""From reply to verdict: a failure is never an answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.verdict import judge, most_probable, probabilities
from mgllm.records import Choice, LabelScores, Prompt, Question, Reply

WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive", "lying")}
PROMPT = Prompt(form="chat", messages=(), sha256="0" * 64)
CHOICES = (Choice(label="truthful", text="truthful"), Choice(label="deceptive", text="deceptive"))
QUESTION = Question(prompt=PROMPT, choices=CHOICES, score="generate")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(error="timeout"), "failed"),
        (Reply(refusal=True), "refused"),
        (Reply(text="I'm sorry, but I can't judge that."), "refused"),
        (Reply(text="I’m sorry, but I can’t judge that."), "refused"),
        (Reply(text="I'm sorry, it is deceptive"), "answered"),
        (Reply(text="perhaps"), "unparsed"),
        (Reply(text="deceptive", finish_reason="length"), "unparsed"),
        (Reply(text=""), "unparsed"),
        (Reply(text="deceptive"), "answered"),
    ],
)
def test_four_outcomes(reply: Reply, outcome: str) -> None:
    verdict = judge(reply, QUESTION, "deceptive", WORDS)
    assert verdict.outcome == outcome
    assert verdict.correct is (True if outcome == "answered" else None)


def test_a_cut_reply_says_what_to_do() -> None:
    verdict = judge(Reply(text="deceptive", finish_reason="length"), QUESTION, None, WORDS)
    assert verdict.hint is not None
    assert "--max-tokens" in verdict.hint


def test_scores_decide_where_there_are_any_and_a_cut_does_not_matter() -> None:
    scores = LabelScores(
        total={"truthful": -0.1, "deceptive": -3.0}, mean={"truthful": -0.1, "deceptive": -1.5}
    )
    verdict = judge(Reply(text="dec", scores=scores, finish_reason="length"), QUESTION, "deceptive", WORDS)
    assert (verdict.outcome, verdict.answer, verdict.correct) == ("answered", "truthful", False)


def test_scores_of_labels_that_were_never_shown_decide_nothing() -> None:
    scores = LabelScores(
        total={"truthful": -9.0, "deceptive": -9.0},
        mean={"truthful": -9.0, "deceptive": -9.0},
        censored=("truthful", "deceptive"),
    )
    assert judge(Reply(text="I cannot say", scores=scores), QUESTION, None, WORDS).outcome == "refused"


def test_without_a_target_nothing_is_right_or_wrong() -> None:
    assert judge(Reply(text="deceptive"), QUESTION, None, WORDS).correct is None


def test_equal_scores_do_not_depend_on_the_order_of_labels() -> None:
    one = LabelScores(total={"a": -1.0, "b": -1.0}, mean={"a": -1.0, "b": -1.0})
    other = LabelScores(total={"b": -1.0, "a": -1.0}, mean={"b": -1.0, "a": -1.0})
    assert most_probable(one) == most_probable(other)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(-800, 0), min_size=2, max_size=6))
def test_probabilities_are_the_softmax(total: dict[str, float]) -> None:
    found = probabilities(LabelScores(total=total, mean=total))
    assert math.isclose(sum(found.values()), 1.0, rel_tol=1e-9)
    slow = {label: math.exp(score) for label, score in total.items()}
    if sum(slow.values()) > 1e-200:
        for label, weight in slow.items():
            assert math.isclose(found[label], weight / sum(slow.values()), rel_tol=1e-6, abs_tol=1e-12)


@given(st.text(max_size=200))
def test_any_text_is_one_of_three_outcomes(text: str) -> None:
    assert judge(Reply(text=text), QUESTION, None, WORDS).outcome in ("answered", "unparsed", "refused")
