"""Lines and files that are there completely or not at all, on a disk that fills up."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mgllm.disk.steps import fault_at_steps
from mgllm.disk.writing import GrowingFile, lines_of, remedy, replace_file


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk: the system takes a part of a write, then nothing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_for_which_there_is_no_room_leaves_no_part_of_itself(tmp_path: Path) -> None:
    growing = GrowingFile(tmp_path / "lines")
    growing.append("a" * 60)
    with files_of_at_most(100), pytest.raises(OSError, match="too large") as caught:
        growing.append("b" * 60)
    assert remedy(caught.value) == "make room on the disk"
    assert (tmp_path / "lines").read_text() == "a" * 60 + "\n"
    assert growing.lines == 1
    growing.append("c" * 60)
    growing.close()
    assert (tmp_path / "lines").read_text() == "a" * 60 + "\n" + "c" * 60 + "\n"


def test_a_file_for_which_there_is_no_room_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "table.md"
    replace_file(file, "old")
    with files_of_at_most(100), pytest.raises(OSError, match="too large"):
        replace_file(file, "new" * 100)
    assert [each.name for each in tmp_path.iterdir()] == ["table.md"]
    assert file.read_text() == "old"


def interrupted(name: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "write", [lambda file: replace_file(file, "x"), lambda file: GrowingFile(file).append("x")]
)
def test_an_interrupt_leaves_nothing_half_written(write: Callable[[Path], None], tmp_path: Path) -> None:
    with fault_at_steps(interrupted), pytest.raises(KeyboardInterrupt):
        write(tmp_path / "file")
    assert [each.read_bytes() for each in tmp_path.iterdir()] in ([], [b""])


def test_an_incomplete_last_line_is_said_to_be_one_and_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"a\n\nb\nc")
    assert list(lines_of(file)) == [
        (f"{file}:1", b"a", True),
        (f"{file}:3", b"b", True),
        (f"{file}:4", b"c", False),
    ]
    GrowingFile(file).close()
    assert file.read_bytes() == b"a\n\nb\n"


def test_the_remedy_of_other_errors_is_another() -> None:
    assert remedy(OSError(errno.EACCES, os.strerror(errno.EACCES))) == "fix that"
