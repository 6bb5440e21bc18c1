"""One writer for a folder at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from mgllm.errors import InputError


def lock(path: Path) -> IO[str]:
    """Lock a file against a second process; on Windows there is no such lock.

    Raises:
        InputError: another process has it.
    """
    file = path.open("w", encoding="utf-8")
    if os.name == "posix":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise InputError(
                f"{path.parent} is being written by another process; wait for it or stop it"
            ) from None
    return file


def unlock(path: Path, file: IO[str]) -> None:
    """Remove the file, then end the lock: in this order, no other writer's file is removed."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:  # Windows removes no file that is open
        file.close()
        path.unlink(missing_ok=True)
    file.close()
