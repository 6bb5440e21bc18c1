"""Native libraries that chatter on stderr: their remarks are dropped, their errors are not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

_STDERR = 2
_REMARK = re.compile(rb"INFO|WARNING|[IW]\d{4} ")


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold what is written to stderr meanwhile. Afterwards all but remarks is written to it after all.

    Remarks are lines that call themselves INFO or WARNING, as TensorFlow's and Abseil's do; if an exception
    goes through, they are written, too.
    """
    try:
        sys.stderr.flush()
        stderr = os.dup(_STDERR)
    except (OSError, ValueError):  # there is none
        yield
        return
    with TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        whole = True
        try:
            yield
            whole = False
        finally:
            sys.stderr.flush()
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            held.seek(0)
            lines = held.read().splitlines(keepends=True)
            os.write(_STDERR, b"".join(line for line in lines if whole or not _REMARK.match(line)))
