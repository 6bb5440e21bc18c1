"""`run --preregister`: into the manifest, out of what is asked, and marked in every table."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished
from mgllm.experiment.registering import load_registration, not_excluded, refuse_unknown_exclusions
from mgllm.records import Item
from mgllm.store import read_run

PLAN = """\
title: Gestures help
registered: 2026-12-01
hypotheses:
  - {arm: text+mg, over: text}
  - {arm: text+mg, over: text+filler, expect: equal, margin: 5}
"""


@pytest.fixture
def go(meeting: dict[str, Any], shelve: Any) -> Any:
    shelve()

    def run(**options: Any) -> Finished:
        return mgllm.run(**(meeting | options))

    return run


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_manifest_has_the_file_and_its_hash(go: Any, tmp_path: Path) -> None:
    path = written(tmp_path, PLAN)
    found = read_run(go(preregister=path).folder).manifest.preregistration
    assert found is not None
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.file, found.content.registered) == ("plan.yaml", "2026-12-01")
    assert found.content.hypotheses[1].margin == 5
    assert read_run(go().folder).manifest.preregistration is None


def test_registered_differences_are_tested_and_others_marked(go: Any, tmp_path: Path) -> None:
    run = go(preregister=written(tmp_path, PLAN))
    tests = run.summary.registered
    assert [(t.hypothesis.over, t.hypothesis.expect) for t in tests] == [
        ("text", "gain"),
        ("text+filler", "equal"),
    ]
    assert "### Registered hypotheses" in run.table
    for effect in run.summary.effects:
        named = (effect.arm, effect.baseline) in {("text+mg", "text"), ("text+mg", "text+filler")}
        assert ("not preregistered" in effect.flags) != (named and effect.metric == "accuracy")
        assert (effect.margin is not None) == (
            (effect.arm, effect.baseline, effect.metric) == ("text+mg", "text+filler", "accuracy")
        )
    assert any("preregistered: Gestures help, 2026-12-01 (sha256" in note for note in run.summary.notes)


def test_what_is_excluded_is_not_asked_and_moves_no_donor(go: Any, tmp_path: Path) -> None:
    whole = {r.key: r.prompt_sha256 for r in read_run(go().folder).records}
    item = min(key.item for key in whole)
    run = go(
        preregister=written(tmp_path, f"{PLAN}exclusions: {{items: ['{item}'], reason: broken sound}}\n")
    )
    stored = read_run(run.folder)
    assert {r.key: r.prompt_sha256 for r in stored.records} == {
        key: sha for key, sha in whole.items() if key.item != item
    }
    (scenario,) = stored.manifest.scenarios
    assert (scenario.excluded, scenario.items_asked, scenario.items_in_set) == (1, 3, 4)
    assert "meeting: 1 of 4 items left out, as preregistered" in run.summary.notes
    assert not any("--limit" in note for note in run.summary.notes)


def test_what_is_not_as_registered_is_said_before_and_in_the_table(
    go: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = "plan: {seed: 7, items: 40, people: 2, model: other/one, items_sha256: 'abc'}\n"
    more = "  - {arm: text+mg, over: text+shuffled}\n"
    run = go(preregister=written(tmp_path, PLAN + more + plan), arms=("text", "text+mg", "text+filler"))
    (deviations,) = {test.deviations for test in run.summary.registered}
    assert [words.partition(":")[0].partition(" (")[0] for words in deviations] == [
        "model",
        "seed",
        "items",
        "the item set is another one",
        "arm text+shuffled was not asked",
    ]
    assert "seed: 7 was registered, the run has 0" in deviations
    said = capsys.readouterr().err
    table = " ".join(run.table.split())
    for words in deviations:
        assert f"meeting deviates from the preregistration: {words}" in " ".join(said.split())
        assert f"Deviates from the preregistration: {words}" in table
    assert run.summary.registered[-1].result == "not_tested"


def test_a_resumed_run_keeps_its_preregistration(go: Any, tmp_path: Path) -> None:
    path = written(tmp_path, PLAN)
    folder = go(preregister=path).folder
    assert go(preregister=path, resume=folder).folder == folder
    path.write_text(PLAN.replace("margin: 5", "margin: 20"), encoding="utf-8")
    with pytest.raises(InputError, match="cannot be resumed: preregistration"):
        go(preregister=path, resume=folder)
    with pytest.raises(InputError, match="cannot be resumed: preregistration"):
        go(resume=folder)


def test_redacted_tables_name_no_one(go: Any, tmp_path: Path) -> None:
    item = read_run(go().folder).records[0].item
    text = f"{PLAN}exclusions: {{items: ['{item}']}}\nplan: {{model: secret/name}}\n"
    folder = go(preregister=written(tmp_path, text)).folder
    summary = mgllm.compare([folder], redact=True)
    said = json.dumps(summary.model_dump(mode="json"))
    assert "secret" not in said
    assert item not in said
    assert summary.registered


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "is empty"),
        ("title: x\n", "hypotheses"),
        ("title: x\nhypotheses: []\n", "hypotheses"),
        (PLAN.replace("text+filler", "text+fillr"), "hypothesis 2: unknown arm 'text+fillr'"),
        (
            PLAN.replace("over: text}", "over: text, metric: acuracy}"),
            "hypothesis 1: unknown metric 'acuracy'",
        ),
        (PLAN.replace(", margin: 5", ""), "to expect 'equal' needs a margin"),
        (PLAN.replace("margin: 5", "margin: -1"), "margin: must be above 0 (given: -1)"),
        (PLAN.replace("expect: equal", "expect: much"), "expect"),
        (PLAN.replace("over: text}", "over: text+mg}"), "is compared with itself"),
        (PLAN + "excusions: {}\n", "excusions"),
        (PLAN + "exclusions: {items: [nobody]}\n", "exclusions: unknown item 'nobody'"),
        (PLAN + "exclusions: {subjects: [nobody]}\n", "exclusions: unknown subject 'nobody'"),
        (PLAN + "exclusions: {covariates: {nothing: [1]}}\n", "exclusions: unknown covariate 'nothing'"),
        ("title: [\n", "is not valid YAML"),
    ],
)
def test_what_does_not_fit_is_one_line(go: Any, tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        go(preregister=written(tmp_path, text))
    assert line in str(caught.value)
    assert "plan.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def item(name: str, **covariates: object) -> Item:
    return Item.model_validate({"id": name, "subject": f"of {name}", "covariates": covariates})


def test_items_are_excluded_by_id_person_and_covariate(tmp_path: Path) -> None:
    items = [item("a", clean=False), item("b", clean=True, n=1), item("c", n=0), item("d"), item("e", n=1)]
    exclusions = "exclusions: {items: [d], subjects: [of e], covariates: {clean: [false]}}\n"
    found = load_registration(written(tmp_path, PLAN + exclusions))
    assert [one.id for one in not_excluded(items, found)] == ["b", "c"]  # 0 is not false
    refuse_unknown_exclusions(found, items)
    assert load_registration(None) is None
    assert not_excluded(items, None) == tuple(items)
    everything = "exclusions: {covariates: {n: [1]}}\n"
    with pytest.raises(InputError, match="excludes all 1 items"):
        not_excluded(items[1:2], load_registration(written(tmp_path, PLAN + everything)))


def test_a_file_that_is_not_there_is_one_line(go: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        go(preregister=tmp_path / "none.yaml")
