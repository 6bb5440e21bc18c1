"""A reply that streams although it was not asked to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mgllm.backends.api.streams import join_events, looks_streamed


def stream(*events: object, end: str = "data: [DONE]\n\n", line_end: str = "\n") -> str:
    lines = [
        f"data: {event if isinstance(event, str) else json.dumps(event)}{line_end * 2}" for event in events
    ]
    return "".join(lines) + end


def piece(content: object = None, **more: object) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": {"content": content}, **more}]}


def choice(text: str) -> dict[str, Any]:
    joined = join_events(text, json.loads)
    assert joined is not None
    found: dict[str, Any] = joined["choices"][0]
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_pieces_are_joined(line_end: str) -> None:
    text = stream(piece("de"), piece("ceptive\u2028"), piece(finish_reason="stop"), line_end=line_end)
    assert choice(text) == {"finish_reason": "stop", "message": {"content": "deceptive\u2028"}}


def test_everything_that_a_reply_is_read_from_is_joined() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2}
    text = ": comment\n\nevent: x\n\n" + stream(
        {"model": "m", "choices": [{"delta": {"role": "assistant", "reasoning_content": "hm, "}}]},
        {"choices": [{"delta": {"reasoning_content": "so"}}]},
        piece("de", logprobs={"content": [{"token": "de"}]}),
        piece("ceptive", logprobs={"content": [{"token": "ceptive"}]}, finish_reason="stop"),
        {"choices": [], "usage": usage},
    )
    assert looks_streamed(text)
    joined = join_events(text, json.loads)
    assert joined == {
        "model": "m",
        "usage": usage,
        "choices": [
            {
                "finish_reason": "stop",
                "logprobs": {"content": [{"token": "de"}, {"token": "ceptive"}]},
                "message": {"content": "deceptive", "reasoning_content": "hm, so"},
            }
        ],
    }


def test_the_old_endpoint_and_whole_messages_stream_too() -> None:
    assert choice(stream({"choices": [{"text": "de"}]}, {"choices": [{"text": "ceptive"}]}))["message"] == {
        "content": "deceptive"
    }
    assert choice(stream({"choices": [{"message": {"content": "calm"}}]}))["message"] == {"content": "calm"}


def test_an_error_in_a_stream_is_an_error() -> None:
    error = {"error": {"message": "overloaded", "code": 529}}
    assert join_events(stream(piece("de"), error, end=""), json.loads) == error


@pytest.mark.parametrize(
    "text",
    [
        stream(piece("de"), piece("cep"), end=""),
        stream(piece("de"), '{"choices": [{"del', end=""),
        stream(piece("de"), "[" * 100_000),
        "data:\n\n",
        ": nothing comes\n\n",
    ],
)
def test_a_stream_that_breaks_off_is_no_reply(text: str) -> None:
    assert join_events(text, json.loads) is None


def test_a_stream_is_whole_by_its_mark_or_by_its_reason_to_stop() -> None:
    assert choice(stream(piece("calm")))["message"]["content"] == "calm"
    assert choice(stream(piece("calm", finish_reason="stop"), end=""))["message"]["content"] == "calm"


@pytest.mark.parametrize(
    "odd", [7, [], "x", {"choices": 7}, {"choices": [None]}, {"choices": [{"delta": 7}]}]
)
def test_odd_events_are_passed_over(odd: object) -> None:
    text = stream(piece("ca"), json.dumps(odd), piece(7), piece("lm"))
    assert choice(text)["message"] == {"content": "calm"}


@pytest.mark.parametrize("text", ['{"data": 1}', "", "dataset: 1", "<html>", '"data: x"'])
def test_other_bodies_do_not_look_like_streams(text: str) -> None:
    assert not looks_streamed(text)
