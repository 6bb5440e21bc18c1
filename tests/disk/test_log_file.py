"""A log for later: each line is one line, and a log that cannot be written ends nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mgllm.disk import log_file
from mgllm.disk.log_file import logged
from mgllm.errors import BudgetReached, InputError


def lines(file: Path) -> list[str]:
    return [line.split(" ", 1)[1] for line in file.read_text(encoding="utf-8").splitlines()]


def test_what_happens_is_appended(tmp_path: Path) -> None:
    for number in (1, 2):
        with logged(tmp_path / "log", "run"):
            log_file.note(f"part {number}")
    log_file.note("nobody listens")
    assert lines(tmp_path / "log") == [
        f"INFO    {words}"
        for number in (1, 2)
        for words in ("mgllm run begins", f"part {number}", "mgllm run ends")
    ]


def test_a_line_stays_a_line_and_controls_no_terminal(tmp_path: Path) -> None:
    with logged(tmp_path / "log", "run"):
        log_file.quote("item:", "a\nb\x1b[2J\u202ec \ud83d")
    assert lines(tmp_path / "log")[1] == "WARNING item: a\\nb\\x1b[2J\\u202ec \\ud83d"


def test_words_that_may_quote_are_left_out_while_held_back(tmp_path: Path) -> None:
    with logged(tmp_path / "log", "run"):
        log_file.quote("one:", "seen")
        log_file.hold_words_back(True)
        log_file.quote("two:", "secret")
        log_file.hold_words_back(False)
        log_file.quote("three:", "seen")
    text = (tmp_path / "log").read_text()
    assert "secret" not in text
    assert "WARNING two: (its words are left out here" in text
    assert text.count("seen") == 2


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (InputError("no such model"), "WARNING mgllm run stops: InputError: no such model"),
        (BudgetReached("5 USD are spent"), "WARNING mgllm run stops: BudgetReached: 5 USD are spent"),
        (KeyboardInterrupt(), "WARNING mgllm run was interrupted"),
        (ValueError("odd"), "WARNING mgllm run stops: ValueError: odd"),
    ],
)
def test_how_a_command_ends_is_its_last_line(error: BaseException, says: str, tmp_path: Path) -> None:
    with pytest.raises(type(error)), logged(tmp_path / "log", "run"):
        raise error
    assert lines(tmp_path / "log")[-1] == says


def test_a_log_that_cannot_be_opened_is_refused_before_anything_happens(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"--log-file .*none/log cannot be written: No such file"),
        logged(tmp_path / "none" / "log", "run"),
    ):
        raise AssertionError("it went on")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_log_on_a_full_disk_says_so_once_and_ends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logged(Path("/dev/full"), "run"):
        log_file.note("one")
        log_file.note("two")
    assert capsys.readouterr().err == "mgllm: warning: --log-file /dev/full can no longer be written\n"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be changed")
def test_times_are_those_of_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XXX-7")
    time.tzset()
    try:
        with logged(tmp_path / "log", "run"):
            pass
    finally:
        monkeypatch.undo()
        time.tzset()
    written = datetime.fromisoformat((tmp_path / "log").read_text().split(" ", 1)[0])
    assert abs((datetime.now(UTC) - written).total_seconds()) < 3600
