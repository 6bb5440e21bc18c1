"""docs/demo.md prints what the demo prints: quickly from the golden answers, slowly from the model itself."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import main
from tests.guides import ROOT, Command, Desk

PAGE = ROOT / "docs" / "demo.md"
GOLDEN = ROOT / "tests" / "golden" / "demo" / "answers.json"
MODEL = "local/smollm2-135m"
REMAKE = bool(os.environ.get("MGLLM_REMAKE_GOLDEN"))
"""Write the table into the page instead of comparing; read before a fixture clears all MGLLM_*."""
SPEED = " prompts a second"
"""Stands in the last line, which no two runs share."""


def shown() -> str:
    """The table of the page, without the line of how long it took."""
    block = PAGE.read_text(encoding="utf-8").partition("<!-- demo -->\n```\n")[2]
    lines = block.partition("\n```\n<!-- /demo -->")[0].splitlines()
    assert SPEED in lines[-1]
    return "\n".join(lines[:-1]).strip()


def as_golden(folder: Path) -> None:
    """Put the small model's answers into a run of a scripted one."""
    rows = {tuple(row[:3]): row[3:] for row in json.loads(GOLDEN.read_text(encoding="utf-8"))}
    made = [json.loads(line) for line in (folder / "records.jsonl").read_text("utf-8").splitlines()]
    assert {(one["scenario"], one["item"], one["arm"]) for one in made} == set(rows)
    for one in made:
        outcome, answer, probabilities = rows[one["scenario"], one["item"], one["arm"]]
        total = {label: math.log(share) for label, share in probabilities.items()}
        one |= {"outcome": outcome, "answer": answer, "probabilities": probabilities, "answer_tokens": []}
        one |= {"correct": answer == one["target"], "model": MODEL, "form": "cloze"}
        one["scores"] = {"total": total, "mean": total, "missing_mass": 0.0, "censored": []}
    lines = "".join(json.dumps(one) + "\n" for one in made)
    (folder / "records.jsonl").write_text(lines, encoding="utf-8")
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    manifest = manifest.replace('"scripted/x"', f'"{MODEL}"').replace('"chat"', '"cloze"')
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")


def test_the_table_is_that_of_the_golden_answers(
    shelve: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve()
    finished = mgllm.run(model="scripted/x", form="chat", score="logprob", results=tmp_path, display="none")
    as_golden(Path(finished.folder))
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["compare", str(finished.folder)])
    assert left.value.code == 0
    made = capsys.readouterr().out.strip()
    if REMAKE:
        PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(shown(), made), encoding="utf-8")
    assert made == shown(), f"MGLLM_REMAKE_GOLDEN=1 pytest {Path(__file__).name} writes it into docs/demo.md"


@pytest.mark.slow
def test_the_table_is_what_make_demo_prints(desk: Desk) -> None:
    desk.limit = ""
    *_, made = desk.type_in([Command("git clone ADDRESS mgllm"), Command("cd mgllm"), Command("make demo")])
    assert made.code == 0
    assert shown() in made.out
    assert SPEED in made.out
