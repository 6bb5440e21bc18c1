"""A scenario that names bundled templates as they were called before still asks in the very same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import mgllm
from mgllm.testing import Script
from tests.golden.bundled import SCENARIOS, copy_scenarios
from tests.golden.comparing import Golden
from tests.golden.scripted_model import first_choice
from tests.golden.test_prompts import ARMS, CASES, check, entries_of

WORDINGS = [
    f"{manner} · wording {wording}"
    for manner in ("chat, direct", "cloze, direct")
    for wording in ("own", "b", "c")
]
"""Together they render each of the eighteen old names."""


def named_as_before(to: Path) -> Path:
    """The bundled scenarios as a user copied them, while every wording had a template of its own."""
    copy_scenarios(to, {})
    for name in SCENARIOS:
        path = to / f"{name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        del content["text"]
        content["prompts"] = {"chat": f"{name}.j2", "cloze": f"{name}_cloze.j2"}
        content["paraphrases"] = {
            letter: {"chat": f"{name}_{letter}.j2", "cloze": f"{name}_{letter}_cloze.j2"} for letter in "bc"
        }
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return to


@pytest.mark.parametrize("name", WORDINGS)
def test_old_names_ask_what_they_asked(name: str, golden: Golden, seat: Any, tmp_path: Path) -> None:
    case = CASES[name]
    seat(first_choice, Script(form=case.form, concurrency=64))
    finished = mgllm.run(
        model="golden/prompts",
        results=tmp_path / "results",
        scenarios_dir=named_as_before(tmp_path / "scenarios"),
        arms=ARMS,
        yes=True,
        **{key: value for key, value in case.options.items() if value is not None},
    )
    assert finished.exit_code == 0
    check(golden, name, entries_of(finished.folder))
