"""The demo's numbers, on the small local model: answers exactly, probabilities and effects within 1e-4.

The quick test asks a few items and finds their rows among those of the whole demo; the slow one asks all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mgllm
from tests.golden.comparing import Golden, differences

CLOSE = 1e-4
"""Processors differ by less than this in a probability."""
ANSWERS = "demo/answers.json"
EFFECT = ("metric", "arm", "baseline", "pairs", "difference", "interval", "p", "strict", "bounds")


@pytest.fixture(autouse=True)
def _weights(mgllm_says: Callable[..., str]) -> None:
    """Skip where the small model has not been pulled."""
    known = json.loads(mgllm_says("models", "list", "--json"))
    if not any(one["default"] and one["folder"] for one in known):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")


def answers_of(folder: Path) -> list[list[Any]]:
    """Scenario, item, arm, outcome, answer and the probability of each label."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    made = [_row(json.loads(line)) for line in lines]
    return sorted(made, key=lambda row: tuple(row[:3]))


def _row(record: dict[str, Any]) -> list[Any]:
    return [record[key] for key in ("scenario", "item", "arm", "outcome", "answer", "probabilities")]


def effects_of(folder: Path) -> dict[str, Any]:
    """Rows of arms, effects and claims of a run's summary."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    effects = [[one["row"]["scenario"], *(one[key] for key in EFFECT)] for one in summary["effects"]]
    return {"arms": summary["arms"], "effects": effects, "claims": summary["claims"]}


def test_a_few_items_of_the_demo(tmp_path: Path, golden: Golden) -> None:
    finished = mgllm.run(model="local", limit=2, arms=("none", "text", "text+mg"), results=tmp_path)
    made = answers_of(finished.folder)
    whole = json.loads((golden.folder / ANSWERS).read_text(encoding="utf-8"))
    wanted = {tuple(row[:3]): row for row in whole}
    assert len(made) == 3 * 2 * 3
    found = list(differences([wanted[tuple(row[:3])] for row in made], made, CLOSE))
    assert not found, "the small model says something else:\n" + "\n".join(found)


@pytest.mark.slow
def test_the_whole_demo(tmp_path: Path, golden: Golden) -> None:
    finished = mgllm.run(model="local", results=tmp_path)
    assert finished.exit_code == 0
    check_demo(golden, Path(finished.folder))


def check_demo(golden: Golden, folder: Path) -> None:
    """Compare a run of all bundled scenarios with the golden one."""
    golden.values(ANSWERS, answers_of(folder), CLOSE)
    golden.values("demo/effects.json", effects_of(folder), CLOSE)
