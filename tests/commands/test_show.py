"""`mgllm show RUN --item ID`: the reply, and what is to be known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mgllm.cli import main
from mgllm.commands.compare import compare
from mgllm.commands.show import show_run
from mgllm.records import AnswerToken
from mgllm.store import RunWriter, read_run
from mgllm.testing.made_run import MadeRun, write_made_run

API: dict[str, Any] = {
    "model": "openai/gpt-6",
    "base_url": "http://127.0.0.1:1/v1",
    "items": 4,
    "missing": 0.0,
}


def remarks(folder: Path, **how: Any) -> tuple[str, ...]:
    """Of the arm `text` of the first item."""
    write_made_run(folder, MadeRun(arms=("text", "text+mg"), **{**API, **how}))
    return show_run(folder, folder.parent, "i00000").answers[0].remarks


def test_nothing_is_remarked_of_an_ordinary_reply(tmp_path: Path) -> None:
    assert remarks(tmp_path / "run", served_models=("gpt-6-2026-08-01",), reasoning_tokens=0) == ()


def test_why_there_are_no_probabilities(tmp_path: Path) -> None:
    assert remarks(tmp_path / "run", censored=1.0) == (
        "no probabilities: a label is not among the tokens shown",
    )
    old = tmp_path / "old"
    assert remarks(old, answer_rules="1") == ("no probabilities: scored by older rules",)
    assert show_run(old, tmp_path, "i00000").answers[0].record.probabilities is None


def test_hidden_reasoning_and_another_model(tmp_path: Path) -> None:
    found = remarks(tmp_path / "run", reasoning_tokens=1200, served_models=("gpt-5",))
    assert found == ("1,200 tokens of hidden reasoning", "answered by gpt-5")


def test_where_probabilities_were_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_made_run(tmp_path / "run", MadeRun(arms=("text",), **API))
    stored = read_run(tmp_path / "run")
    tokens = (AnswerToken(start=0, token=" w"), AnswerToken(start=2, token="in"))
    with RunWriter(tmp_path / "run") as writer:
        writer.append(stored.records[0].model_copy(update={"answer_tokens": tokens}))
    with pytest.raises(SystemExit) as caught:
        main(["show", "run", "--item", "i00000", "--results", str(tmp_path)])
    assert caught.value.code == 0
    assert " · probabilities read at ' win'" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("redact", [False, True])
def test_a_redacted_table_says_the_same_of_old_rules_and_names_no_folder(
    tmp_path: Path, redact: bool
) -> None:
    how: dict[str, Any] = {**API, "answer_rules": "1", "served_models": ("/home/ann/other.gguf",)}
    write_made_run(tmp_path / "run", MadeRun(arms=("text", "text+mg"), **how))
    summary = compare([tmp_path / "run"], redact=redact)
    assert all(arm.log_odds is None for arm in summary.arms)
    notes = "\n".join(summary.notes)
    assert "scored by older rules" in notes
    assert "other.gguf (8 records)" in notes
    assert ("/home/ann" in notes) is not redact
