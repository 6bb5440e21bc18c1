"""From a completion's JSON to a reply, whatever the server leaves out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mgllm.backends.api.replies import read_positions, read_reply, words_of
from mgllm.records import LabelScores, Position, Reply, Usage
from mgllm.testing import a_question


def shown(**masses: float) -> dict[str, Any]:
    """One token's log-probabilities, as the chat endpoint writes them."""
    tops = [{"token": token, "logprob": math.log(mass)} for token, mass in masses.items()]
    return {"content": [{**tops[0], "top_logprobs": tops}]}


def body(content: object = "yes", **choice: object) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop", **choice}]}


def test_both_shapes_of_the_protocol_are_read() -> None:
    chat = {
        "logprobs": {
            "content": [{"token": "a", "logprob": -1, "top_logprobs": [{"token": "a", "logprob": -1}]}]
        }
    }
    old = {"logprobs": {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [{"a": -1}]}}
    assert read_positions(chat) == read_positions(old) == (Position("a", [("a", -1)]),)


@pytest.mark.parametrize("logprobs", [None, {}, {"content": None}, {"content": []}, {"tokens": None}])
def test_absent_log_probabilities_are_no_positions(logprobs: object) -> None:
    assert read_positions({"logprobs": logprobs}) == ()
    assert read_positions({}) == ()


@pytest.mark.parametrize(
    ("written", "nats"), [(-1.5, -1.5), (0.1, 0.0), (-9999.0, -100.0), (-math.inf, -100.0), (None, -100.0)]
)
def test_log_probabilities_are_bounded(written: float | None, nats: float) -> None:
    tops = [{"token": "a", "logprob": written}]
    found = read_positions({"logprobs": {"content": [{"token": "a", "top_logprobs": tops}]}})
    assert found == (Position("a", [("a", nats)]),)


def test_a_position_without_rivals_is_one_all_the_same() -> None:
    assert read_positions({"logprobs": {"content": [{"token": "a"}]}}) == (Position("a", []),)
    assert read_positions({"logprobs": {"tokens": ["a", "b"], "top_logprobs": [None, {"b": -1}]}}) == (
        Position("a", []),
        Position("b", [("b", -1)]),
    )


def test_the_tokens_come_back_with_the_scores_that_were_read_from_them() -> None:
    reply = read_reply(body(logprobs=shown(yes=0.75, no=0.25)), a_question(score="logprob"))
    assert reply.tokens == (Position("yes", [("yes", math.log(0.75)), ("no", math.log(0.25))]),)
    total = {"yes": math.log(0.75), "no": math.log(0.25)}
    assert reply.scores == LabelScores(total=total, mean=total)
    assert (reply.text, reply.finish_reason, reply.refusal) == ("yes", "stop", False)


def test_tokens_that_nobody_asked_for_are_left_out() -> None:
    reply = read_reply(body(logprobs=shown(yes=0.75, no=0.25)), a_question(score="generate"))
    assert (reply.tokens, reply.scores) == ((), None)


def test_one_shown_token_is_returned_but_scores_nothing() -> None:
    reply = read_reply(body(logprobs=shown(yes=0.8)), a_question(score="logprob"))
    assert [position.token for position in reply.tokens] == ["yes"]
    assert reply.scores is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("yes", "yes"),
        (None, ""),
        ([{"type": "text", "text": "y"}, {"type": "text", "text": "es"}], "yes"),
        ([{"type": "image"}, {"text": None}], ""),
    ],
)
def test_the_words_of_a_message(content: object, text: str) -> None:
    assert read_reply(body(content), a_question()).text == text


def test_a_completion_of_the_old_endpoint() -> None:
    reply = read_reply({"choices": [{"text": " yes", "finish_reason": "length"}]}, a_question("cloze"))
    assert (reply.text, reply.finish_reason) == (" yes", "length")


def test_a_refusal_is_a_field_or_a_reason_to_stop() -> None:
    said = {"choices": [{"message": {"content": None, "refusal": "I can't."}}]}
    reply = read_reply(said, a_question())
    assert (reply.text, reply.refusal) == ("I can't.", True)
    filtered = read_reply(body("", finish_reason="content_filter"), a_question())
    assert (filtered.text, filtered.refusal) == ("", True)


@pytest.mark.parametrize("read", range(12))
def test_a_prompt_of_which_less_than_half_was_read_was_cut(read: int) -> None:
    question = a_question()
    usage = {"prompt_tokens": read, "completion_tokens": 1}
    reply = read_reply({**body(), "usage": usage}, question)
    if 0 < read < words_of(question) / 2:
        assert reply.error is not None
        assert f"it read {read} tokens of at least {words_of(question)}" in reply.error
    else:
        assert reply.usage == Usage(prompt_tokens=read, completion_tokens=1)


def test_counts_that_are_missing_or_null() -> None:
    assert read_reply({**body(), "usage": None}, a_question()).usage is None
    reply = read_reply({**body(), "usage": {"prompt_tokens": None}}, a_question())
    assert reply.usage == Usage(prompt_tokens=0, completion_tokens=0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "holds no choice"),
        ({"choices": []}, "holds no choice"),
        ({"choices": ["yes"]}, "not in OpenAI's form (AttributeError"),
        ({"choices": {"0": "yes"}}, "not in OpenAI's form (KeyError"),
        (body(logprobs={"content": [{"logprob": -1}]}), "not in OpenAI's form (KeyError"),
    ],
)
def test_what_is_no_completion_is_a_failed_reply(answer: dict[str, Any], words: str) -> None:
    reply = read_reply(answer, a_question(score="logprob"))
    assert reply == Reply(error=reply.error)
    assert reply.error is not None
    assert words in reply.error
