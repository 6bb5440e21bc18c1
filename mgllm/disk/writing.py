"""Files that stay complete: lines that are there completely or not at all, files that are replaced
or stay as they are."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mgllm.disk.steps import step
from mgllm.errors import InputError

NO_ROOM = (
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)
)
"""The disk, the user's share of it, or the longest file that is allowed (ulimit) is used up."""


class GrowingFile:
    """A file of lines, open at its end. An incomplete last line, as a kill leaves it, is cut off.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = _cut_torn_line(path)
        """Number of complete lines."""
        # Without a buffer: what is left in one after an error would be written at a later time.
        self._file = path.open("ab", buffering=0)

    def append(self, line: str) -> None:
        """Hand a line to the operating system. If that fails, the file ends as before.

        Raises:
            OSError: the disk is full, for example.
        """
        left = memoryview(f"{line}\n".encode())
        end = os.fstat(self._file.fileno()).st_size
        try:
            step(f"{self.path.name}: write")
            while left:
                left = left[self._file.write(left) :]
        except BaseException:
            if left:
                with suppress(OSError):
                    self._file.truncate(end)
            raise
        self.lines += 1
        step(f"{self.path.name}: written")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def content_of(file: Path) -> bytes:
    """The bytes of a file of lines; none if there is no file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None


def lines_of(file: Path) -> Iterator[tuple[str, bytes, bool]]:
    """Place ("FILE:LINE") and bytes of each line that is not blank, and whether it is complete: the
    last one, without a line feed, was being written when a run was killed.
    """
    lines = content_of(file).split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield f"{file}:{number}", line, number < len(lines)


def _cut_torn_line(file: Path) -> int:
    """Cut off what stands behind the last line feed; return the number of lines before it."""
    content = content_of(file)
    end = content.rfind(b"\n") + 1
    if end < len(content):
        with file.open("r+b") as opened:
            opened.truncate(end)
    return content.count(b"\n")


def replace_file(file: Path, text: str) -> None:
    """Write all of the file, or leave the old one as it is; nothing else is left beside it.

    Raises:
        OSError: the disk is full, for example.
    """
    fresh = file.with_name(f"{file.name}.new")
    try:
        step(f"{file.name}: write")
        fresh.write_text(text, encoding="utf-8", newline="\n")
        step(f"{file.name}: replace")
        fresh.replace(file)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    step(f"{file.name}: replaced")


def remedy(error: OSError) -> str:
    """What to do about a file that cannot be written."""
    return "make room on the disk" if error.errno in NO_ROOM else "fix that"
