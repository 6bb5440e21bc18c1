"""From reply to verdict: a failure is never an answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.verdict import judge, most_probable, probabilities
from mgllm.records import Choice, LabelScores, Position, Prompt, Question, Reply, Rival

WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive", "lying")}
PROMPT = Prompt(form="chat", messages=(), sha256="0" * 64)
CHOICES = (Choice(label="truthful", text="truthful"), Choice(label="deceptive", text="deceptive"))
QUESTION = Question(prompt=PROMPT, choices=CHOICES, score="generate")
SCORED = Question(prompt=PROMPT, choices=CHOICES, score="logprob")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(error="timeout"), "failed"),
        (Reply(error="timeout", text="deceptive"), "failed"),
        (Reply(refusal=True), "refused"),
        (Reply(refusal=True, text="deceptive"), "refused"),
        (Reply(text="I'm sorry, but I can't judge that."), "refused"),
        (Reply(text="I’m sorry, but I can’t judge that."), "refused"),
        (Reply(text="I'm sorry, but I can't say whether it is deceptive."), "refused"),
        (Reply(text="I'm sorry, it is deceptive"), "refused"),
        (Reply(text="I'm sorry. Answer: deceptive"), "answered"),
        (Reply(text="perhaps"), "unparsed"),
        (Reply(text="deceptive", finish_reason="length"), "unparsed"),
        (Reply(text="<think>deceptive"), "unparsed"),
        (Reply(text="not truthful"), "unparsed"),
        (Reply(text=""), "unparsed"),
        (Reply(), "unparsed"),
        (Reply(text="deceptive"), "answered"),
    ],
)
def test_four_outcomes(reply: Reply, outcome: str) -> None:
    for question in (QUESTION, SCORED):
        verdict = judge(reply, question, "deceptive", WORDS)
        assert verdict.outcome == outcome
        assert verdict.correct is (True if outcome == "answered" else None)
        assert verdict.censored == ("no_tokens" if outcome == "answered" and question is SCORED else None)


def test_a_cut_reply_says_what_to_do() -> None:
    verdict = judge(Reply(text="deceptive", finish_reason="length"), QUESTION, None, WORDS)
    assert verdict.hint is not None
    assert "--max-tokens" in verdict.hint


def test_what_the_server_lacked_is_told_where_nothing_was_answered() -> None:
    lacking = "the reply holds reasoning alone"
    assert judge(Reply(text="", hint=lacking), QUESTION, None, WORDS).hint == lacking
    assert judge(Reply(text="x", finish_reason="length", hint=lacking), QUESTION, None, WORDS).hint == lacking
    assert judge(Reply(text="deceptive", hint=lacking), QUESTION, None, WORDS).hint is None


def test_scores_of_the_backend_decide_and_a_cut_does_not_matter() -> None:
    scores = LabelScores(
        total={"truthful": -0.1, "deceptive": -3.0}, mean={"truthful": -0.1, "deceptive": -1.5}
    )
    verdict = judge(Reply(text="dec", scores=scores, finish_reason="length"), QUESTION, "deceptive", WORDS)
    assert (verdict.outcome, verdict.answer, verdict.correct) == ("answered", "truthful", False)
    assert verdict.scores == scores


def test_a_tie_of_scores_is_no_answer() -> None:
    scores = LabelScores(total={"truthful": -1.0, "deceptive": -1.0}, mean={"truthful": -1, "deceptive": -1})
    verdict = judge(Reply(scores=scores), SCORED, "deceptive", WORDS)
    assert (verdict.outcome, verdict.answer, verdict.correct) == ("unparsed", None, None)
    assert "tie" in str(verdict.hint)
    assert most_probable(scores) is None


def test_without_a_target_nothing_is_right_or_wrong() -> None:
    assert judge(Reply(text="deceptive"), QUESTION, None, WORDS).correct is None


def shown(**tops: float) -> tuple[Position, ...]:
    best = max(tops, key=lambda token: tops[token])
    return (Position(best, [Rival(token, math.log(mass)) for token, mass in tops.items()]),)


def test_words_decide_and_probabilities_are_read_beside_them() -> None:
    verdict = judge(
        Reply(text="deceptive", tokens=shown(deceptive=0.75, truthful=0.25)), SCORED, "truthful", WORDS
    )
    assert (verdict.answer, verdict.correct, verdict.censored) == ("deceptive", False, None)
    assert verdict.scores is not None
    assert probabilities(verdict.scores)["deceptive"] == pytest.approx(0.75)
    assert [one.token for one in verdict.answer_tokens] == ["deceptive"]


def test_tokens_of_another_label_move_no_answer() -> None:
    tokens = shown(truthful=0.9, deceptive=0.1)
    verdict = judge(Reply(text="deceptive", tokens=tokens), SCORED, None, WORDS)
    assert (verdict.answer, verdict.scores, verdict.censored) == ("deceptive", None, "misaligned")


def test_probabilities_that_nobody_asked_for_are_not_read() -> None:
    verdict = judge(
        Reply(text="deceptive", tokens=shown(deceptive=0.75, truthful=0.25)), QUESTION, None, WORDS
    )
    assert (verdict.scores, verdict.censored, verdict.answer_tokens) == (None, None, ())


def test_a_censored_answer_keeps_its_tokens() -> None:
    verdict = judge(Reply(text="deceptive", tokens=shown(deceptive=0.75, x=0.25)), SCORED, None, WORDS)
    assert (verdict.outcome, verdict.scores, verdict.censored) == ("answered", None, "not_shown")
    assert verdict.answer_tokens


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
