"""People: forms out, files in, a run beside the models'."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands._options import from_flat
from mgllm.commands._page_content import PageOptions
from mgllm.commands.compare import compare
from mgllm.commands.human_export import HumanExport, human_export
from mgllm.commands.human_import import HumanImport, human_import
from mgllm.commands.report import report
from mgllm.commands.score import score
from mgllm.disk.steps import fault_at_steps
from mgllm.errors import InputError, WriteFailed
from mgllm.experiment.options import RunOptions
from mgllm.pages.shell import visible
from mgllm.prompts.scenarios import Folders
from mgllm.records.human import HumanPlan
from mgllm.store import read_options, read_run
from mgllm.testing import Script
from mgllm.testing.forms import fill_in, form_payload
from mgllm.testing.planted import planted_items

LABELS = ("agrees", "objects")
Export = Callable[..., HumanExport]


@pytest.fixture
def base(folders: Folders, tmp_path: Path) -> dict[str, Any]:
    items = planted_items(tmp_path / "items.jsonl", LABELS, subjects=8, per_subject=2)
    return {
        "scenarios": ["meeting"],
        "scenarios_dir": folders.scenarios,
        "prompts_dir": folders.prompts,
        "items": str(items),
    }


@pytest.fixture
def export(base: dict[str, Any], tmp_path: Path) -> Export:
    def run(
        raters: int = 5, out: Path | None = None, consent: Path | None = None, **more: Any
    ) -> HumanExport:
        options = from_flat({"model": "human", **base, **more})
        return human_export(options, raters, out or tmp_path / "forms", consent)

    return run


@pytest.fixture
def take_in(tmp_path: Path) -> Callable[..., HumanImport]:
    def run(*files: Path, plan: Path | None = None) -> HumanImport:
        return human_import(plan or tmp_path / "forms", files, tmp_path / "results")

    return run


def plan_of(folder: Path) -> HumanPlan:
    return HumanPlan.model_validate_json((folder / "plan.json").read_bytes())


def test_people_read_what_a_chat_model_reads(export: Export, base: Any, shelve: Any, tmp_path: Path) -> None:
    written = export()
    shelve(script=Script(form="chat", score="generate"))
    run = mgllm.run(
        model="scripted/x", arms=("text", "text+mg"), results=tmp_path / "results", score="generate", **base
    )
    model = {(r.item, r.arm): (r.prompt_sha256, r.label_order) for r in read_run(run.folder).records}
    people = {(q.item, q.arm): (q.prompt.sha256, q.label_order) for q in plan_of(written.out).questions}
    assert people == model
    shown = form_payload(written.out / "rater-01.html")["items"]
    plan = plan_of(written.out)
    for item, index in zip(shown, plan.raters[0].shown, strict=True):
        assert item["messages"] == [message.content for message in plan.questions[index].prompt.messages]


def test_a_form_knows_neither_truth_nor_arm_nor_person(export: Export) -> None:
    written = export()
    plan = plan_of(written.out)
    for nth in range(5):
        path = written.out / f"{plan.rater_name(nth)}.html"
        payload = form_payload(path)
        assert set(payload) == {"form", "file", "items"}
        assert all(set(item) == {"messages", "choices"} for item in payload["items"])
        # what is left of the file is the same for everybody
        words = path.read_text(encoding="utf-8") + json.dumps(payload)
        for secret in ("text+mg", *(f'"{q.item}"' for q in plan.questions), '"s00"'):
            assert secret not in words, secret
        assert len({tuple(item["messages"]) for item in payload["items"]}) == 16


def test_forms_ask_for_no_name_and_reach_no_network(export: Export) -> None:
    page = unescape((export().out / "rater-01.html").read_text(encoding="utf-8"))
    assert "default-src 'none'" in page
    assert "connect-src 'none'" in page
    assert page.count("<input") == 1  # the box of consent; answers are made by the script
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_raters_are_counted(export: Export) -> None:
    with pytest.raises(InputError, match="--raters 3: 2 arms need at least 4 raters"):
        export(raters=3)
    with pytest.raises(InputError, match="3 arms need at least 6"):
        export(raters=5, arms=("text", "mg", "text+mg"))
    assert export(raters=4).fewest == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"arms": ("none", "text")}, "arm none shows neither speech nor gestures"),
        ({"arms": ("text", "txt")}, "txt"),
        ({"scenarios": ["meeting", "emotion"]}, "one scenario"),
        ({"raters": 1000}, "at most 999"),
    ],
)
def test_what_cannot_be_asked(export: Export, more: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        export(**more)
    assert not (tmp_path / "forms").exists()


def test_nothing_is_written_over(export: Export) -> None:
    export()
    with pytest.raises(InputError, match=r"plan\.json exists already"):
        export()


def test_own_consent_text(export: Export, tmp_path: Path) -> None:
    own = tmp_path / "consent.txt"
    own.write_text(
        "Dear reader,\n\n{items} texts, {minutes} minutes. <b>Thanks</b> {other}", encoding="utf-8"
    )
    page = (export(consent=own).out / "rater-01.html").read_text(encoding="utf-8")
    assert "<p>Dear reader,</p>" in page
    assert "16 texts" in page
    assert "&lt;b&gt;Thanks&lt;/b&gt; {other}" in page
    own.write_text("  \n", encoding="utf-8")
    with pytest.raises(InputError, match="is empty"):
        export(consent=own, out=tmp_path / "other")


def test_the_answers_become_a_run(export: Export, take_in: Any, tmp_path: Path) -> None:
    written = export()
    files = fill_in(written.out, tmp_path / "answers", unsure=0.1, skipped=0.1)
    read = take_in(tmp_path / "answers")
    plan = plan_of(written.out)
    stored = read_run(read.finished.folder)
    assert stored.manifest.model == "human/5-raters"
    assert stored.manifest.scenarios[0].raters == 5
    said = Counter()  # type: Counter[tuple[str, str, str | None]]
    for nth, path in enumerate(files):
        for rating in json.loads(path.read_text())["ratings"]:
            question = plan.questions[plan.raters[nth].shown[rating["n"] - 1]]
            said[question.item, question.arm, rating["label"]] += 1
    assert Counter((r.item, r.arm, r.answer) for r in stored.records) == said
    assert read.unsure == sum(count for (_, _, label), count in said.items() if label is None)
    assert read.unanswered == 5 * 16 - sum(said.values())
    for record in stored.records:
        assert (record.outcome == "refused") == (record.answer is None)
        known = record.answer is not None
        assert record.correct == (record.answer == record.target if known else None)
        assert record.prompt_sha256 in stored.prompts()
    again = take_in(*files[::-1])
    assert read_run(again.finished.folder).records == stored.records


def test_people_stand_beside_models(
    export: Export, take_in: Any, base: Any, shelve: Any, tmp_path: Path
) -> None:
    fill_in(export().out, tmp_path / "answers")
    people = take_in(tmp_path / "answers").finished
    shelve()
    model = mgllm.run(model="scripted/x", arms=("text", "text+mg"), results=tmp_path / "results", **base)
    summary = compare([model.folder, people.folder])
    found = {e.row.model: e for e in summary.effects if e.metric == "accuracy" and e.primary}
    assert set(found) == {"scripted/x", "human/5-raters"}
    page = report([model.folder, people.folder], tmp_path / "both.html", PageOptions()).path
    assert "human/5-raters" in page.read_text(encoding="utf-8")


def test_people_are_not_scored_again(export: Export, take_in: Any, tmp_path: Path) -> None:
    fill_in(export().out, tmp_path / "answers")
    people = take_in(tmp_path / "answers").finished
    with pytest.raises(InputError, match="people's choices"):
        score(people.folder, tmp_path / "results")


def spoil(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.update(form="x"), r"form: 'x' is from another export"),
        (lambda c: c.update(consent=False), r"consent: "),
        (lambda c: c.pop("consent"), r"consent: is missing"),
        (lambda c: c["ratings"][0].update(n=17), r"ratings\.0\.n: 17 is not from 1 to 16"),
        (lambda c: c["ratings"][0].update(n=0), r"ratings\.0\.n"),
        (lambda c: c["ratings"][0].update(label="agree"), r"ratings\.0\.label.*Did you mean 'agrees'"),
        (lambda c: c["ratings"].append(c["ratings"][0]), r"ratings\.0\.n: 1 is answered twice"),
        (lambda c: c.update(name="Ann"), r"name: unknown field"),
        (lambda c: c.update(schema="mgllm.ratings/9"), r"schema"),
        (lambda c: c["ratings"][0].update(seconds=-1), r"ratings\.0\.seconds"),
        (lambda c: c.update(consent=1), r"consent: must be"),
        (lambda c: c["ratings"][0].update(n="1"), r"ratings\.0\.n: must be"),
        (lambda c: c["ratings"][0].update(n=True), r"ratings\.0\.n: must be"),
    ],
)
def test_bad_files_are_named(export: Export, take_in: Any, tmp_path: Path, change: Any, words: str) -> None:
    files = fill_in(export().out, tmp_path / "answers")
    spoil(files[1], change)
    with pytest.raises(InputError, match=rf"rater-02\.json {words}") as error:
        take_in(tmp_path / "answers")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "results").exists()


def test_other_wrong_inputs(export: Export, take_in: Any, tmp_path: Path) -> None:
    forms = export().out
    files = fill_in(forms, tmp_path / "answers")
    shutil.copy(files[0], tmp_path / "answers" / "again.json")
    with pytest.raises(InputError, match="answers to the same form"):
        take_in(tmp_path / "answers")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"has no \*\.json"):
        take_in(tmp_path / "empty")
    with pytest.raises(InputError, match=r"plan\.json cannot be read"):
        take_in(files[0], plan=tmp_path / "empty")
    with pytest.raises(InputError, match="cannot be read"):
        take_in(tmp_path / "nobody.json")
    (tmp_path / "broken.json").write_text('{"schema": "mgllm.ratings/1", ')
    with pytest.raises(InputError, match="is cut off"):
        take_in(tmp_path / "broken.json")
    spoil(files[0], lambda c: c.update(ratings=[]))
    with pytest.raises(InputError, match="no rater answered"):
        take_in(files[0])


def test_a_damaged_plan_is_named(export: Export, take_in: Any, tmp_path: Path) -> None:
    forms = export().out
    files = fill_in(forms, tmp_path / "answers")
    spoil(forms / "plan.json", lambda c: c["raters"][0].update(shown=[9999]))
    with pytest.raises(InputError, match=r"plan\.json .*not from 0 to 31"):
        take_in(*files)


def test_another_consent_text_is_another_form(export: Export, tmp_path: Path) -> None:
    """Answers kept in a browser are not those to a form that said something else."""
    own = tmp_path / "consent.txt"
    own.write_text("Hello", encoding="utf-8")
    one, same, other = (
        plan_of(export(out=tmp_path / str(n), consent=consent).out).raters[0].form
        for n, consent in enumerate((None, None, own))
    )
    assert one == same != other


def test_people_are_not_resumed(export: Export, take_in: Any, tmp_path: Path) -> None:
    fill_in(export().out, tmp_path / "answers")
    people = take_in(tmp_path / "answers").finished
    with pytest.raises(InputError, match="was not made by `mgllm run`"):
        read_options(people.folder, RunOptions)


def test_missing_raters_are_named(export: Export, take_in: Any, tmp_path: Path) -> None:
    files = fill_in(export().out, tmp_path / "answers")
    read = take_in(files[0], files[3])
    assert read.missing_raters == ("rater-02", "rater-03", "rater-05")
    assert read.raters == 2
    assert read.thin == 16  # raters 1 and 4 see every item in different arms


def test_hidden_characters_are_named(export: Export, base: Any, tmp_path: Path) -> None:
    """The script names them as well; see the browser's test."""
    own = tmp_path / "consent.txt"
    own.write_text("Hello \u202eolleh", encoding="utf-8")
    page = (export(consent=own).out / "rater-01.html").read_text(encoding="utf-8")
    assert visible("Hello \u202eolleh") in page
    assert "\u202e" not in page


def test_on_a_full_disk_no_part_of_their_run_is_left(export: Export, take_in: Any, tmp_path: Path) -> None:
    fill_in(export().out, tmp_path / "answers")

    def full(name: str) -> None:
        if name == "table.csv: replace":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with (
        fault_at_steps(full),
        pytest.raises(WriteFailed, match="make room on the disk, then give"),
    ):
        take_in(tmp_path / "answers")
    assert list((tmp_path / "results").iterdir()) == []
    assert take_in(tmp_path / "answers").finished.exit_code == 0
