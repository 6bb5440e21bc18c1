"""What a right harness records is told apart from what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.records import Record
from mgllm.testing.zoo.expecting import ANY, FAILED, NO_ANSWER, REFUSED, answers, but, may
from mgllm.testing.zoo.right import ANYTHING, Right, Visit, in_words, misses


def record(**changes: Any) -> Record:
    fields = {
        **{"scenario": "s", "item": "i", "subject": "p", "arm": "text", "model": "m", "form": "chat"},
        **{"reasoning": "direct", "score": "logprob", "label_order": ("truthful", "deceptive")},
        **{"outcome": "answered", "answer": "deceptive", "prompt_sha256": "0"},
    }
    return Record.model_validate({**fields, **changes})


def visit(*records: Record, **changes: Any) -> Visit:
    return Visit(records or (record(),), **{"exit_code": 0, "printed": "", **changes})


SHARES = {"truthful": 0.1, "deceptive": 0.9}
GIVEN = answers("deceptive", "given", 0.8)
UNPARSED = record(outcome="unparsed", answer=None, error="no label")


@pytest.mark.parametrize(
    ("right", "seen"),
    [
        (answers("deceptive"), visit()),
        (GIVEN, visit(record(probabilities=SHARES))),
        (answers("deceptive", "maybe", 0.8), visit()),
        (may("deceptive"), visit(UNPARSED, exit_code=1)),
        (but(NO_ANSWER, hint="LABEL"), visit(UNPARSED, exit_code=1)),
        (ANY, visit(record(), UNPARSED)),
        (Right((), exit_code=(2,)), Visit((), 2, "no")),
        (but(GIVEN, says=("estim",)), visit(record(probabilities=SHARES), printed="ESTIMATED")),
        (
            but(answers("deceptive"), sends={"a": {"x": 1}, "b": ANYTHING}),
            visit(asked={"a": {"x": 1, "y": 2}, "b": 0}),
        ),
        (but(answers("deceptive"), omits=("a",)), visit(asked={"b": 1})),
        (
            but(answers("deceptive"), hides=("0123456789",)),
            visit(printed="0123456", files={"f": "23456789"[1:]}),
        ),
        (Right(("answered", "failed"), counts={"answered": 1, "failed": 0}), visit()),
    ],
)
def test_what_is_right_passes(right: Right, seen: Visit) -> None:
    assert misses(right, seen) == []


@pytest.mark.parametrize(
    ("right", "seen", "line"),
    [
        (REFUSED, visit(exit_code=1), "i text: answered (deceptive; None), not refused"),
        (answers("truthful"), visit(), "i text: answered deceptive, not truthful"),
        (answers("deceptive"), visit(record(probabilities=SHARES)), "which are not in the reply"),
        (GIVEN, visit(), "has no probabilities"),
        (
            GIVEN,
            visit(record(probabilities={"truthful": 0.3, "deceptive": 0.7})),
            "0.700, not between 0.8 and 1",
        ),
        (but(NO_ANSWER, hint="cut"), visit(UNPARSED, exit_code=1), "does not say /cut/"),
        (answers("deceptive"), visit(exit_code=1), "exit code 1, not 0"),
        (NO_ANSWER, visit(UNPARSED), "exit code 0, not 1"),
        (FAILED, Visit((), 1, ""), "nothing was recorded"),
        (Right(("answered",), counts={"answered": 2}), visit(), "1 questions are answered, not 2"),
        (answers("deceptive"), visit(printed="mgllm: internal error"), "an internal error"),
        (but(answers("deceptive"), says=("note",)), visit(), "does not say /note/"),
        (but(answers("deceptive"), escapes=True), visit(printed="a\x1b[31m"), "is printed unescaped"),
        (but(answers("deceptive"), escapes=True), visit(printed="a\u202e"), "is printed unescaped"),
        (but(answers("deceptive"), sends={"a": 1}), visit(asked={"a": 2}), "sent a=2, not 1"),
        (but(answers("deceptive"), sends={"a": ANYTHING}), visit(asked={}), "sent a=None"),
        (but(answers("deceptive"), sends={"a": 1}), visit(), "no question that names the labels"),
        (but(answers("deceptive"), omits=("a",)), visit(asked={"a": None}), "still sent a"),
        (but(answers("deceptive"), hides=("0123456789",)), visit(files={"f": "x12345678x"}), "is in f"),
        (but(answers("deceptive"), hides=("0123456789",)), visit(printed="01234567"), "what is printed"),
        (
            but(answers("deceptive"), fields={"reasoning_tokens": 4}),
            visit(),
            "reasoning_tokens is None, not 4",
        ),
    ],
)
def test_what_is_wrong_is_told(right: Right, seen: Visit, line: str) -> None:
    assert any(line in found for found in misses(right, seen)), misses(right, seen)


def test_exit_codes_follow_from_outcomes() -> None:
    assert answers("a").exits == (0,)
    assert REFUSED.exits == FAILED.exits == (1,)
    assert may("a").exits == (0, 1)
    assert Right(("answered", "failed"), counts={"answered": 3, "failed": 1}).exits == (1,)
    assert Right(("answered", "refused"), counts={"answered": 3, "refused": 1}).exits == (0,)


def test_it_is_said_in_words() -> None:
    assert in_words(GIVEN) == "answered deceptive; with probabilities (deceptive 0.8 to 1); exit 0"
    assert in_words(REFUSED) == "refused; exit 1"
    three = Right(("answered", "failed"), counts={"answered": 3, "failed": 1}, sends={"seed": ANYTHING})
    assert in_words(three) == "3 answered, 1 failed; without probabilities; sends seed; exit 1"
