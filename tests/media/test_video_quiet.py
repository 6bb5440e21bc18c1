"""Remarks of native libraries are dropped; what is no remark comes out after all."""

from __future__ import annotations

import os

import pytest

from mgllm.media.video import quiet_stderr


def test_remarks_are_dropped_errors_are_not(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(
            2, b"INFO: Created a delegate\nW0000 00:00:1.2 3 a.cc:1] a remark\nI0000 x\nE0000 bad\nodd\n"
        )
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "E0000 bad\nodd\nafter\n"


def test_with_an_exception_all_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        os.write(2, b"WARNING: why\n")
        raise RuntimeError

    with pytest.raises(RuntimeError), quiet_stderr():
        fail()
    assert capfd.readouterr().err == "WARNING: why\n"
