"""A small run is killed, and finds the disk full, at every step; resumed, its tables are those of an
unbroken one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands.score import score
from mgllm.disk.steps import fault_at_steps
from mgllm.errors import InputError, MgllmError
from mgllm.experiment import preparing
from mgllm.experiment.finishing import Finished
from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run, run_names

Go = Callable[..., Finished]
NEWLINE = b"\n"
WHOLE = {
    *("manifest.json", "prompts.jsonl", "records.jsonl", "summary.json", "options.json"),
    *("table.md", "table.csv", "table.tex"),
}


@pytest.fixture
def go(meeting: dict[str, Any], shelve: Any) -> Go:
    """A run of two items and two arms."""
    shelve()

    def run(**options: Any) -> Finished:
        small = {"limit": 2, "arms": ("text", "text+mg"), "display": "none"}
        return mgllm.run(**(meeting | small | options))

    return run


def outcome(folder: Path) -> tuple[str, dict[Any, Any]]:
    """Its table without its name, and its answers."""
    table = (folder / "table.md").read_text().replace(folder.name, "RUN")
    return table, {one.key: (one.outcome, one.answer) for one in read_run(folder).records}


def steps_of(go: Go, **options: Any) -> list[str]:
    seen: list[str] = []
    with fault_at_steps(seen.append):
        go(**options)
    return seen


class At:
    """A fault at the nth step."""

    def __init__(self, nth: int, fault: Callable[[], Any]) -> None:
        self.left, self.fault = nth, fault

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == -1:
            self.fault()


def killed(at: int, run: Callable[[], Any]) -> int:
    """Run in a child that is killed as by `kill -9`; the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            with fault_at_steps(At(at, lambda: os.kill(os.getpid(), signal.SIGKILL))):
                run()
        finally:
            os._exit(9)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def tear(file: Path) -> None:
    """The last line half written, as a machine leaves it that stops."""
    content = file.read_bytes()
    begin = content.rstrip(b"\n").rfind(b"\n") + 1
    file.write_bytes(content[: (begin + len(content)) // 2])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_every_step_and_resumed_it_is_as_good_as_unbroken(go: Go, tmp_path: Path) -> None:
    whole = outcome(go(results=tmp_path / "whole").folder)
    steps = steps_of(go, results=tmp_path / "counted")
    assert {"ask", "answered", "records.jsonl: write", "table.tex: replaced", ".lock: release"} <= set(steps)
    for at, name in enumerate(steps):
        results = tmp_path / f"killed-{at}"
        assert killed(at, partial(go, results=results)) == signal.SIGKILL, name
        if not run_names(results):
            assert "ask" not in steps[: at + 1], f"asked without a run folder, at step {at} ({name})"
            continue
        (folder,) = (results / run for run in run_names(results))
        if name.endswith("jsonl: written"):
            tear(folder / name.partition(":")[0])
        assert len(read_run(folder).records) <= 4
        finished = mgllm.run(resume=folder, display="none")
        assert finished.exit_code == 0, name
        assert outcome(folder) == whole, f"killed at step {at} ({name})"
        assert {file.name for file in folder.iterdir()} == WHOLE, name


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_while_it_is_resumed_it_can_be_resumed_again(go: Go, tmp_path: Path) -> None:
    whole = outcome(go(results=tmp_path / "whole").folder)
    begun = go(results=tmp_path / "begun", max_requests=3).folder
    copy = shutil.copytree(begun, tmp_path / "copy" / begun.name)
    steps: list[str] = []
    with fault_at_steps(steps.append):
        mgllm.run(resume=copy, display="none", max_requests=1000)
    for at, name in enumerate(steps):
        folder = shutil.copytree(begun, tmp_path / f"again-{at}" / begun.name)
        again = partial(mgllm.run, resume=folder, display="none", max_requests=1000)
        assert killed(at, again) == signal.SIGKILL, name
        assert again().exit_code == 0
        assert outcome(folder) == whole, f"killed at step {at} ({name})"


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_on_a_disk_that_is_full_at_any_write_nothing_is_lost(go: Go, tmp_path: Path) -> None:
    whole = outcome(go(results=tmp_path / "whole").folder)
    steps = steps_of(go, results=tmp_path / "counted")
    writes = [at for at, name in enumerate(steps) if name.endswith((": write", ": replace", ": begin"))]
    assert len(writes) >= 2 * 4 + 2 * (2 + 1 + 1 + 3) + 1
    for at in writes:
        results, name = tmp_path / f"full-{at}", steps[at]
        with fault_at_steps(At(at, full)), pytest.raises(MgllmError) as caught:
            go(results=results)
        said = str(caught.value)
        assert caught.value.exit_code == 2
        assert "No space left on device" in said
        assert "make room on the disk" in said
        if not run_names(results):
            assert "nothing was asked" in said
            assert list(results.iterdir()) == [], name
            continue
        (folder,) = (results / run for run in run_names(results))
        lines = (folder / "records.jsonl").read_bytes().count(b"\n")
        safe = re.search(r"the (\d) records in records\.jsonl are safe", said)
        assert safe is not None
        assert int(safe[1]) <= lines  # others may still have found room
        assert said.endswith(f"go on with: mgllm run --resume {folder}")
        assert {file.name for file in folder.iterdir()} <= WHOLE, name
        assert mgllm.run(resume=folder, display="none").exit_code == 0
        assert outcome(folder) == whole, f"full at step {at} ({name})"


def test_a_disk_that_stays_full_ends_in_one_line_too(go: Go, tmp_path: Path) -> None:
    seen: list[str] = []

    def at_answers(name: str) -> None:
        seen.append(name)
        if "answered" in seen and name.endswith(": write"):
            full()

    with (
        fault_at_steps(at_answers),
        pytest.raises(MgllmError, match="the 0 records in rec"),
    ):
        go(results=tmp_path / "full")
    (folder,) = (tmp_path / "full" / run for run in run_names(tmp_path / "full"))
    assert not list(folder.glob("*.new"))
    assert not (folder / ".lock").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_where_the_system_takes_no_more_of_a_file_the_run_can_go_on(go: Go, tmp_path: Path) -> None:
    """A real refusal in the middle of a line, as on a full disk; no seam."""
    import resource

    whole = outcome(go(results=tmp_path / "whole").folder)
    length = (tmp_path / "whole" / run_names(tmp_path / "whole")[0] / "manifest.json").stat().st_size
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (length + 100, resource.RLIM_INFINITY))
            go(results=tmp_path / "full", epochs=8)
        except MgllmError as error:
            os.write(tell, f"{error.exit_code} {error}".encode())
        finally:
            os._exit(0)
    os.close(tell)
    os.waitpid(child, 0)
    said = os.read(told, 10_000).decode()
    os.close(told)
    (folder,) = (tmp_path / "full" / run for run in run_names(tmp_path / "full"))
    records = (folder / "records.jsonl").read_bytes()
    assert records.endswith(b"\n")
    assert said.startswith(f"2 {folder / 'records.jsonl'} cannot be written: File too large; the ")
    assert f"the {records.count(NEWLINE)} records in records.jsonl are safe" in said
    assert {file.name for file in folder.iterdir()} <= WHOLE
    assert mgllm.run(resume=folder, display="none", epochs=8).exit_code == 0
    assert outcome(folder)[1].items() >= whole[1].items()


def test_a_clock_that_was_set_back_is_said_and_loses_nothing(
    go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = go(results=tmp_path / "results", max_requests=2).folder
    assert "clock" not in capsys.readouterr().err

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Yesterday:
            return cls(2020, 1, 1, 12, tzinfo=tz)

    monkeypatch.setattr(preparing, "datetime", Yesterday)
    second = go(results=tmp_path / "results").folder
    assert second.name.startswith("2020")
    assert f"{first} is of a later time than this run: was the clock set back?" in capsys.readouterr().err
    assert mgllm.run(resume=first, display="none", max_requests=1000).exit_code == 0
    assert outcome(first) == outcome(second)
    assert read_run(first).manifest.created > "2025"


def test_a_run_is_resumed_from_another_folder(
    go: Go, folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folders.scenarios is not None
    (tmp_path / "mine").mkdir()
    items = shutil.copy(folders.scenarios / "items" / "meeting.jsonl", tmp_path / "mine" / "items.jsonl")
    monkeypatch.chdir(tmp_path)
    places = {"scenarios_dir": "scenarios", "prompts_dir": "prompts", "items": "mine/items.jsonl"}
    begun = go(**places, results="results", max_requests=2).folder
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    resumed = mgllm.run(resume=tmp_path / begun, display="none", max_requests=1000)
    assert resumed.exit_code == 0
    assert resumed.records == 4
    Path(items).unlink()
    with pytest.raises(InputError, match=r"mine/items\.jsonl"):
        mgllm.run(resume=tmp_path / begun, display="none")


def test_a_scenarios_file_is_found_from_another_folder(
    go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = go(scenarios=["scenarios/meeting.yaml"], results="results", max_requests=2).folder
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert mgllm.run(resume=tmp_path / begun, display="none", max_requests=1000).exit_code == 0


def test_on_a_full_disk_replies_are_read_again_wholly_or_not_at_all(go: Go, tmp_path: Path) -> None:
    """A run made of another holds nothing that cannot be made again."""
    results = tmp_path / "results"
    old = go(results=results).folder
    steps: list[str] = []
    with fault_at_steps(steps.append):
        shutil.rmtree(score(old, results).folder)
    writes = [at for at, name in enumerate(steps) if name.endswith((": write", ": replace", ": begin"))]
    assert len(writes) > 10
    for at in writes:
        with fault_at_steps(At(at, full)), pytest.raises(MgllmError) as caught:
            score(old, results)
        assert "make room on the disk" in str(caught.value)
        assert "are safe" not in str(caught.value)
        assert run_names(results) == [old.name], steps[at]
        assert [each.name for each in results.iterdir()] == [old.name], steps[at]
