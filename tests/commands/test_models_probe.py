"""What a server really does is told with fewer than twenty requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from typer.testing import CliRunner

from mgllm.cli.app import app
from mgllm.commands.models_probe import ProbedModel, probe_model
from mgllm.errors import FatalBackendError, InputError
from mgllm.experiment.options import ReachOptions
from tests.served import Json, Rule, RuledServer, refusal, said, secretive, think


def probe(rule: Rule, *, model: str = "openai-compatible/x", **more: Any) -> tuple[ProbedModel, int]:
    with RuledServer(rule, **more) as server:
        found = probe_model(model, ReachOptions(base_url=server.url, max_retries=1))
    return found, len(server.posts)


def test_a_server_that_reasons_by_default_and_can_be_told_not_to() -> None:
    found, posts = probe(secretive("none", "low", "medium"))
    assert (found.thinking.by_default, found.thinking.tokens_by_default) == (True, 700)
    assert (found.thinking.told_off, found.thinking.said) == (True, {"reasoning_effort": "none"})
    assert (found.probabilities.shown, found.probabilities.rivals) == ("given", 2)
    assert (found.max_tokens, found.refused) == ("max_completion_tokens", ("max_tokens",))
    assert (found.temperature, found.seed, found.served_model) == (True, True, "m-1")
    assert found.requests == posts + 1
    assert found.use.startswith("mgllm run --model openai-compatible/x --base-url http://127.0.0.1:")


def test_a_server_that_cannot_be_told_not_to_reason() -> None:
    found, posts = probe(secretive("low", "medium"))
    assert (found.thinking.told_off, found.thinking.tokens_at_least) == (False, 120)
    assert found.probabilities.shown == "none"
    assert set(found.refused) == {"max_tokens", "temperature", "logprobs", "top_logprobs"}
    assert found.use.endswith("--score sample")
    assert posts < 19


def test_no_server_takes_twenty_requests() -> None:
    """Everything is refused once, in turn; then it thinks whatever it is told."""
    tries = count()

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        names = [name for name in body if name not in ("model", "messages", "seed")]
        if next(tries) % 2 == 0 and names:
            return refusal(f"'{names[-1]}' is not supported with this model", names[-1])
        return think(body, 5000)

    with RuledServer(rule) as server:
        probe_model("openai-compatible/x", ReachOptions(base_url=server.url, max_retries=1))
    assert len(server.posts) <= 18


def test_the_list_of_models_and_the_headers_tell_the_rest() -> None:
    end = (datetime.now(UTC) + timedelta(days=11)).date()
    listed = {"id": "models/x", "context_length": 32_000, "shutdown_date": str(end)}
    limits = {"x-ratelimit-limit-requests": "500", "x-other": "1"}
    found, _ = probe(lambda body: think(body, 0), listed=listed, headers=limits)
    assert (found.listed, found.context, found.ends, found.days_left) == (True, 32_000, end, 11)
    assert found.limits == {"x-ratelimit-limit-requests": "500"}


def test_what_a_server_calls_itself_does_not_steer_the_terminal() -> None:
    def rule(body: Mapping[str, Any]) -> Json:
        return {**said(body, "yes"), "model": "m\x1b[2J\u202e"}

    with RuledServer(rule) as server:
        printed = CliRunner().invoke(
            app, ["models", "probe", "openai-compatible/x", "--base-url", server.url]
        )
    assert printed.exit_code == 0
    assert "\x1b" not in printed.stdout
    assert "\u202e" not in printed.stdout


def test_a_seed_that_does_nothing_is_told() -> None:
    words = count()
    found, _ = probe(lambda body: said(body, f"word{next(words)}"))
    assert (found.seed, found.same_twice) == (True, False)
    assert probe(lambda body: said(body, "yes"))[0].same_twice is True


def test_a_role_that_is_refused_is_told() -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        system = any(turn["role"] == "system" for turn in body["messages"])
        return refusal("System role not supported") if system else think(body, 0)

    assert probe(rule)[0].system_role == "folded"


def test_a_local_model_is_no_server() -> None:
    with pytest.raises(InputError, match="local/smollm2-135m is not on a server"):
        probe_model("local", ReachOptions())


def test_a_server_that_answers_nothing_is_one_line() -> None:
    with pytest.raises(FatalBackendError, match="did not answer a first question"):
        probe(lambda _: (400, {"error": {"message": "closed"}}))


def test_the_command_prints_lines_and_json() -> None:
    with RuledServer(
        secretive("none", "medium"), listed={"id": "x", "shutdown_date": "2020-01-01"}
    ) as server:
        words = ["models", "probe", "openai-compatible/x", "--base-url", server.url]
        printed = CliRunner().invoke(app, words)
        asked = CliRunner().invoke(app, [*words, "--json", "--model-arg", 'metadata={"a": 1}'])
    assert printed.exit_code == asked.exit_code == 0
    lines = printed.stdout.splitlines()
    assert lines[-1].startswith("use: mgllm run --model openai-compatible/x")
    assert any(line.startswith("shut down:") and line.endswith("days ago") for line in lines)
    assert json.loads(asked.stdout)["use"].endswith("--model-arg 'metadata={\"a\": 1}'")
    assert server.posts[-1]["metadata"] == {"a": 1}
