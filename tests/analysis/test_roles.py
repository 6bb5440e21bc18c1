"""Which arm is which is the manifest's to say: other names change the names in the tables alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.analysis import Covariate, RunRecords, frame, narrate, render, summarise
from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.pages.report.dose import dose_section
from mgllm.records import FIRST_ROLES, Summary
from mgllm.testing.made_run import MadeRun, write_made_run

MakeRun = Callable[..., RunRecords]
BY = Covariate("side", {("emotion", f"i{n:04d}"): "left" if n % 2 else "right" for n in range(48)})


def renamed(run: RunRecords) -> RunRecords:
    """The same run, a "z" before every arm's name."""
    (scenario,) = run.manifest.scenarios
    changed = {
        "arms": tuple(f"z{arm}" for arm in scenario.arms),
        "baseline": f"z{scenario.baseline}",
        "roles": {role: f"z{arm}" for role, arm in scenario.roles.items()},
    }
    scenario = scenario.model_copy(update=changed)
    records = [record.model_copy(update={"arm": f"z{record.arm}"}) for record in run.records]
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), records)


def usual(text: str) -> str:
    """The usual names again, and nothing of how wide columns are."""
    return re.sub(r"[\s-]+", " ", re.sub(r"\bz(?=none|text|mg)", "", text))


@pytest.mark.parametrize("form", ["html", "csv"])  # in the others a longer name breaks lines elsewhere
def test_names_decide_nothing(made_run: MakeRun, form: str) -> None:
    run = made_run(4, sizes=(2,) * 24, missing=0.1)
    first, other = summarise([run], BY), summarise([renamed(run)], BY)
    assert usual(render(other, form)) == usual(render(first, form))
    assert len(other.claims) == 2
    assert usual(repr(narrate(other))) == usual(repr(narrate(first)))


def test_a_summary_says_roles_only_where_they_are_others(made_run: MakeRun) -> None:
    run = made_run(4)
    plain = summarise([run])
    assert plain.roles_of("emotion") == FIRST_ROLES
    assert "roles" not in json.loads(render(plain, "json"))
    other = summarise([renamed(run)])
    again = Summary.model_validate_json(render(other, "json"))
    assert again.roles_of("emotion")["unasked"] == "znone"
    assert render(again, "md") == render(other, "md")


def test_without_a_main_arm_nothing_is_claimed(made_run: MakeRun) -> None:
    run = made_run(4)
    scenario = run.manifest.scenarios[0].model_copy(update={"roles": {"unasked": "none"}})
    manifest = run.manifest.model_copy(update={"scenarios": (scenario,)})
    summary = summarise([RunRecords(manifest, run.records)])
    assert not summary.claims
    assert not any(effect.primary for effect in summary.effects)
    assert {effect.baseline for effect in summary.effects} == {"text"}
    assert "With gestures" not in repr(narrate(summary))
    assert "shows annotated" not in render(summary, "md")


def test_a_main_arm_that_adds_to_nothing_is_set_against_the_baseline(made_run: MakeRun) -> None:
    run = made_run(4)
    roles = {"main": "mg", "shuffled": "text+shuffled"}
    scenario = run.manifest.scenarios[0].model_copy(update={"roles": roles, "baseline": "text+filler"})
    manifest = run.manifest.model_copy(update={"scenarios": (scenario,)})
    records = [record for record in run.records if record.arm != "none"]
    summary = summarise([RunRecords(manifest, records)])
    primary = {(effect.arm, effect.baseline) for effect in summary.effects if effect.primary}
    assert primary == {("mg", "text+filler"), ("mg", "text+shuffled")}


def test_a_frame_takes_the_prior_from_the_arm_named(made_run: MakeRun) -> None:
    run = made_run(4)
    first, other = frame(run.records), frame(renamed(run).records, "znone")
    assert first["corrected_win"].notna().any()
    assert first.drop(columns="arm").equals(other.drop(columns="arm"))
    assert frame(renamed(run).records)["corrected_win"].isna().all()


def test_doses_of_a_main_arm_by_another_name(tmp_path: Path) -> None:
    def titles(main: str) -> tuple[str, list[str]]:
        arms = ("text", main, "text+noisy@0.5", "text+noisy@0.25", "text+late@2")
        run = write_made_run(tmp_path / main, MadeRun(items=24, arms=arms))
        manifest = json.loads((run / "manifest.json").read_text())
        for scenario in manifest["scenarios"]:
            scenario["roles"] = {**FIRST_ROLES, "main": main}
        (run / "manifest.json").write_text(json.dumps(manifest))
        section = dose_section(page_content(read_runs([run], PageOptions()), PageOptions()))
        assert section is not None
        return section.lead, [" ".join(row[:2]) for row in section.pictures[0].tables[0].rows]

    lead, rows = titles("text+cues")
    assert "(0: text+cues)" in lead
    assert rows == ["text+cues 0", "text+noisy@0.25 0.25", "text+noisy@0.5 0.5", "text "]
    assert titles("text+mg")[1][0] == "text+mg 0"
