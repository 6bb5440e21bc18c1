"""One writer for each folder: a lock that ends with its process, in whatever way that ends."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple, Self

from mgllm.disk.steps import step
from mgllm.errors import InputError

LOCK = ".lock"
_HELD = (errno.EWOULDBLOCK, errno.EACCES)
"""Another process holds the system's lock. Other errors: this file system has no locks."""
_TRIES = 100
"""Attempts to lock a file that its owner removes at the same moment."""


class Owner(NamedTuple):
    """Who holds a lock."""

    pid: int
    host: str
    born: str
    """When the process began, since numbers of processes are used again; independent of the
    clock where the system allows that. Empty if it cannot be known."""


class FolderLock:
    """The lock of a folder, held until `release`.

    Where the file system knows locks, the system's lock decides: it ends with its process. Where it
    does not, as on some network drives, the process that the file names decides.

    Raises:
        InputError: another process holds it.
        OSError: the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._file = _locked(self._path)
        try:
            self._file.truncate(0)
            self._file.write(json.dumps(_this_process()._asdict()))
            self._file.flush()
        except BaseException:
            self.release()
            raise
        step(f"{LOCK}: held")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go, and leave no file."""
        step(f"{LOCK}: release")
        if sys.platform == "win32":
            _close(self._file)  # Windows removes no file that is open
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        _close(self._file)

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed


def _locked(path: Path) -> IO[str]:
    """The opened file, locked."""
    for _ in range(_TRIES):
        file = path.open("a+", encoding="utf-8")
        try:
            if not _system_locks(file):
                _refuse_living(path)
            if _is_still(path, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # its owner removed it a moment ago: another process may have made a new one
    raise InputError(f"{path} cannot be locked; wait for the other process or stop it")


def _system_locks(file: IO[str]) -> bool:
    """Lock the file; False if its file system has no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            return False
        raise InputError(_refusal(Path(file.name), _owner(Path(file.name)))) from None
    return True


def _is_still(path: Path, file: IO[str]) -> bool:
    try:
        return sys.platform == "win32" or os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _refuse_living(path: Path) -> None:
    owner = _owner(path)
    if owner is None:
        return
    if owner.host != socket.gethostname():
        raise InputError(f"{_refusal(path, owner)}; if that process has ended, remove {path}")
    if _is_alive(owner):
        raise InputError(_refusal(path, owner))


def _refusal(path: Path, owner: Owner | None) -> str:
    who = f" ({owner.pid} on {owner.host})" if owner is not None else ""
    return f"{path.parent} is being written by another process{who}; wait for it or stop it"


def _owner(path: Path) -> Owner | None:
    """Who is named in the file; None if that cannot be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Owner(int(said["pid"]), str(said["host"]), str(said["born"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _this_process() -> Owner:
    return Owner(os.getpid(), socket.gethostname(), _born(os.getpid()))


def _is_alive(owner: Owner) -> bool:
    """Whether this very process runs on this machine: its number alone may be another's by now."""
    born = _born(owner.pid)
    return born != "" and owner.born in ("", born)


def _born(pid: int) -> str:
    """When a process began; empty if there is none.

    On Linux in ticks since the machine was started, with the name of that start, so that a clock
    that is set back changes nothing.
    """
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # The second field is the program's name, which may contain anything; 22 is the start.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        return f"{start} {fields.split()[19]}"
    except (OSError, IndexError):
        return "" if sys.platform == "linux" else _born_by_clock(pid)


def _born_by_clock(pid: int) -> str:
    import psutil

    try:
        return f"{psutil.Process(pid).create_time():.0f}"
    except psutil.Error:
        return ""


def _close(file: IO[str]) -> None:
    with suppress(OSError):  # a full disk: what is left in the buffer
        file.close()
