"""What is not a file is not opened: folders, pipes and devices."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mgllm.files.opening import file_bytes, open_file, size_of


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one\r\n")
    assert file_bytes(path) == b"one\r\n"
    assert size_of(path) == 5


def test_what_may_never_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "it is a pipe or a device"),
        (Path("/dev/zero"), "it is a pipe or a device"),
        (tmp_path / "none", "No such file"),
    ):
        with pytest.raises(OSError, match=words):
            open_file(path)
