"""The main job on the real small model: every arm, and a resume that is equal to the bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands.models_list import list_models
from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run

ARMS = ("none", "text", "mg", "text+mg", "text+oracle", "text+shuffled", "text+filler", "text+noisy@0.5")


@pytest.fixture
def items(folders: Folders, tmp_path: Path) -> str:
    """The four items of `meeting`, with a recognised source beside the annotated one."""
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    path = tmp_path / "items.jsonl"
    with path.open("w") as file:
        for label, line in zip(
            ("rubbing eyes", "head up", "biting nails", "moving torso"), lines, strict=True
        ):
            item = json.loads(line)
            seen = [{"label": label, "start": 0.5, "end": 1.5, "confidence": 0.7}]
            item["gestures"]["recognized"] = {"gestures": seen, "exposure": "held_out", "duration": 8.0}
            file.write(json.dumps(item) + "\n")
    return str(path)


def run_options(folders: Folders, items: str, tmp_path: Path) -> dict[str, Any]:
    return {
        "model": "local",
        "scenarios": ["meeting"],
        "scenarios_dir": folders.scenarios,
        "prompts_dir": folders.prompts,
        "items": items,
        "arms": ARMS,
        "results": tmp_path / "results",
        "limit": 2,  # donors are from all four
    }


def test_eight_arms_and_a_resume_to_the_bit(folders: Folders, tmp_path: Path, items: str) -> None:
    if not any(row.default and row.folder for row in list_models()):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")
    options = run_options(folders, items, tmp_path)
    finished = mgllm.run(**options)
    assert finished.exit_code == 0
    whole = read_run(finished.folder).records
    assert len(whole) == 2 * len(ARMS)
    assert {record.arm for record in whole} == set(ARMS)
    assert {(record.form, record.score, record.outcome) for record in whole} == {
        ("cloze", "logprob", "answered")
    }
    assert all(
        record.probabilities and abs(sum(record.probabilities.values()) - 1) < 1e-9 for record in whole
    )
    assert {record.exposure for record in whole if record.arm == "text+mg"} == {"held_out"}
    facts = read_run(finished.folder).manifest.model_facts
    assert facts["weights_sha256"]

    file = finished.folder / "records.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:13]) + lines[13][:50])  # killed while it wrote
    resumed = mgllm.run(**options, resume=finished.folder)
    again = {record.key: record.scores for record in read_run(resumed.folder).records}
    assert again == {record.key: record.scores for record in whole}
