"""Lines on a run's replies: each only where it is true."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.analysis import RunRecords, served_models, summarise
from mgllm.analysis.statistics.replies import about_replies, other_model, same_model
from mgllm.records import Record, Usage
from tests.analysis.conftest import make_manifest, make_record


def run(records: list[Record], **manifest: Any) -> RunRecords:
    return RunRecords(make_manifest(model="openai/gpt-6", **manifest), records)


def told(records: list[Record], **manifest: Any) -> list[str]:
    return list(about_replies(run(records, **manifest)))


def replies(count: int, **changes: Any) -> list[Record]:
    start = changes.pop("start", 0)
    return [
        make_record(item=f"i{start + n}", answer="win", score="generate", **changes) for n in range(count)
    ]


def test_nothing_is_said_of_an_ordinary_run() -> None:
    usage = Usage(prompt_tokens=9, completion_tokens=1)
    plain = replies(4, reasoning_tokens=0, served_model="gpt-6-2026-08-01", usage=usage, finish_reason="stop")
    assert told(plain) == []


def test_direct_that_was_not_direct() -> None:
    records = [*replies(3), *replies(2, start=3, reasoning_tokens=50), *replies(1, start=5, outcome="failed")]
    (line,) = told(records)
    assert line == (
        "openai/gpt-6: “direct” was not direct: 2 of 5 replies used hidden reasoning tokens (mean 50) "
        "in spite of --reasoning direct"
    )
    assert told([r.model_copy(update={"reasoning": "chain_of_thought"}) for r in records]) == []
    (note,) = [n for n in summarise([run(records)]).notes if "was not direct" in n]
    assert note == line


def test_it_is_told_by_arm_where_arms_differ() -> None:
    text = replies(4, reasoning_tokens=100)
    (alike,) = told([*text, *replies(4, arm="text+mg", reasoning_tokens=105)])
    assert alike.endswith("--reasoning direct")
    (apart,) = told([*text, *replies(2, arm="text+mg", reasoning_tokens=1300), *replies(2, arm="mg")])
    assert apart.endswith("; text: 4 of 4, mean 100; mg: 0 of 2; text+mg: 2 of 2, mean 1,300")


def test_a_shared_reply_is_counted_once() -> None:
    twin = replies(1, start=9, reasoning_tokens=7, shared_with="emotion/i0/text/0/0")
    (line,) = told([*replies(1, reasoning_tokens=7), *twin])
    assert "1 of 1 replies" in line


def test_another_model_or_a_change_in_mid_run() -> None:
    one, two = replies(3, served_model="gpt-6-mini"), replies(2, start=3, served_model="gpt-6")
    assert told(one) == [
        "openai/gpt-6: the model that answered is not the one asked for: answered by gpt-6-mini (3 records)"
    ]
    assert told([*one, *two]) == [
        "openai/gpt-6: the model that answers changed during the run: answered by gpt-6-mini (3 records), "
        "gpt-6 (2)"
    ]
    assert told([], served_models={"gpt-5": 4}) == [
        "openai/gpt-6: the model that answered is not the one asked for: answered by gpt-5 (4 records)"
    ]


def test_the_last_record_of_a_key_counts() -> None:
    first = replies(1, served_model="a")
    assert served_models([*first, *replies(1, served_model="b"), *replies(1, start=1)]) == {"b": 1}
    assert list(served_models([*replies(1, served_model="z"), *replies(2, start=1, served_model="a")])) == [
        "a",
        "z",
    ]


@pytest.mark.parametrize(
    ("asked", "served", "same"),
    [
        ("gpt-6", "gpt-6-2026-08-01", True),
        ("claude-opus-5", "claude-opus-5-20260801", True),
        ("gemini-3-flash", "models/gemini-3-flash-001", True),
        ("qwen4", "qwen4:latest", True),
        ("Qwen/Qwen4-8B", "qwen4-8b", True),
        ("gpt-6", "gpt-6-mini", False),
        ("gpt-6", "gpt-60", False),
        ("one/llama", "two/llama", False),
        ("llama-3-8b", "llama-3-70b", False),
    ],
)
def test_names_are_compared_loosely(asked: str, served: str, same: bool) -> None:
    assert same_model(asked, served) is same


def test_a_run_that_is_numbered_on_a_page_is_still_asked_by_its_name() -> None:
    manifest = make_manifest(model="openai/gpt-6 · run 2")
    assert other_model(manifest, "gpt-6") is None
    assert other_model(manifest, "gpt-7") == "gpt-7"
    assert other_model(manifest, None) is None


def test_parameters_that_were_dropped_or_changed() -> None:
    assert told([], dropped_parameters=("temperature", "n")) == [
        "openai/gpt-6: the server does not accept temperature, n, which was left out: answers were drawn at "
        "the server's own temperature"
    ]
    left_out = "openai/gpt-6: the server does not accept n, which was left out"
    assert told([], dropped_parameters=("n",)) == [left_out]
    assert told([], sent={"temperature": 1}) == ["openai/gpt-6: temperature 1 was sent, not 0"]
    assert told([], sent={"temperature": 0.0, "seed": 3}) == []


def test_replies_that_were_cut_and_tokens_that_were_guessed() -> None:
    guessed = Usage(prompt_tokens=9, completion_tokens=1, estimated=True)
    records = [*replies(2, finish_reason="length"), *replies(3, start=2, usage=guessed)]
    assert told(records, max_tokens=256) == [
        "openai/gpt-6: 2 of 5 replies were cut off at --max-tokens 256; raise it, or ask for less reasoning",
        "openai/gpt-6: the server gave no token counts for 3 of 5 replies: they are estimated from the "
        "words, and so are costs and budgets",
    ]
