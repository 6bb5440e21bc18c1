"""Opening files that others made: a folder, a pipe or a device is refused; it may never end."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe would wait for its other end."""


def open_file(path: Path) -> BufferedReader:
    """The bytes of a file.

    Raises:
        OSError: there is no such file, or it is a folder, a pipe or a device.
    """
    handle = os.open(path, _FLAGS)
    try:
        kind = os.fstat(handle).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, "it is a folder, not a file", str(path))
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def is_file(path: Path) -> bool:
    """Whether it is a file; a name that the system does not take is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def file_bytes(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        OSError: as from `open_file`.
    """
    with open_file(path) as file:
        return file.read()


def size_of(path: Path) -> int:
    """Bytes of a file.

    Raises:
        OSError: as from `open_file`.
    """
    with open_file(path) as file:
        return os.fstat(file.fileno()).st_size
