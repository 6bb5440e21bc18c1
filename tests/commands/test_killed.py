"""A run killed with `kill -9`, or stopped with Ctrl-C, loses at most what is on the wire."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run
from mgllm.testing import Behaviour, FakeServer

IN_FLIGHT = 2


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Answers each prompt by its own words, slowly enough to be killed in the middle."""
    with FakeServer(
        Behaviour(latency_s=0.15), say=lambda messages: ["agrees", "objects"][len(str(messages)) % 2]
    ) as made:
        yield made


def command(folders: Folders, server: FakeServer, results: Path, *more: str) -> list[str]:
    words = [
        "run",
        "meeting",
        "--model",
        "openai-compatible/fake",
        "--base-url",
        server.url,
        "--score",
        "generate",
    ]
    words += ["--scenarios", str(folders.scenarios), "--prompts", str(folders.prompts), "--epochs", "4"]
    words += ["--results", str(results), "--concurrency", str(IN_FLIGHT), "--display", "none"]
    return [sys.executable, "-m", "mgllm", *words, *more]


def stop_half_way(words: list[str], results: Path, with_signal: signal.Signals) -> tuple[Path, int]:
    """Start, wait for a quarter of the records, stop; the folder and the exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` hands down an ignored one
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    while time.monotonic() - began < 60:
        files = list(results.glob("*/records.jsonl"))
        if files and files[0].read_bytes().count(b"\n") >= 24:
            break
        time.sleep(0.02)
    os.kill(process.pid, with_signal)
    code = process.wait(timeout=60)
    return files[0].parent, code


def without_names(table: str, *folders: Path) -> str:
    for folder in folders:
        table = table.replace(folder.name, "RUN")
    return table


@pytest.mark.parametrize(("with_signal", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_resumed_is_as_good_as_unbroken(
    folders: Folders, server: FakeServer, tmp_path: Path, with_signal: signal.Signals, code: int
) -> None:
    whole = tmp_path / "whole"
    subprocess.run(command(folders, server, whole), capture_output=True, check=True)
    (unbroken,) = whole.iterdir()
    asked_whole = server.stats()["requests"]

    broken, left_with = stop_half_way(
        command(folders, server, tmp_path / "broken"), tmp_path / "broken", with_signal
    )
    assert left_with == code
    before = len(read_run(broken).records)
    assert 0 < before < len(read_run(unbroken).records)
    resumed = [sys.executable, "-m", "mgllm", "run", "--resume", str(broken), "--display", "none"]
    done = subprocess.run(resumed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    first_questions = sum("Is water wet?" in str(seen.body) for seen in server.requests)
    asked_again = server.stats()["requests"] - first_questions - 2 * (asked_whole - first_questions // 3)
    assert asked_again <= IN_FLIGHT
    tables = [(folder / "table.md").read_text() for folder in (broken, unbroken)]
    assert without_names(tables[0], broken, unbroken) == without_names(tables[1], broken, unbroken)
    answers = [
        {r.key: (r.outcome, r.answer) for r in read_run(folder).records} for folder in (broken, unbroken)
    ]
    assert answers[0] == answers[1]
