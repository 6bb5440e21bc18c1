"""What a run would cost, with thoughts and without."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from mgllm.cli.app import app
from mgllm.commands._options import from_flat
from mgllm.commands.dry_run import DryScenario, dry_run


def row(**options: Any) -> DryScenario:
    said = {"model": "openai-compatible/x", "base_url": "http://127.0.0.1:9/v1", "scenarios": ("deception",)}
    (one,) = dry_run(from_flat({**said, "arms": ("text", "text+mg"), "limit": 4, **options})).scenarios
    return one


def test_a_server_may_think_and_that_costs() -> None:
    one = row(price_in=1.0, price_out=10.0)
    assert (one.prompts, one.tokens_out_most, one.tokens_out_thinking) == (8, 8 * 256, 8 * 4096)
    assert one.dollars_most is not None
    assert one.dollars_thinking == pytest.approx(one.dollars_most + 8 * (4096 - 256) * 10 / 1e6)


def test_a_bound_that_was_said_holds_for_thoughts_too() -> None:
    one = row(max_tokens=300)
    assert (one.tokens_out_most, one.tokens_out_thinking, one.dollars_thinking) == (8 * 300, None, None)


def test_drawn_answers_are_counted_each() -> None:
    once, drawn = row(score="generate"), row(score="sample")
    assert (once.epochs, drawn.epochs) == (1, 8)
    assert drawn.prompts == 8 * once.prompts
    assert drawn.tokens_in == 8 * once.tokens_in
    assert drawn.tokens_out_thinking == 8 * (once.tokens_out_thinking or 0)


def test_the_lines_say_both() -> None:
    words = ["run", "deception", "--model", "openai-compatible/x", "--base-url", "http://127.0.0.1:9/v1"]
    printed = CliRunner().invoke(app, [*words, "--limit", "4", "--score", "sample", "--dry-run"])
    assert printed.exit_code == 0
    assert "if it thinks" in printed.stdout
    assert "Every question is asked 8 times" in printed.stdout
