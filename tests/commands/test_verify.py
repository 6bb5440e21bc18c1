"""`mgllm verify`: whole runs of every kind are whole, others are told apart from folders that are no runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.backends.base import backends
from mgllm.cli import main
from mgllm.commands.score import score
from mgllm.commands.verify import verify
from mgllm.records import Question, Reply
from mgllm.records.verification import CheckResult, Verification
from mgllm.testing import Script, ScriptedBackend, say
from tests.spoiling import change, flip, one, read_lines, shelved, spoil_json, spoil_lines, write_lines

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Run the command line: exit code, stdout, stderr."""

    def go(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, said.out, said.err

    return go


def of(folder: Path | str) -> Verification:
    (found,) = verify([folder])
    return found


def by_name(found: Verification) -> dict[str, CheckResult]:
    return {result.name: result for result in found.checks}


def failed(found: Verification) -> list[str]:
    return [result.name for result in found.checks if result.status == "failed"]


def test_a_whole_run_is_told_so_line_by_line(whole_run: Path, told: Told) -> None:
    code, out, err = told("verify", whole_run)
    checks, _, result = out.rpartition(str(whole_run))
    lines = [line for line in checks.splitlines() if not line.startswith(" " * 23)]
    assert (code, err) == (0, "")
    assert all(line.startswith("ok ") for line in lines)
    assert " ".join(result.split()) == f": complete ({len(lines)} ok)"
    assert len(lines) > 10


def test_a_flipped_answer_is_exit_4_and_names_its_line(copied_run: Path, told: Told) -> None:
    spoil_lines(lambda lines: flip(one(lines), with_probabilities=True))(copied_run)
    code, out, err = told("verify", copied_run)
    (line,) = [line for line in out.splitlines() if line.startswith("failed  replies")]
    assert code == 4
    assert "1 of " in line
    assert "records.jsonl:" in line
    assert "arm text+mg" in line
    assert err == f"mgllm: not complete: {copied_run}\n"


def test_several_runs_as_json(whole_run: Path, copied_run: Path, told: Told) -> None:
    change(correct=None)(copied_run)
    code, out, _ = told("verify", whole_run, copied_run, whole_run, "--json")
    content = json.loads(out)
    assert code == 4
    assert content["whole"] is False
    assert [(run["run"], run["whole"]) for run in content["runs"]] == [
        (str(whole_run), True),
        (str(copied_run), False),
    ]
    found = {one["name"]: one["status"] for one in content["runs"][1]["checks"]}
    assert found["correct"] == "failed"
    assert found["prompts"] == "ok"


def test_what_is_no_run_is_exit_2(copied_run: Path, told: Told, tmp_path: Path) -> None:
    assert told("verify", tmp_path)[0] == 2
    assert told("verify", "nowhere", "--results", tmp_path)[0] == 2
    (copied_run / "manifest.json").write_text("{}", encoding="utf-8")
    code, _, err = told("verify", copied_run)
    assert code == 2
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["records.jsonl", "prompts.jsonl"])
@pytest.mark.parametrize("command", ["verify", "compare", "show", "report", "score"])
def test_a_folder_in_a_files_place_is_one_line(
    name: str, command: str, copied_run: Path, told: Told, tmp_path: Path
) -> None:
    (copied_run / name).unlink()
    (copied_run / name).mkdir()
    more = ["-o", tmp_path / "page.html"] if command == "report" else []
    code, _, err = told(command, copied_run, *more)
    assert code == 2, err
    assert name in err
    assert err.count("\n") == 1
    assert "internal error" not in err


def test_a_torn_last_line_is_ignored_and_said(copied_run: Path) -> None:
    file = copied_run / "records.jsonl"
    file.write_bytes(file.read_bytes() + b'{"scenario": "meet')
    found = of(copied_run)
    assert found.whole
    assert "incomplete" in (by_name(found)["lines"].note or "")


@pytest.fixture
def options(whole_run: Path, tmp_path: Path) -> dict[str, Any]:
    """Of a further run of that scenario."""
    root = whole_run.parents[1]
    return {
        "model": "scripted/x",
        "scenarios": ["meeting"],
        "scenarios_dir": root / "scenarios",
        "prompts_dir": root / "prompts",
        "results": tmp_path / "results",
    }


def answering(answer: Callable[[Question], Reply | str], **script: Any) -> Any:
    return shelved(ScriptedBackend(answer, Script(**script)))


def right(question: Question) -> Reply:
    return say(question, question.choices[0].label, 0.9)


def test_a_run_that_a_budget_stopped_is_incomplete_until_it_is_resumed(options: dict[str, Any]) -> None:
    with answering(right):
        stopped = mgllm.run(**options, max_requests=7).folder
        found = by_name(of(stopped))["complete"]
        assert found.status == "failed"
        assert (found.first or "").startswith("incomplete: ")
        assert found.wrong == found.looked_at - len(read_lines(stopped / "records.jsonl"))
        mgllm.run(**options, resume=stopped)
    assert of(stopped).whole


def test_failed_records_that_were_asked_again_are_no_duplicates(options: dict[str, Any]) -> None:
    fail = Reply(error="the server is away")
    with answering(
        lambda question: fail if len(question.prompt.sha256.strip("0123456789")) % 2 else right(question)
    ):
        run = mgllm.run(**options).folder
    failures = sum(line["outcome"] == "failed" for line in read_lines(run / "records.jsonl"))
    assert failures > 0
    assert f"{failures} failed" in (by_name(of(run))["complete"].note or "")
    with answering(right):
        mgllm.run(**options, resume=run)
    found = of(run)
    assert found.whole
    assert by_name(found)["replaced"].note == f"{failures} asked again after a failure"


def test_a_run_of_older_rules_that_went_on_is_whole(options: dict[str, Any]) -> None:
    def unsure(question: Question) -> str:
        return question.choices[0].text

    with answering(unsure, score="generate"):
        run = mgllm.run(**options, max_requests=9).folder
        for line in (lines := read_lines(run / "records.jsonl"))[:3]:
            line.update(outcome="unparsed", answer=None, correct=None)
        write_lines(run / "records.jsonl", lines)
        spoil_json("manifest.json", lambda manifest: manifest.update(answer_rules="1"))(run)
        assert by_name(of(run))["replies"].status == "skipped"
        mgllm.run(**options, resume=run)
    found = of(run)
    assert found.whole, failed(found)
    assert by_name(found)["replaced"].note == "3 judged again by newer rules"


def test_a_run_scored_again_and_one_without_texts_are_whole(
    options: dict[str, Any], whole_run: Path, tmp_path: Path
) -> None:
    assert of(score(whole_run, tmp_path / "again").folder).whole
    with answering(right):
        bare = mgllm.run(**options, store_text=False).folder
    found = by_name(of(bare))
    assert of(bare).whole
    assert found["prompt hashes"].status == found["spans"].status == "skipped"
    assert found["replies"].status == "ok"  # the model's own scores decide, and are kept
    with answering(lambda question: question.choices[0].text, score="generate"):
        wordless = mgllm.run(**options, store_text=False).folder
    assert by_name(of(wordless))["replies"].status == "skipped"


def test_epochs_limits_and_gestures_left_out_are_whole(options: dict[str, Any]) -> None:
    with answering(right):
        for more in ({"epochs": 3, "limit": 2}, {"attribute": True}, {"arms": ("text", "text+noisy@0.5")}):
            found = of(mgllm.run(**options, **more).folder)
            assert found.whole, (more, failed(found))
        run = mgllm.run(**options, attribute=True).folder
    spoil_lines(lambda lines: lines.remove(next(one for one in lines if "without@" in one["arm"])))(run)
    assert by_name(of(run))["complete"].wrong == 1


def test_sampled_and_server_runs_are_whole(options: dict[str, Any]) -> None:
    from mgllm.testing import Behaviour, FakeServer

    with FakeServer(
        Behaviour(), say=lambda messages: ["agrees", "objects"][len(str(messages)) % 2]
    ) as server:
        reach = {"model": "openai-compatible/fake", "base_url": server.url}
        for score_by in ("logprob", "generate", "sample"):
            found = of(mgllm.run(**(options | reach), score=score_by).folder)
            assert found.whole, (score_by, failed(found))


def test_items_that_are_gone_or_others_now_are_skipped_and_said(
    options: dict[str, Any], tmp_path: Path
) -> None:
    root = Path(options["scenarios_dir"])
    (own,) = root.glob("items/*.jsonl")
    items = shutil.copy(own, tmp_path / "items.jsonl")
    with answering(right):
        run = mgllm.run(**options, items=str(items)).folder
    assert by_name(of(run))["item set"].status == "ok"
    text = Path(items).read_text(encoding="utf-8")
    Path(items).write_text(text.replace("p1", "p7"), encoding="utf-8")
    now = by_name(of(run))["item set"]
    assert now.status == "skipped"
    assert "has changed since the run" in (now.note or "")
    Path(items).unlink()
    assert "does not exist here" in (by_name(of(run))["item set"].note or "")
    assert of(run).whole


def test_a_summary_by_other_rules_is_held_to_counts_and_means(copied_run: Path) -> None:
    def older(summary: dict[str, Any]) -> None:
        summary.pop("statistics_rules")
        summary["effects"][0]["p"] = 0.5
        summary["notes"] = []

    spoil_json("summary.json", older)(copied_run)
    found = by_name(of(copied_run))
    assert found["summary"].status == "ok"
    assert "other rules" in (found["summary"].note or "")
    assert found["tables"].status == "skipped"
    spoil_json("summary.json", lambda summary: summary["effects"][0].update(difference=0.77))(copied_run)
    assert failed(of(copied_run)) == ["summary"]


def test_the_shelf_of_backends_is_as_it_was() -> None:
    assert "scripted" not in backends._things
