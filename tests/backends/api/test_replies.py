"""From a completion's JSON to a reply, whatever the server leaves out or writes instead."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.backends.api.replies import finish_reason, model_name, read_reply, words_of
from mgllm.records import Position, Reply, Usage
from mgllm.testing import a_question


def body(content: object = "yes", **choice: object) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop", **choice}]}


def thinking(**usage: object) -> dict[str, Any]:
    """A reply of thoughts alone."""
    message = {"content": None, "reasoning_content": "The person blinks, so …"}
    return {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}


def test_tokens_that_were_asked_for_come_with_the_words() -> None:
    shown = {"content": [{"token": "yes", "logprob": -0.5, "top_logprobs": []}]}
    reply = read_reply(body(logprobs=shown), a_question(score="logprob"))
    assert reply.tokens == (Position("yes", []),)
    assert (reply.text, reply.scores, reply.finish_reason, reply.refusal) == ("yes", None, "stop", False)
    assert read_reply(body(logprobs=shown), a_question(score="generate")).tokens == ()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("yes", "yes"),
        (None, ""),
        ([{"type": "text", "text": "y"}, {"type": "text", "text": "es"}], "yes"),
        ([{"type": "image"}, {"text": None}], ""),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"text": "yes"}], "yes"),
        ([{"type": "reasoning", "text": "no, or …"}, {"type": "text", "text": "yes"}], "yes"),
        ([{"text": {"value": "yes"}}, None, 7, [], {"text": {}}, {"text": ["no"]}], "yes"),
        ({"text": "yes"}, "yes"),
        ({"answer": "yes"}, '{"answer": "yes"}'),
        ({}, ""),
        (7, "7"),
    ],
)
def test_the_words_of_a_message(content: object, text: str) -> None:
    assert read_reply(body(content), a_question()).text == text


@pytest.mark.parametrize(
    "choice",
    [{"message": "yes"}, {"delta": {"content": "yes"}}, {"text": "yes"}, {"message": None, "text": "yes"}],
)
def test_a_message_that_stands_elsewhere(choice: dict[str, Any]) -> None:
    assert read_reply({"choices": [choice]}, a_question()).text == "yes"


def test_a_completion_of_the_old_endpoint() -> None:
    reply = read_reply({"choices": [{"text": " yes", "finish_reason": "length"}]}, a_question("cloze"))
    assert (reply.text, reply.finish_reason) == (" yes", "length")


@pytest.mark.parametrize(
    ("message", "reason", "text"),
    [
        ({"content": None, "refusal": "I can't."}, "stop", "I can't."),
        ({"content": None, "refusal": True}, "stop", ""),
        ({"content": [{"type": "refusal", "refusal": "I can't."}]}, "stop", "I can't."),
        ({"content": ""}, "content_filter", ""),
        ({"content": "yes"}, "SAFETY", "yes"),
        ({"content": ""}, "PROHIBITED_CONTENT", ""),
        ({"content": ""}, "refusal", ""),
    ],
)
def test_a_refusal_is_a_field_a_part_or_a_reason_to_stop(
    message: dict[str, Any], reason: str, text: str
) -> None:
    reply = read_reply({"choices": [{"message": message, "finish_reason": reason}]}, a_question())
    assert (reply.text, reply.refusal) == (text, True)


@pytest.mark.parametrize("refusal", [None, "", False, 0, [], {}])
def test_an_empty_refusal_is_none(refusal: object) -> None:
    said = {"choices": [{"message": {"content": "yes", "refusal": refusal}}]}
    assert read_reply(said, a_question()).refusal is False


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("stop", "stop"),
        ("STOP", "stop"),
        ("end_turn", "stop"),
        ("MAX_TOKENS", "length"),
        ("max_tokens", "length"),
        ("FinishReason.MAX_TOKENS", "length"),
        ("model_length", "length"),
        ({"type": "length", "length": 16}, "length"),
        ({"type": "stop", "matched": 2}, "stop"),
        ("Blocklist", "content_filter"),
        ("tool_calls", "tool_calls"),
        ("OTHER", "OTHER"),
        ("odd\x1b", "odd\ufffd"),
        (None, None),
        ({}, None),
        ({"type": {}}, None),
        (["stop"], None),
        (0, None),
        ("", None),
    ],
)
def test_reasons_to_stop_are_worded_alike(told: object, reason: str | None) -> None:
    assert finish_reason({"finish_reason": told}) == reason


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("gpt-6-mini", "gpt-6-mini"),
        ("meta-llama/Llama-4", "meta-llama/Llama-4"),
        ("accounts/fireworks/models/llama", "accounts/fireworks/models/llama"),
        ("/home/me/models/a.gguf", "a.gguf"),
        ("models/me/a.gguf", "a.gguf"),
        ("C:\\models\\a", "a"),
        ("C:/models/a", "a"),
        ("\\\\host\\share\\a", "a"),
        ("models\\a", "a"),
        ("./models/a/", "a"),
        ("~/models/a", "a"),
        ("file:///home/me/a", "a"),
        ("red\x1b[31m\u202e", "red\ufffd[31m\ufffd"),
        ("/", None),
        (" ", None),
        (None, None),
        ({"id": "a"}, None),
        (7, None),
    ],
)
def test_a_model_has_a_name_and_no_path(told: object, name: str | None) -> None:
    assert model_name(told) == name
    assert read_reply({**body(), "model": told}, a_question()).served_model == name


def test_names_are_cut() -> None:
    assert len(model_name("m" * 10_000) or "") == 200
    assert len(finish_reason({"finish_reason": "r" * 10_000}) or "") == 200


@pytest.mark.parametrize("read", range(1, 12))
def test_a_prompt_of_which_less_than_half_was_read_was_cut(read: int) -> None:
    question = a_question()
    usage = {"prompt_tokens": read, "completion_tokens": 1}
    reply = read_reply({**body(), "usage": usage}, question)
    assert reply.usage == Usage(prompt_tokens=read, completion_tokens=1)
    if read < words_of(question) / 2:
        assert reply.error is not None
        assert f"it read {read} tokens of at least {words_of(question)}" in reply.error
        assert reply.text is None
    else:
        assert (reply.error, reply.text) == (None, "yes")


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 0}, {"prompt_tokens": None}, "many", [1, 2]])
def test_counts_that_are_missing_are_estimated_from_the_words(usage: object) -> None:
    reply = read_reply({**body("yes, it is"), "usage": usage}, a_question())
    assert reply.usage is not None
    assert reply.usage.estimated is True
    assert 5 <= reply.usage.prompt_tokens <= 30
    assert reply.usage.completion_tokens == 4
    assert reply.error is None


def test_reasoning_and_cached_tokens_are_told() -> None:
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 300,
        "completion_tokens_details": {"reasoning_tokens": 256},
        "prompt_tokens_details": {"cached_tokens": 16},
    }
    reply = read_reply({**body(), "usage": usage}, a_question())
    assert (reply.reasoning_tokens, reply.cached_tokens) == (256, 16)
    assert reply.usage == Usage(prompt_tokens=20, completion_tokens=300)


def test_thoughts_without_an_answer_say_what_to_do() -> None:
    counted = thinking(
        prompt_tokens=20, completion_tokens=90, completion_tokens_details={"reasoning_tokens": 88}
    )
    reply = read_reply(counted, a_question())
    assert (reply.text, reply.error) == ("", None)
    assert "88 tokens" in str(reply.hint)
    assert "--reasoning-effort" in str(reply.hint)
    assert "--max-tokens" in str(reply.hint)
    uncounted = read_reply(thinking(), a_question())
    assert "--reasoning-effort" in str(uncounted.hint)
    assert uncounted.usage is not None
    assert uncounted.usage.completion_tokens >= 8, "thoughts are paid for"


@pytest.mark.parametrize("place", ["reasoning_content", "reasoning", "thinking"])
def test_thoughts_are_found_where_servers_put_them(place: str) -> None:
    said = {"choices": [{"message": {"content": "", place: "hm, blinks"}, "finish_reason": "stop"}]}
    assert "wrote no answer" in str(read_reply(said, a_question()).hint)


def test_hidden_thoughts_without_an_answer_are_known_by_their_count() -> None:
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 64,
        "completion_tokens_details": {"reasoning_tokens": 64},
    }
    assert "64 tokens" in str(read_reply({**body(""), "usage": usage}, a_question()).hint)


def test_a_reply_cut_by_its_thoughts_says_so_with_numbers() -> None:
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 16,
        "completion_tokens_details": {"reasoning_tokens": 15},
    }
    hint = str(read_reply({**body("", finish_reason="MAX_TOKENS"), "usage": usage}, a_question()).hint)
    assert "--max-tokens 16 after 16 tokens, 15 of them" in hint
    assert "--reasoning-effort" in hint
    plain = str(read_reply(body("It may be", finish_reason="length"), a_question()).hint)
    assert "--max-tokens 16 after about 3 tokens; give a larger" in plain
    assert "--reasoning-effort" not in plain


@pytest.mark.parametrize(
    ("calls", "named"),
    [
        ([{"function": {"name": "look_up", "arguments": "{}"}}], "(look_up)"),
        ([{"function": None}], "a tool instead"),
        ({"name": "look_up"}, "(look_up)"),
        ([None], "a tool instead"),
    ],
)
def test_a_tool_that_was_called_instead_is_told(calls: object, named: str) -> None:
    said = {"choices": [{"message": {"content": None, "tool_calls": calls}, "finish_reason": "tool_calls"}]}
    assert named in str(read_reply(said, a_question()).hint)


def test_words_beside_a_tool_are_the_reply() -> None:
    said = {"choices": [{"message": {"content": "yes", "tool_calls": [{}]}}]}
    assert read_reply(said, a_question()).hint is None


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": ["yes"]}, {"choices": {"0": "yes"}}])
def test_what_is_no_completion_is_a_failed_reply(answer: dict[str, Any]) -> None:
    reply = read_reply(answer, a_question(score="logprob"))
    assert reply == Reply(error=reply.error)
    assert "has no choice" in str(reply.error)


def test_a_part_that_is_a_thought_is_no_word_of_the_answer() -> None:
    parts = [{"type": "reasoning", "text": "yes? "}, {"type": "text", "text": "no"}]
    body = {"choices": [{"message": {"content": parts}}]}
    assert read_reply(body, a_question()).text == "no"


def test_a_name_of_a_model_is_fit_to_be_printed() -> None:
    assert model_name("zoo\x1b[31m\u202e") == "zoo\ufffd[31m\ufffd"
