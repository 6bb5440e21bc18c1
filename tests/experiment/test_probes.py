"""Probes: what they show, what they never show, and how they are recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import choices, main
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished
from mgllm.experiment.verifying.verifying import verify_folder
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.records import PROBES, Form
from mgllm.store import read_run
from mgllm.testing import Script

SECRET = "7f3a"


@pytest.fixture
def items(folders: Folders, tmp_path: Path) -> Path:
    """The items of `meeting` with covariates: one is the same everywhere, one is missing once."""
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    for nth, item in enumerate(found):
        item["covariates"] = {"first_match": nth % 2 == 0, "city": f"Town {nth}", "year": 2026}
    found[0] |= {name: f"{name}-{SECRET}" for name in ("id", "subject", "notes", "canary")}
    found[3]["covariates"]["city"] = None
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(map(json.dumps, found)))
    return path


@pytest.fixture
def go(meeting: dict[str, Any], items: Path) -> Any:
    def run(**options: Any) -> Finished:
        return mgllm.run(**(meeting | {"items": str(items), "arms": ("none", "text")} | options))

    return run


def texts(finished: Finished, probe: str) -> list[str]:
    """What each item was asked."""
    stored = read_run(finished.folder)
    asked = stored.prompts()
    found = [asked[one.prompt_sha256] for one in stored.records if one.probe == probe]
    assert all(len(prompt.messages) == 1 and not prompt.spans for prompt in found)
    return [prompt.messages[0].content for prompt in found]


@pytest.mark.parametrize("form", ["chat", "cloze"])
@pytest.mark.parametrize("reasoning", ["direct", "chain_of_thought"])
def test_each_probe_shows_its_part_and_nothing_else(
    go: Any, shelve: Any, folders: Folders, form: Form, reasoning: str
) -> None:
    if (form, reasoning) == ("cloze", "chain_of_thought"):
        pytest.skip("cloze writes nothing")
    shelve(script=Script(form=form))
    finished = go(probe=PROBES, reasoning=reasoning)
    question = find_scenario("meeting", folders).scenario.question
    for probe in PROBES:
        found = texts(finished, probe)
        assert len(found) == 4
        assert all("agrees" in text and "objects" in text for text in found)
        assert all((question in text) == (probe != "labels-only") for text in found)
        assert all(("first match: " in text) == (probe == "metadata") for text in found)
        assert not any(word in text for text in found for word in (SECRET, "year", "None", "Transcript"))
        assert all(text.endswith("Answer:") for text in found) == (form == "cloze")
        assert all("one last line" in text for text in found) == (reasoning == "chain_of_thought")
    assert sorted("city: " in text for text in texts(finished, "metadata")) == [False, True, True, True]
    assert any("first match: yes\ncity: Town 0\n" in text for text in texts(finished, "metadata"))


def test_a_probe_has_no_arm_and_no_effect(go: Any, shelve: Any) -> None:
    shelve()
    plain, probed = go(), go(probe=("question-only", "metadata"))
    stored = read_run(probed.folder)
    found = [record for record in stored.records if record.probe]
    assert {(record.arm, record.cell, record.cue_source) for record in found} == {("", "", None)}
    assert {record.key.arm for record in found} == {"probe:metadata", "probe:question-only"}
    assert stored.manifest.scenarios[0].probes == ("metadata", "question-only")
    assert probed.planned == plain.planned + 8
    assert probed.summary.arms == plain.summary.arms
    assert probed.summary.effects == plain.summary.effects
    before = [record.prompt_sha256 for record in read_run(plain.folder).records]
    assert before == [record.prompt_sha256 for record in stored.records if not record.probe]


def test_what_shows_nothing_of_an_item_is_asked_once_for_each_label_order(go: Any, shelve: Any) -> None:
    backend = shelve()
    finished = go(probe=["labels-only", "question-only"])
    probes = [record for record in read_run(finished.folder).records if record.probe]
    assert len(probes) == 8
    assert sum(record.shared_with is None for record in probes) == 4
    shared = next(record.shared_with for record in probes if record.shared_with)
    assert shared is not None
    assert "/probe:" in shared
    assert len(backend.asked) == 2 + 4 + 4  # none, text, two probes in two orders


def test_a_run_with_probes_is_complete_and_can_be_resumed(go: Any, shelve: Any) -> None:
    shelve()
    finished = go(probe=PROBES, epochs=2)
    assert verify_folder(finished.folder).whole
    records = finished.folder / "records.jsonl"
    lines = records.read_text().splitlines(keepends=True)
    probed = [nth for nth, line in enumerate(lines) if '"probe":"metadata"' in line]
    records.write_text("".join(line for nth, line in enumerate(lines) if nth not in probed[:3]))
    failed = [check for check in verify_folder(finished.folder).checks if check.status == "failed"]
    complete = next(check for check in failed if check.name == "complete")
    assert complete.wrong == 3
    assert "probe:metadata" in str(complete.first)
    again = go(probe=PROBES, epochs=2, resume=finished.folder)
    assert again.records == finished.records
    assert verify_folder(again.folder).whole


def test_a_probe_that_was_not_planned_is_not_believed(go: Any, shelve: Any) -> None:
    shelve()
    finished = go(probe="metadata")
    records = finished.folder / "records.jsonl"
    records.write_text(records.read_text().replace('"probe":"metadata"', '"probe":"diary"', 1))
    doubtful = read_run(finished.folder).doubtful
    assert len(doubtful) == 1
    assert "has the probe diary, which the run does not have" in doubtful[0]


def test_items_without_different_covariates_have_no_metadata_probe(
    go: Any, shelve: Any, meeting: dict[str, Any]
) -> None:
    shelve()
    with pytest.raises(InputError, match=r"no covariate differs between the items of meeting\.jsonl"):
        mgllm.run(**meeting, probe="metadata")


def test_unknown_probes_are_refused_by_name(go: Any, shelve: Any) -> None:
    shelve()
    with pytest.raises(
        InputError, match=r"must be 'metadata', 'labels-only' or 'question-only', not 'metadat'"
    ):
        go(probe="metadat")
    assert choices.PROBES == PROBES


def test_a_list_without_a_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "emotion", "--model", "local", "--probe", " ,"])
    assert caught.value.code == 2
    assert "--probe ' ,' names nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ question }}", "unknown variable of this probe 'question'"),
        ('{% include "_speech.j2" %}', "unknown variable of this probe 'speech'"),
        ("{% if false %}{{ facts }}{% endif %}", "unknown variable of this probe 'facts'"),
    ],
)
def test_a_template_of_the_user_sees_no_more(
    go: Any, shelve: Any, folders: Folders, text: str, words: str
) -> None:
    shelve()
    assert folders.prompts is not None
    (folders.prompts / "probe_labels_only.j2").write_text("{% block user %}" + text + "{% endblock %}")
    with pytest.raises(InputError, match=words):
        go(probe="labels-only")
