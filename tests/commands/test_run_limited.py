"""Whole runs against servers that limit the rate, or refuse every question."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import mgllm
from mgllm.backends.api.metering import Meter
from mgllm.cli.app import app
from mgllm.errors import InputError
from mgllm.testing import Behaviour, FakeServer
from tests.served import Json, Rule, RuledServer, refusal, think


def words(url: str, where: Path, *more: str) -> list[str]:
    asked = ["run", "deception", "--model", "openai-compatible/x", "--base-url", url]
    return [*asked, "--results", str(where), "--score", "generate", "--display", "plain", *more]


def manifest_of(where: Path) -> Any:
    return json.loads(next(where.glob("*/manifest.json")).read_text())


def test_a_server_of_so_many_requests_in_a_window_answers_everything(tmp_path: Path) -> None:
    """A quicker replica of 360 records at 240 a minute. How long it takes is tested in virtual time, in
    `tests/backends/api/test_pacing.py`."""
    behaviour = Behaviour(limit=20, window_s=5.0, retry_after_s=0.2)
    with FakeServer(behaviour, say="deceptive") as server:
        result = CliRunner().invoke(app, words(server.url, tmp_path, "--max-retries", "0", "--limit", "12"))
        counts = server.stats()
    assert result.exit_code == 0, result.stderr
    assert counts["answered"] == counts["distinct"] > 40
    assert 0 < counts["status_429"] <= 150
    assert counts["early_retries"] == 0
    assert re.search(r"^the server limits the rate: 8 at once, \d+ a minute$", result.stderr, re.MULTILINE)
    pace = manifest_of(tmp_path)["pace"]
    assert pace["refusals"] == counts["status_429"]
    assert 20 <= pace["per_minute"] <= counts["answered"]
    assert 1 <= pace["at_once"] <= 16


def test_rpm_is_kept(tmp_path: Path) -> None:
    more = ("--limit", "2", "--arms", "text,text+mg", "--rpm", "600", "--tpm", "1000000")
    with FakeServer(say="deceptive") as server:
        result = CliRunner().invoke(app, words(server.url, tmp_path, *more))
        arrived = [seen.arrived_s for seen in server.requests]
    assert result.exit_code == 0, result.stderr
    assert len(arrived) >= 5
    assert arrived[-1] - arrived[0] >= 0.09 * (len(arrived) - 1)


def test_both_limits_are_those_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int | None, int | None]] = []

    class Noted(Meter):
        def __init__(self, rpm: int | None = None, tpm: int | None = None) -> None:
            given.append((rpm, tpm))
            super().__init__(rpm, tpm)

    monkeypatch.setattr("mgllm.backends.api.backend.Meter", Noted)
    more = ("--limit", "1", "--arms", "text", "--rpm", "6001", "--tpm", "1000001")
    with FakeServer(say="deceptive") as server:
        assert CliRunner().invoke(app, words(server.url, tmp_path, *more)).exit_code == 0
    assert set(given) == {(6001, 1000001)}


@pytest.mark.parametrize("option", ["--rpm", "--tpm", "--concurrency"])
def test_a_limit_of_nothing_is_refused_in_one_line(option: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, words("http://127.0.0.1:9/v1", tmp_path, option, "0"))
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == f"{option} must be 1 or more, not 0"


def lasting(status: int, after: int = 0) -> Rule:
    """A server that answers first questions, and `after` others."""
    asked: list[Json] = []

    def rule(body: Any) -> Json | tuple[int, Json]:
        if "water" in str(body["messages"]) or len(asked) < after:
            asked.extend([dict(body)] * ("water" not in str(body["messages"])))
            return think(body, 0)
        return status, refusal(f"not possible ({len(str(body))} characters)")[1]

    return rule


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_lasting_refusal_of_everything_stops_the_run(status: int, tmp_path: Path) -> None:
    with RuledServer(lasting(status)) as server:
        result = CliRunner().invoke(app, words(server.url, tmp_path))
    asked = [post for post in server.posts if "water" not in str(post["messages"])]
    assert result.exit_code == 1
    assert 20 <= len(asked) <= 20 + 16
    (line,) = [line for line in result.stderr.splitlines() if "stopped:" in line]
    assert "20 questions in a row failed in the same way" in line
    assert f"{status}: not possible" in line
    assert (next(tmp_path.glob("*")) / "table.md").is_file()


def test_a_run_with_answers_goes_on(tmp_path: Path) -> None:
    with RuledServer(lasting(413, after=1)) as server:
        finished = mgllm.run(
            model="openai-compatible/x",
            base_url=server.url,
            scenarios="deception",
            limit=12,
            results=tmp_path,
            score="generate",
            display="none",
        )
    assert finished.stopped is None
    assert finished.exit_code == 1
    assert finished.records == finished.planned
