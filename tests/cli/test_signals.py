"""A run that a scheduler, a closed terminal or Ctrl-C ends: tables, one line, no lock, no trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mgllm.cli.signals import ends_heard
from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run
from mgllm.testing import Behaviour, FakeServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Answers slowly enough to be stopped in the middle."""
    with FakeServer(Behaviour(latency_s=0.2), say=lambda messages: "agrees") as made:
        yield made


class Running:
    """A run in a process of its own, which has its first records."""

    def __init__(self, folders: Folders, server: FakeServer, results: Path, *, before: str = "pass") -> None:
        words = ["run", "meeting", "--model", "openai-compatible/fake", "--base-url", server.url]
        words += ["--score", "generate", "--epochs", "4", "--concurrency", "2", "--display", "plain"]
        words += ["--scenarios", str(folders.scenarios), "--prompts", str(folders.prompts)]
        code = f"import signal, sys; {before}; from mgllm.cli.app import main; main(sys.argv[1:])"
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` hands down an ignored one
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *words, "--results", str(results)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        began = time.monotonic()
        while time.monotonic() - began < 60:
            if any(file.read_bytes().count(b"\n") >= 2 for file in results.glob("*/records.jsonl")):
                break
            time.sleep(0.02)
        (self.folder,) = results.iterdir()

    def end(self, *signals: signal.Signals, gap_s: float = 0.0) -> tuple[int, list[str]]:
        """Send signals one after the other; exit code and the lines of stderr that are mgllm's last words."""
        for number in signals:
            self.process.send_signal(number)
            time.sleep(gap_s)
        _, err = self.process.communicate(timeout=60)
        assert "Traceback" not in err
        assert "Error" not in err
        return self.process.returncode, [line for line in err.splitlines() if line.startswith("mgllm:")]


@pytest.mark.parametrize(
    ("numbers", "code", "how"),
    [
        ([signal.SIGTERM], 143, "stopped by SIGTERM"),
        ([signal.SIGHUP, signal.SIGHUP, signal.SIGTERM], 129, "stopped by SIGHUP"),
        ([signal.SIGINT], 130, "interrupted"),
    ],
)
def test_a_run_that_is_stopped_writes_tables_and_says_how_to_go_on(
    folders: Folders,
    server: FakeServer,
    tmp_path: Path,
    numbers: list[signal.Signals],
    code: int,
    how: str,
) -> None:
    running = Running(folders, server, tmp_path / "results")
    ended, (line,) = running.end(*numbers)
    assert ended == code
    records = len(read_run(running.folder).records)
    assert line == (
        f"mgllm: {how}; {records} of 96 records are kept, and tables are written. "
        f"Go on with: mgllm run --resume {running.folder}"
    )
    names = {file.name for file in running.folder.iterdir()}
    assert names >= {"table.md", "table.csv", "table.tex", "summary.json"}
    assert ".lock" not in names


def test_in_the_background_of_a_script_ctrl_c_is_ignored_and_sigterm_is_not(
    folders: Folders, server: FakeServer, tmp_path: Path
) -> None:
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    running = Running(folders, server, tmp_path / "results", before=ignored)
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert running.process.poll() is None
    code, (line,) = running.end(signal.SIGTERM)
    assert code == 143
    assert "tables are written" in line


def test_what_nohup_ignores_stays_ignored(folders: Folders, server: FakeServer, tmp_path: Path) -> None:
    ignored = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    running = Running(folders, server, tmp_path / "results", before=ignored)
    running.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert running.process.poll() is None
    assert running.end(signal.SIGINT)[0] == 130


def test_a_second_ctrl_c_is_quiet(folders: Folders, server: FakeServer, tmp_path: Path) -> None:
    running = Running(folders, server, tmp_path / "results")
    code, lines = running.end(signal.SIGINT, signal.SIGINT, signal.SIGINT, gap_s=0.05)
    assert code in (130, -signal.SIGINT)
    assert len(lines) <= 1
    assert len(read_run(running.folder).records) >= 2


def test_a_ctrl_c_while_the_last_words_are_said_is_quiet() -> None:
    code = (
        "import os, signal, mgllm.cli.app as app\n"
        "def interrupted(*_, **__): raise KeyboardInterrupt\n"
        "app._command, app._say = lambda: interrupted, lambda line: os.kill(os.getpid(), signal.SIGINT)\n"
        "app.main(['runs'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr == ""


def test_a_forked_child_ends_as_if_nothing_were_heard() -> None:
    """Libraries end their workers with SIGTERM; that is no end of the command."""
    with ends_heard() as ends:
        child = os.fork()
        if child == 0:
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os._exit(3)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGTERM
    assert ends.number is None
