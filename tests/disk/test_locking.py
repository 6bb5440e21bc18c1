"""One writer for each folder, whatever became of the last one."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mgllm.disk.locking import LOCK, FolderLock
from mgllm.errors import InputError


@pytest.fixture
def without_system_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network drive that knows no locks."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", flock)


def left_by(folder: Path, **changes: Any) -> None:
    """The file of a process that was killed: this one, but for the changes."""
    (folder / LOCK).unlink(missing_ok=True)
    with FolderLock(folder):
        said = json.loads((folder / LOCK).read_text())
    (folder / LOCK).write_text(json.dumps(said | changes))


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_lock_names_its_process_and_leaves_no_file(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        said = json.loads((tmp_path / LOCK).read_text())
        assert (said["pid"], said["host"]) == (os.getpid(), socket.gethostname())
        with pytest.raises(InputError, match=rf"process \({os.getpid()} on .*\); wait for it or stop it"):
            FolderLock(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_killed_process_left_holds_nobody_up(tmp_path: Path) -> None:
    left_by(tmp_path, pid=dead_pid())
    with FolderLock(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "host": 1, "born": 2}', "\x00\xff"])
@pytest.mark.usefixtures("without_system_locks")
def test_a_file_that_names_nobody_holds_nobody_up(tmp_path: Path, content: str) -> None:
    (tmp_path / LOCK).write_text(content, encoding="latin-1")
    with FolderLock(tmp_path):
        pass


@pytest.mark.usefixtures("without_system_locks")
def test_without_locks_of_the_system_the_named_process_decides(tmp_path: Path) -> None:
    left_by(tmp_path)
    with pytest.raises(InputError, match="is being written by another process"):
        FolderLock(tmp_path)
    left_by(tmp_path, pid=dead_pid())
    with FolderLock(tmp_path):
        pass


@pytest.mark.usefixtures("without_system_locks")
def test_a_number_that_is_another_process_by_now_is_recognised(tmp_path: Path) -> None:
    left_by(tmp_path, born="before")
    with FolderLock(tmp_path):
        pass


@pytest.mark.usefixtures("without_system_locks")
def test_of_another_machine_nothing_is_known(tmp_path: Path) -> None:
    left_by(tmp_path, host="elsewhere")
    with pytest.raises(InputError, match=r"on elsewhere\).*if that process has ended, remove .*\.lock"):
        FolderLock(tmp_path)
    assert (tmp_path / LOCK).exists()


def test_a_file_removed_at_the_same_moment_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner ends between our opening and our locking it: the lock would be on a removed file."""
    import fcntl

    flock, times = fcntl.flock, iter([True, False])

    def late(file: Any, how: int) -> None:
        if next(times):
            (tmp_path / LOCK).unlink()
        flock(file, how)

    monkeypatch.setattr("fcntl.flock", late)
    with FolderLock(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_the_systems_lock_decides_where_the_file_names_nobody(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        (tmp_path / LOCK).write_text("")
        with pytest.raises(InputError, match="is being written by another process; wait for it"):
            FolderLock(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, the clock alone says when a process began")
@pytest.mark.usefixtures("without_system_locks")
def test_a_clock_that_was_set_back_frees_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter("98765")
    monkeypatch.setattr("mgllm.disk.locking._born_by_clock", lambda pid: next(clock))
    with (
        FolderLock(tmp_path),
        pytest.raises(InputError, match="is being written by another process"),
    ):
        FolderLock(tmp_path)


def test_on_a_full_disk_no_lock_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as now:
        now.setattr("mgllm.disk.locking._this_process", full)
        with pytest.raises(OSError, match="No space left"):
            FolderLock(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with FolderLock(tmp_path):
        pass


def test_on_windows_the_lock_is_closed_before_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, closed = Path.unlink, list[bool]()

    def unlink(path: Path, missing_ok: bool = False) -> None:
        closed.append(lock.closed)
        remove(path, missing_ok)

    for system in ("linux", "win32"):
        (tmp_path / system).mkdir()
        with FolderLock(tmp_path / system) as lock:
            monkeypatch.setattr(Path, "unlink", unlink)
            monkeypatch.setattr("mgllm.disk.locking.sys.platform", system)
        monkeypatch.undo()
        assert not (tmp_path / system / ".lock").exists()
    assert closed == [False, True]
