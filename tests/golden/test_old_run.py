"""A run folder of an older version loads, compares, is scored again, and is gone on with.

`run_1f59c6d/` was written by that commit: `mgllm run emotion --model golden/old --limit 10 --seed 21
--arms none,text,text+mg,text+shuffled,text+noisy@0.3`, answered by `scripted_model.all_outcomes`, one
question at a time, and stopped by `--max-requests 33`. `old_run/whole.json` has the prompts of the same
run unbroken.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mgllm
from tests.golden.comparing import Golden
from tests.golden.scripted_model import answered

OLD = Path(__file__).parent / "run_1f59c6d"
WHOLE = Path(__file__).parent / "old_run" / "whole.json"
COLUMNS = ("scenario", "item", "subject", "arm", "outcome", "answer", "target", "correct")
Says = Callable[..., str]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the old run under the name it had, in a folder of runs."""
    name = json.loads((OLD / "manifest.json").read_text("utf-8"))["id"]
    return Path(shutil.copytree(OLD, tmp_path / "results" / name))


def records_of(folder: Path) -> list[dict[str, Any]]:
    """The records of a run as they stand in its file."""
    return [json.loads(line) for line in (folder / "records.jsonl").read_text("utf-8").splitlines()]


def outcomes_of(folder: Path) -> list[list[Any]]:
    """What became of each question, the last line of each counting."""
    frame = mgllm.load_run(folder).to_frame()
    rows = json.loads(frame[list(COLUMNS)].to_json(orient="values"))
    return sorted(rows, key=lambda row: (row[1], row[3]))


def test_it_loads(golden: Golden) -> None:
    run = mgllm.load_run(OLD)
    assert len(run.records) == len(run.to_frame()) == 45
    assert {row[4] for row in outcomes_of(OLD)} == {"answered", "failed", "refused", "unparsed"}
    golden.values("old_run/outcomes.json", outcomes_of(OLD))
    told = [[record.item, record.arm, dict(record.probabilities or {})] for record in run.records]
    golden.values("old_run/probabilities.json", sorted(told, key=lambda one: (str(one[0]), str(one[1]))))


def test_it_compares(golden: Golden, mgllm_says: Says) -> None:
    golden.text("old_run/compared.md", mgllm_says("compare", OLD))
    golden.values("old_run/compared.json", json.loads(mgllm_says("compare", OLD, "--json")))


def test_it_is_shown(golden: Golden, mgllm_says: Says) -> None:
    item = records_of(OLD)[0]["item"]
    golden.text("old_run/item.txt", mgllm_says("show", OLD, "--item", item))


def test_scoring_it_again_moves_no_outcome(copy: Path, tmp_path: Path, mgllm_says: Says) -> None:
    mgllm_says("score", copy, "--results", tmp_path / "again", code=1)
    (again,) = (tmp_path / "again").iterdir()
    assert outcomes_of(again) == outcomes_of(OLD)


def test_going_on_asks_what_is_missing_and_what_failed(
    copy: Path, seat: Any, last_backend: Any, golden: Golden, mgllm_says: Says
) -> None:
    before = {(one["item"], one["arm"]): one for one in records_of(OLD)}
    whole = {(item, arm): sha256 for item, arm, sha256 in json.loads(WHOLE.read_text("utf-8"))}
    missing = {key for key in whole if key not in before}
    failed = {key for key, one in before.items() if one["outcome"] == "failed"}
    assert missing
    assert failed
    seat(answered)
    mgllm_says("run", "--resume", copy, "--results", copy.parent, "--max-requests", "1000")
    asked = [question.prompt.sha256 for question in last_backend().asked]
    kept = {one["prompt_sha256"] for key, one in before.items() if key not in failed}
    assert sorted(asked) == sorted({whole[key] for key in missing | failed} - kept)
    after = {(one["item"], one["arm"]): one for one in records_of(copy)}  # the last line of each counts
    assert {key: one["prompt_sha256"] for key, one in after.items()} == whole
    assert all(after[key] == before[key] for key in before if key not in failed)
    golden.values("old_run/resumed.json", outcomes_of(copy))
    golden.text("old_run/resumed.md", (copy / "table.md").read_text("utf-8"))
