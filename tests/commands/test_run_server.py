"""Whole runs against servers whose models reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import mgllm
from mgllm.cli.app import app
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished
from mgllm.store import read_run
from tests.served import Json, Rule, RuledServer, refusal, said, secretive, think


def run(
    rule: Rule, where: Path, *, listed: Json | None = None, **options: Any
) -> tuple[Finished, RuledServer]:
    with RuledServer(rule, listed) as server:
        finished = mgllm.run(
            **{
                "model": "openai-compatible/x",
                "base_url": server.url,
                "scenarios": ["deception"],
                "arms": ("text", "text+mg"),
                "limit": 2,
                "max_retries": 0,
                "results": where,
                **options,
            }
        )
    return finished, server


def manifest(finished: Finished) -> Json:
    read: Json = json.loads((finished.folder / "manifest.json").read_text())
    return read


def test_direct_is_direct_and_the_manifest_says_what_was_sent(tmp_path: Path) -> None:
    finished, server = run(secretive("none", "low", "medium"), tmp_path)
    assert (finished.exit_code, finished.answered, finished.advice) == (0, 4, None)
    sent = manifest(finished)["sent"]
    assert {**sent, "seed": 0} == {
        **{"temperature": 0.0, "seed": 0, "max_completion_tokens": 256},
        **{"logprobs": True, "top_logprobs": 20, "reasoning_effort": "none"},
    }
    asked = [post for post in server.posts if "water" not in str(post["messages"])]
    assert all(post.items() >= sent.items() for post in asked)


def test_where_thoughts_cannot_be_stopped_there_is_room_for_them(tmp_path: Path) -> None:
    finished, server = run(secretive("medium"), tmp_path)
    assert (finished.exit_code, finished.answered) == (0, 4)
    assert server.posts[-1]["max_completion_tokens"] == 4096
    assert manifest(finished)["max_tokens"] == 4096
    assert "temperature" not in manifest(finished)["sent"]
    assert manifest(finished)["model_facts"]["reasoning"] is True


def test_room_for_thoughts_leaves_room_for_the_prompt(tmp_path: Path) -> None:
    _, server = run(lambda body: think(body, 300), tmp_path, listed={"id": "x", "max_model_len": 2048})
    assert server.posts[-1]["max_tokens"] == 1024


def test_a_run_without_any_answer_is_no_success_and_says_what_to_do(tmp_path: Path) -> None:
    finished, _ = run(secretive("medium"), tmp_path, max_tokens=256)
    assert (finished.exit_code, finished.answered, finished.failed) == (1, 0, 0)
    assert finished.advice is not None
    assert "nothing was answered: 4 unparsed" in finished.advice
    assert "give reasoning_effort='none'" in finished.advice
    assert "\n" not in finished.advice


def test_the_line_stands_on_stderr(tmp_path: Path) -> None:
    with RuledServer(secretive("medium")) as server:
        words = [
            "run",
            "deception",
            "--model",
            "openai-compatible/x",
            "--base-url",
            server.url,
            "--limit",
            "1",
        ]
        words += ["--arms", "text", "--max-tokens", "99", "--results", str(tmp_path), "--display", "none"]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "mgllm: nothing was answered: 1 unparsed" in result.stderr


def test_each_scenario_of_a_run_keeps_its_own_manner(tmp_path: Path) -> None:
    finished, server = run(secretive("none", "medium"), tmp_path, reasoning="chain_of_thought")
    assert finished.answered == 4
    assert server.posts[-1]["max_completion_tokens"] == 4096
    assert all("reasoning_effort" not in post for post in server.posts)
    assert set(manifest(finished)["sent"]) == {"seed", "max_completion_tokens"}


def test_a_run_resumes_with_the_same_request_and_not_with_another(tmp_path: Path) -> None:
    """The second server knows no low effort, so that the questions would be put in another way."""
    first, server = run(secretive("low", "medium"), tmp_path, max_requests=2)
    assert first.exit_code == 3
    again: dict[str, Any] = {"resume": first.folder, "base_url": server.url}
    with RuledServer(secretive("medium")) as other:
        other_way = again | {"base_url": other.url}
        _rewrite_address(first.folder, other.url)
        with pytest.raises(InputError, match=r"sent\.reasoning_effort was low and is now medium"):
            mgllm.run(model="openai-compatible/x", **_same(tmp_path), **other_way)
    with RuledServer(secretive("low", "medium")) as same:
        _rewrite_address(first.folder, same.url)
        done = mgllm.run(model="openai-compatible/x", **_same(tmp_path), **(again | {"base_url": same.url}))
    assert (done.exit_code, done.answered) == (0, 4)
    assert manifest(done)["sent"]["reasoning_effort"] == "low"


def _same(where: Path) -> dict[str, Any]:
    return {"scenarios": ["deception"], "arms": ("text", "text+mg"), "limit": 2, "results": where}


def _rewrite_address(folder: Path, url: str) -> None:
    """A run on loopback gets another port: what is compared here is the request alone."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "base_url": url}))


def test_a_run_of_before_that_told_nothing_of_what_it_sent_resumes(tmp_path: Path) -> None:
    first, _ = run(secretive("low"), tmp_path, max_requests=2)
    with RuledServer(secretive("low")) as server:
        path = first.folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "sent": {}, "base_url": server.url}))
        done = mgllm.run(
            model="openai-compatible/x", **_same(tmp_path), resume=first.folder, base_url=server.url
        )
    assert done.answered == 4


def test_a_model_that_thinks_now_and_then_does_not_stop_a_resume(tmp_path: Path) -> None:
    first, _ = run(lambda body: think(body, 300), tmp_path, max_requests=2)
    assert read_run(first.folder).manifest.max_tokens == 4096

    def calm(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        return think(body, 0)

    with RuledServer(calm) as server:
        _rewrite_address(first.folder, server.url)
        done = mgllm.run(
            model="openai-compatible/x", **_same(tmp_path), resume=first.folder, base_url=server.url
        )
    assert (done.exit_code, done.answered) == (0, 4)
    assert server.posts[-1]["max_tokens"] == 4096


@pytest.mark.parametrize(
    ("days", "told"), [(10, "in 10 days"), (-3, "should have been shut down"), (400, None)]
)
def test_a_model_that_ends_soon_is_told(
    days: int, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = (datetime.now(UTC) + timedelta(days=days)).date()
    run(lambda body: think(body, 0), tmp_path, listed={"id": "x", "shutdown_date": str(end)}, display="plain")
    said_there = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert len(said_there) == (told is not None)
    assert told is None or told in said_there[0]


def test_a_server_without_the_system_role_is_asked_all_the_same(tmp_path: Path) -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        system = any(turn["role"] == "system" for turn in body["messages"])
        return refusal("Only user and assistant roles are supported!") if system else think(body, 0)

    finished, _ = run(rule, tmp_path)
    assert finished.answered == 4
    assert manifest(finished)["model_facts"]["system_role"] == "folded"


def test_a_400_about_one_prompt_moves_nothing(tmp_path: Path) -> None:
    asked: list[object] = []

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if "water" in str(body["messages"]):
            return said(body, "yes")
        asked.append(body)
        return refusal("Invalid 'temperature'", "temperature") if len(asked) == 1 else think(body, 0)

    finished, server = run(rule, tmp_path, concurrency=1)
    assert (finished.failed, finished.answered) == (1, 3)
    assert all("temperature" in post for post in server.posts)
    assert manifest(finished)["dropped_parameters"] == []
