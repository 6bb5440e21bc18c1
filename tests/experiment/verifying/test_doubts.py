"""Reading a run warns in one line of what is strange, counts no stranger, and says nothing of a whole one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

import mgllm
from mgllm.cli import main
from mgllm.experiment.verifying import doubts as looking
from mgllm.experiment.verifying.doubts import doubts
from mgllm.records import Record
from mgllm.records.belonging import Belonging
from mgllm.store import read_run
from mgllm.testing import Script, ScriptedBackend, say
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.spoiling import add, change, flip, one, read_lines, shelved, spoil_lines, spoil_text, write_lines

Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Told:
    """Run the command line: exit code and stderr."""

    def go(*words: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as caught:
            main([*map(str, words), *(["-o", str(tmp_path / "page.html")] if words[0] == "report" else [])])
        code = caught.value.code
        assert isinstance(code, int)
        return code, capsys.readouterr().err

    return go


STRANGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a line of another model": (
        add(model="other/y", answer=None, outcome="failed"),
        "1 record is of another run",
    ),
    "a line of another scenario": (add(scenario="elsewhere"), "is from scenario elsewhere"),
    "an unknown item": (add(item="ghost"), "has 5 items, but 4 were asked"),
    "an arm that was not asked": (add(arm="text+other"), "has the arm text+other"),
    "a false correct": (change(correct=None), "says correct: None"),
    "a flipped answer that is made to fit": (
        spoil_lines(lambda lines: flip(one(lines), with_probabilities=True)),
        "1 answer is not what the reply says",
    ),
    "no prompts": (lambda folder: (folder / "prompts.jsonl").unlink(), "prompts.jsonl is missing"),
    "a prompt less": (
        spoil_lines(lambda lines: lines.pop(), "prompts.jsonl"),
        "of records not in prompts.jsonl",
    ),
    "a changed prompt": (
        spoil_text("prompts.jsonl", lambda text: text.replace("the", "thy", 1)),
        "1 prompt is changed",
    ),
}


ALL_WAYS = ("a line of another model", "a flipped answer that is made to fit")


@pytest.mark.parametrize(
    ("command", "what"),
    [*(("show", what) for what in STRANGE), *product(("compare", "report", "score"), ALL_WAYS)],
)
def test_what_is_strange_is_told_in_one_line(what: str, command: str, copied_run: Path, told: Told) -> None:
    by, words = STRANGE[what]
    by(copied_run)
    code, err = told(command, copied_run, *(["--results", copied_run.parent] if command == "score" else []))
    lines = [line for line in err.splitlines() if "warning" in line]
    assert code == 0, err
    assert len(lines) == 1
    assert lines[0].startswith(f"warning: {copied_run}: ")
    assert words in lines[0]
    assert f"mgllm verify {copied_run}" in lines[0]


@pytest.mark.parametrize("command", ["compare", "show", "report"])
def test_a_whole_run_is_told_nothing_of(command: str, whole_run: Path, told: Told) -> None:
    assert told(command, whole_run) == (0, "")


def test_a_loaded_run_warns_too(copied_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(model="other/y")(copied_run)
    loaded = mgllm.load_run(copied_run)
    assert "1 record is of another run" in capsys.readouterr().err
    assert {record.model for record in loaded.records} == {"scripted/x"}


def test_a_line_of_another_model_moves_no_number(whole_run: Path, copied_run: Path) -> None:
    spoil_lines(lambda lines: lines.extend([{**line, "model": "other/y"} for line in lines[:9]]))(copied_run)
    before, after = mgllm.compare([whole_run]), mgllm.compare([copied_run])
    assert after == before


def test_resume_asks_what_a_strangers_line_seemed_to_answer(copied_run: Path, whole_run: Path) -> None:
    lines = read_lines(copied_run / "records.jsonl")
    one(lines)["model"] = "other/y"
    write_lines(copied_run / "records.jsonl", lines)
    root = whole_run.parents[1]
    backend = ScriptedBackend(lambda question: say(question, "agrees"), Script())
    with shelved(backend):
        mgllm.run(
            model="scripted/x", scenarios=["meeting"], scenarios_dir=root / "scenarios", shuffles=2,
            prompts_dir=root / "prompts", results=copied_run.parent, resume=copied_run,
        )  # fmt: skip
    assert len(backend.asked) == 1
    assert len(read_run(copied_run).records) == len(lines)


def test_a_file_of_another_run_alone_is_refused(copied_run: Path, told: Told) -> None:
    spoil_lines(lambda lines: [line.update(model="other/y") for line in lines])(copied_run)
    code, err = told("compare", copied_run)
    assert code == 2
    assert "has only records of another run" in err


DAMAGED: dict[str, Callable[[Path], object]] = {
    "a label less": change(label_order=["agrees"]),
    "a label twice": change(label_order=["agrees", "agrees"]),
    "other labels": change(label_order=["laughs", "weeps"]),
    "an answer that is no label": change(answer="laughs", correct=False),
    "a target that is no label": change(target="laughs", correct=False),
    "a probability of no label": change(probabilities={"agrees": 0.4, "laughs": 0.6}),
    "a list among prompts": spoil_text("prompts.jsonl", lambda text: "[1]\n" + text),
    "a number among prompts": spoil_text("prompts.jsonl", lambda text: '{"sha256": 5}\n' + text),
    "prompts in Latin-1": lambda folder: (folder / "prompts.jsonl").write_bytes(
        b'{"sha256": "\xe9"}\n' + (folder / "prompts.jsonl").read_bytes()
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
@pytest.mark.parametrize("command", ["compare", "show", "report", "score", "run"])
def test_what_is_damaged_is_one_line_and_exit_2(
    what: str, command: str, copied_run: Path, whole_run: Path, told: Told
) -> None:
    DAMAGED[what](copied_run)
    root = whole_run.parents[1]
    words: list[str | Path] = [command, copied_run]
    if command == "run":
        words = ["run", "meeting", "--model", "scripted/x", "--scenarios", root / "scenarios", "--prompts"]
        words += [root / "prompts", "--shuffles", "2", "--display", "none", "--resume", copied_run]
    with shelved(ScriptedBackend()):
        code, err = told(*words)
    assert code == 2, err
    assert err.count("\n") == 1
    assert err.startswith(f"mgllm: {copied_run}/")
    assert ".jsonl:1 " in err or "records.jsonl:" in err
    assert not (copied_run / ".lock").exists()


def test_a_torn_line_is_nothing_strange(copied_run: Path) -> None:
    for name in ("records.jsonl", "prompts.jsonl"):
        file = copied_run / name
        file.write_bytes(file.read_bytes() + file.read_bytes()[:40])
    assert doubts(read_run(copied_run)) is None


def test_of_a_large_run_some_replies_and_prompts_are_looked_at(
    copied_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "ALL_OF", 3)
    monkeypatch.setattr(looking, "SOME", 2)
    spoil_lines(lambda lines: flip(lines[1], with_probabilities=True))(copied_run)
    assert doubts(read_run(copied_run)) is None  # the second line: neither the first nor the last
    spoil_lines(lambda lines: flip(lines[0], with_probabilities=True))(copied_run)
    assert "1 answer is not what" in (doubts(read_run(copied_run)) or "")


def test_records_of_one_kind_are_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that 50,000 records are read in hardly more time."""
    folder = write_made_run(tmp_path / "run", MadeRun(items=200, missing=0))
    judged: list[Record] = []
    unplanned = Belonging.unplanned

    def counting(self: Belonging, record: Record) -> str | None:
        judged.append(record)
        return unplanned(self, record)

    monkeypatch.setattr(Belonging, "unplanned", counting)
    stored = read_run(folder)
    assert len(stored.records) == 1200
    assert 0 < len(judged) <= 6 * 2 * 2 * 2  # arms, orders, answers, targets


def test_copies_are_not_strange(whole_run: Path, tmp_path: Path) -> None:
    assert doubts(read_run(shutil.copytree(whole_run, tmp_path / "renamed"))) is None
