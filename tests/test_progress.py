"""What a long computation says of itself on stderr; stdout stays clean."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

import pytest

from mgllm import progress
from mgllm.disk import log_file
from mgllm.progress import Display, Progress
from mgllm.records import Record

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line after each step, not every ten seconds."""
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1.0)


@pytest.mark.usefixtures("at_once")
def test_plain_says_steps_rate_time_left_and_the_note(capsys: Captured) -> None:
    with Progress("plain", "pretrain", 3) as steps:
        steps.step("loss 2.5")
        steps.note("epoch 1/3")
        steps.step("loss 1.5")
        steps.step("loss 1.0")
    told = capsys.readouterr()
    first, second, third, end = told.err.splitlines()
    assert first.startswith("pretrain: 1 of 3 steps, ")
    assert first.endswith("s left. loss 2.5")
    assert second.startswith("pretrain: 2 of 3 steps, ")
    assert second.endswith("s left. epoch 1/3")
    assert "3 of 3 steps" in third
    assert "about 0.0 s left" in third
    assert end.startswith("pretrain: 3 of 3 steps, in ")
    assert end.endswith(" steps/s). epoch 1/3")
    assert told.out == ""


def test_plain_says_little_while_work_is_quick(capsys: Captured) -> None:
    with Progress("plain", "finetune", 100) as steps:
        for _ in range(100):
            steps.step("loss 1")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("at_once")
def test_steps_that_were_done_before_do_not_count_as_speed(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    with Progress("plain", "pretrain", 110) as steps:
        steps.start_at(100)
        steps.step()
    line = capsys.readouterr().err.splitlines()[0]
    assert line == "pretrain: 101 of 110 steps, 1.0 steps/s, about 9.0 s left"


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("display", ["plain", "rich"])
def test_where_the_number_is_unknown_neither_it_nor_the_time_left_is_said(
    capsys: Captured, display: Display
) -> None:
    with Progress(display, "live.mkv", None) as steps:
        for _ in range(49):
            steps.step()
    said = capsys.readouterr().err
    assert "49 steps" in said
    assert not {"of", "left", "None"} & set(said.replace(",", " ").split())


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("display", ["plain", "rich"])
def test_a_number_that_was_too_small_is_forgotten(capsys: Captured, display: Display) -> None:
    with Progress(display, "live.mkv", 1) as steps:
        for _ in range(49):
            steps.step()
    said = capsys.readouterr().err
    assert "49 steps" in said
    assert "49 of 1" not in said
    assert "-" not in said.replace("-:--", "")


@pytest.mark.usefixtures("at_once")
def test_none_says_nothing(capsys: Captured) -> None:
    with Progress("none", "ablate", 2) as steps:
        steps.say("schedule")
        steps.step()
        steps.note("note")
        steps.step()
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


@pytest.mark.parametrize("display", ["plain", "rich"])
def test_a_line_may_be_said_at_once(capsys: Captured, display: Display) -> None:
    with Progress(display, "ablate", 2) as steps:
        steps.say("schedule: [2] trainings")
        steps.step("seed 0")
    told = capsys.readouterr()
    assert "schedule: [2] trainings" in told.err
    assert told.out == ""


def test_without_a_terminal_auto_is_plain(capsys: Captured) -> None:
    with Progress("auto", "pretrain", 1) as steps:
        steps.step()
    assert capsys.readouterr().err.startswith("pretrain: 1 of 1 steps, ")


@pytest.mark.parametrize("display", ["plain", "rich"])
def test_an_error_passes_through_and_the_display_ends(capsys: Captured, display: Display) -> None:
    def stop_after_one_step() -> None:
        with Progress(display, "pretrain", 5) as steps:
            steps.step()
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        stop_after_one_step()
    assert "1 of 5 steps" in capsys.readouterr().err


@pytest.mark.usefixtures("at_once")
def test_records_say_how_many_there_are_and_what_became_of_them(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    with Progress("plain", "local/m", 4, "records") as progress:
        for outcome in ("answered", "failed", "refused", "unparsed"):
            progress.count(record(outcome))
    begin, first, second, third, fourth, end = capsys.readouterr().err.splitlines()
    assert begin == "local/m: 4 records"
    assert first == "local/m: 1 of 4 records, 1.0 records/s, about 3.0 s left"
    assert second.startswith("local/m: 2 of 4 records, 1 failed, ")
    assert third.startswith("local/m: 3 of 4 records, 1 failed, 1 refused or unparsed, ")
    assert fourth.startswith("local/m: 4 of 4 records, 1 failed, 2 refused or unparsed, ")
    assert end.startswith("local/m: 4 of 4 records, 1 failed, 2 refused or unparsed, in ")


@pytest.mark.parametrize(("counted", "rate"), [("records", "records/s"), ("steps", "steps/s")])
def test_the_bar_says_what_it_counts(
    capsys: Captured, counted: Literal["steps", "records"], rate: str
) -> None:
    with Progress("rich", "local/m", 1, counted) as progress:
        progress.count(record("failed"))
    told = capsys.readouterr().err
    assert f"1 of 1 {counted}" in told
    assert rate in told
    assert "1 failed" in told
    assert "to make" not in told


@pytest.mark.usefixtures("at_once")
def test_none_says_nothing_of_records(capsys: Captured) -> None:
    with Progress("none", "local/m", 1, "records") as progress:
        progress.say("attribution: 3 questions more")
        progress.count(record("answered"))
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


@pytest.mark.usefixtures("at_once")
def test_records_that_were_there_before_count_but_not_as_speed(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    with Progress("plain", "local/m", 144, "records") as progress:
        progress.start_at(142)
        progress.count(record("answered"))
        progress.count(record("answered"))
    begin, already, first, _, end = capsys.readouterr().err.splitlines()
    assert begin == "local/m: 144 records"
    assert already == "local/m: 142 of 144 records are there already"
    assert first == "local/m: 143 of 144 records, 1.0 records/s, about 1.0 s left"
    assert end.startswith("local/m: 144 of 144 records, in ")


def test_nothing_left_to_do_has_no_speed(capsys: Captured) -> None:
    with Progress("plain", "local/m", 3, "records") as progress:
        progress.start_at(3)
    assert capsys.readouterr().err.splitlines()[-1] == "local/m: 3 of 3 records, in 0.0 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3725, "1 h 2 min"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert progress._duration(seconds) == words


@pytest.mark.parametrize(
    ("tty", "term", "chosen"),
    [(True, "xterm", "rich"), (True, "dumb", "plain"), (False, "xterm", "plain")],
)
def test_a_bar_only_where_it_can_be_drawn(
    monkeypatch: pytest.MonkeyPatch, tty: bool, term: str, chosen: str
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: tty, raising=False)
    monkeypatch.setenv("TERM", term)
    assert progress._chosen("auto") == chosen
    assert progress._chosen("none") == "none"


def record(outcome: str) -> Record:
    values: dict[str, Any] = {"outcome": outcome}  # nothing else is counted
    return Record.model_construct(**values)


@pytest.mark.parametrize("display", ["plain", "rich"])
@pytest.mark.usefixtures("at_once")
def test_a_note_about_records_is_shown_with_the_next_line(display: Display, capsys: Captured) -> None:
    with Progress(display, "openai/x", 2, "records") as progress:
        progress.note("the server limits the rate: 8 at once, 240 a minute")
        progress.count(record("failed"))
        progress.count(record("answered"))
    said = " ".join(capsys.readouterr().err.split())
    assert "8 at once, 240 a minute" in said


def test_a_warning_may_quote_and_is_left_out_of_a_log_that_holds_back(
    tmp_path: Path, capsys: Captured
) -> None:
    with log_file.logged(tmp_path / "log", "run"):
        progress.warn(["i1 says aloud"])
        log_file.hold_words_back(True)
        progress.warn(["i1 says in secret"])
    text = (tmp_path / "log").read_text()
    assert "WARNING i1 says aloud" in text
    assert "secret" not in text
    assert capsys.readouterr().err.count("warning: i1 says") == 2
