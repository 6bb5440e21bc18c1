"""compare --by, --shape, --ids, --margin: what a reader can ask of runs that are there."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import main
from mgllm.errors import InputError
from mgllm.items.loading import item_line, load_items
from mgllm.prompts.scenarios import Folders
from mgllm.records import Question, Reply
from mgllm.testing import say


def follow_gestures(question: Question) -> Reply:
    """A model that reads folded arms as an objection and does not look at anything else."""
    told = question.prompt.messages[-1].content
    return say(question, "objects" if "folding arms" in told else "agrees", 0.9)


@pytest.fixture
def items(folders: Folders, tmp_path: Path) -> Path:
    """The scenario's items, with the person's sex."""
    assert folders.scenarios is not None
    (own,) = folders.scenarios.glob("items/*.jsonl")
    file = tmp_path / "items.jsonl"
    with_sex = [
        item.model_copy(update={"covariates": {**item.covariates, "sex": "F" if "p1" in item.id else "M"}})
        for item in load_items(own)
    ]
    file.write_text("".join(f"{item_line(item)}\n" for item in with_sex), encoding="utf-8")
    return file


@pytest.fixture
def run(meeting: dict[str, Any], shelve: Any) -> Callable[..., str]:
    def go(**more: Any) -> str:
        shelve(follow_gestures)
        return str(mgllm.run(**(meeting | more)).folder)

    return go


def cli(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    told = capsys.readouterr()
    assert caught.value.code == 0, told.err
    return told.out


def test_slices_come_from_the_items_that_were_asked(run: Callable[..., str], items: Path) -> None:
    folder = run(items=str(items))
    parts = mgllm.compare([folder], by="sex").slices
    assert [(part.covariate, part.value, part.items, part.subjects) for part in parts] == [
        ("sex", "F", 2, 1),
        ("sex", "M", 2, 1),
    ]
    moved = items.rename(items.with_name("moved.jsonl"))
    assert mgllm.compare([folder], by="sex", items=str(moved)).slices == parts
    with pytest.raises(InputError, match="does not exist"):
        mgllm.compare([folder], by="sex")


def test_a_run_of_the_scenarios_own_items_needs_no_file(run: Callable[..., str]) -> None:
    (part,) = mgllm.compare([run()], by="made_up").slices
    assert (part.value, part.items) == ("true", 4)


def test_other_items_and_unknown_covariates_are_refused(run: Callable[..., str], items: Path) -> None:
    folder = run(items=str(items))
    with pytest.raises(InputError, match="Did you mean 'sex'"):
        mgllm.compare([folder], by="sez")
    other = [item.model_copy(update={"subject": "somebody"}) for item in load_items(items)]
    items.write_text("".join(f"{item_line(item)}\n" for item in other), encoding="utf-8")
    with pytest.raises(InputError, match="has another subject or target there; name the item set"):
        mgllm.compare([folder], by="sex")


def test_the_command_line_slices_shapes_and_names(
    run: Callable[..., str], items: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run(items=str(items))
    assert "sex: F" in cli(capsys, "compare", folder, "--by", "sex")
    assert "one contrast a line" in cli(capsys, "compare", folder, "--shape", "wide")
    long = list(
        csv.DictReader(StringIO(cli(capsys, "compare", folder, "--shape", "long", "--format", "csv")))
    )
    assert {"arm", "effect", "bias"} == {line["about"] for line in long}
    assert "text+mg − text, gained: meeting-p" in cli(capsys, "compare", folder, "--ids")
    told = json.loads(cli(capsys, "compare", folder, "--json", "--margin", "5"))
    assert {e["margin"] for e in told["effects"]} == {0.05, None}
    flips = next(f for f in told["flips"] if (f["arm"], f["baseline"]) == ("text+mg", "text"))
    assert flips["gained"] == len(flips["gained_items"]) == 2


def test_redacted_summaries_name_no_item(run: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    folder = run()
    assert "meeting-p" in cli(capsys, "compare", folder, "--json")
    told = cli(capsys, "compare", folder, "--json", "--redact", "--against", run())
    assert "meeting-p" not in told
    assert json.loads(told)["flips"][0]["gained"] == 2


def test_the_same_arm_between_runs_says_what_flipped(run: Callable[..., str]) -> None:
    one, two = run(), run(seed=0)
    between = [f for f in mgllm.compare([one], against=two).flips if f.arm == f.baseline]
    assert {f.arm for f in between} == {"text", "mg", "text+mg", "text+shuffled", "text+filler"}
    assert all((f.gained, f.lost) == (0, 0) for f in between)
