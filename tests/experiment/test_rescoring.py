"""Runs of older rules: judged again by today's, when they are scored and before they go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands._options import from_flat
from mgllm.commands.run import run
from mgllm.commands.score import score
from mgllm.errors import InputError
from mgllm.experiment.options import RunOptions
from mgllm.store import read_run
from mgllm.testing import FakeReply, FakeServer

PREAMBLE = FakeReply(
    text="The answer is deceptive",
    tops=(
        {"The": 0.97, "truth": 0.02},
        {" answer": 0.99, " word": 0.01},
        {" is": 0.99, " was": 0.01},
        {" deceptive": 0.9, " truthful": 0.1},
    ),
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(say=lambda _: PREAMBLE) as made:
        yield made


def options(server: FakeServer, results: Path, **more: object) -> RunOptions:
    asked = {"model": "openai-compatible/m", "base_url": server.url, "scenarios": ("deception",), "limit": 2}
    arms = {"arms": ("text", "text+mg"), "results": results, "display": "none"}
    return from_flat({**asked, **arms, **more})


def made_old(folder: Path, keep: int) -> None:
    """As version 1 of the rules wrote it: a label by the first token, no tokens kept, the rest cut off."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").split("\n")[:keep]
    new = {"answer_tokens", "censored", "censored_reason", "served_model", "cell"}
    old: list[dict[str, Any]] = [
        {k: v for k, v in json.loads(line).items() if k not in new} for line in lines
    ]
    for record in old:
        record |= {"answer": "truthful", "correct": record["target"] == "truthful"}
        record |= {"probabilities": {"truthful": 0.667, "deceptive": 0.333}}
    text = "".join(json.dumps(record) + "\n" for record in old)
    (folder / "records.jsonl").write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["answer_rules"], manifest["sent"], manifest["served_models"]
    manifest["refusal_phrases"] = "1"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_fresh_answers_are_read_where_they_begin(server: FakeServer, tmp_path: Path) -> None:
    stored = read_run(run(options(server, tmp_path)).folder)
    assert {record.answer for record in stored.records} == {"deceptive"}
    for record in stored.records:
        assert record.probabilities is not None
        assert record.probabilities["deceptive"] == pytest.approx(0.9)
        assert [token.token for token in record.answer_tokens] == [" deceptive"]
        assert record.answer_tokens[0].start == len("The answer is")


def test_scoring_again_reads_the_kept_tokens(server: FakeServer, tmp_path: Path) -> None:
    first = read_run(run(options(server, tmp_path)).folder)
    again = read_run(score(first.path, tmp_path).folder)
    same = {"answer", "probabilities", "scores", "answer_tokens", "outcome", "censored"}
    assert [r.model_dump(include=same) for r in again.records] == [
        r.model_dump(include=same) for r in first.records
    ]
    assert again.manifest.rescored_from == first.manifest.id


def test_without_kept_tokens_the_words_stand_and_probabilities_are_missing(
    server: FakeServer, tmp_path: Path
) -> None:
    folder = run(options(server, tmp_path)).folder
    made_old(folder, keep=4)
    assert {record.answer for record in read_run(folder).records} == {"truthful"}
    again = read_run(score(folder, tmp_path).folder)
    assert {(r.answer, r.probabilities, r.censored_reason) for r in again.records} == {
        ("deceptive", None, "no_tokens")
    }
    assert again.manifest.answer_rules == "2"


def test_a_resumed_run_is_judged_by_one_set_of_rules(server: FakeServer, tmp_path: Path) -> None:
    folder = run(options(server, tmp_path)).folder
    made_old(folder, keep=2)
    asked = len(server.requests)
    finished = run(options(server, tmp_path), resume=folder)
    stored = read_run(folder)
    assert [record.answer for record in stored.records] == ["deceptive"] * 4
    assert [record.censored for record in stored.records] == [True, True, False, False]
    assert (stored.manifest.answer_rules, stored.manifest.refusal_phrases) == ("2", "2")
    assert finished.exit_code == 0
    items = [request for request in server.requests[asked:] if "speaker" in json.dumps(request.body).lower()]
    assert len(items) == 2, "what is judged again is not asked again"


def test_a_run_that_kept_no_words_cannot_go_on_under_other_rules(server: FakeServer, tmp_path: Path) -> None:
    folder = run(options(server, tmp_path, store_text=False)).folder
    assert all(not record.answer_tokens and record.text is None for record in read_run(folder).records)
    with pytest.raises(InputError, match="has no stored replies"):
        score(folder, tmp_path)
    made_old(folder, keep=2)
    with pytest.raises(InputError, match="has no stored replies"):
        run(options(server, tmp_path, store_text=False), resume=folder)
