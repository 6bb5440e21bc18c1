"""`--log-file`: what a command does, with times and levels, for whoever looks at it later.

No prompt and no reply is ever written. Words that may quote an item or a server (warnings, errors)
are left out while they are held back: for restricted items, for `--no-store-text`, and until the
items are known.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mgllm.errors import InputError, MgllmError, one_line

_LOGGER = logging.getLogger("mgllm")
_LOGGER.addHandler(logging.NullHandler())  # else Python prints what nobody handles
_LOGGER.propagate = False
_HELD_BACK = "(its words are left out here: they may quote an item or a reply)"


@contextmanager
def logged(path: Path | None, command: str) -> Iterator[None]:
    """Append what happens inside to a file; None writes none. Other libraries do not write to it.

    Raises:
        InputError: the file cannot be written.
    """
    if path is None:
        yield
        return
    handler = _opened(path)
    level = _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.DEBUG)
    try:
        note(f"mgllm {command} begins")
        yield
        note(f"mgllm {command} ends")
    except BaseException as error:
        _log_end(error, command)
        raise
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)
        with suppress(OSError):  # a full disk: what is left in the buffer
            handler.close()


def is_open() -> bool:
    """Whether anything is written."""
    return bool(_handlers())


def note(line: str, *, warning: bool = False) -> None:
    """A line of our own words, numbers and ids."""
    _log(logging.WARNING if warning else logging.INFO, line)


def quote(what: str, words: str, *, warning: bool = True) -> None:
    """A line whose words may quote an item, a reply or a server: left out while held back."""
    held = any(handler.holds_back for handler in _handlers())
    _log(
        logging.WARNING if warning else logging.INFO,
        " ".join(part for part in (what, _HELD_BACK if held else words) if part),
    )


def hold_words_back(wanted: bool) -> None:
    """Leave out from now on what may quote an item or a reply, or no longer."""
    for handler in _handlers():
        handler.holds_back = wanted


class _LogFile(logging.FileHandler):
    """Writes until it cannot; then says so once, and the command goes on."""

    holds_back = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the base class's name
        """Say it on stderr."""
        import sys

        _LOGGER.removeHandler(self)
        sys.stderr.write(f"mgllm: warning: --log-file {self.baseFilename} can no longer be written\n")


class _Formatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


def _handlers() -> list[_LogFile]:
    return [handler for handler in _LOGGER.handlers if isinstance(handler, _LogFile)]


def _opened(path: Path) -> _LogFile:
    try:
        handler = _LogFile(path, encoding="utf-8", errors="replace")
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"--log-file {path} cannot be written: {why}; name another file") from None
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    return handler


def _log(level: int, line: str) -> None:
    if is_open():
        _LOGGER.log(level, "%s", one_line(line))


def _log_end(error: BaseException, command: str) -> None:
    """How a command ended that did not come to its end; an exit code is an end like any other."""
    code = getattr(error, "exit_code", None)
    if code is not None and not isinstance(error, MgllmError):
        note(f"mgllm {command} ends with exit code {code}", warning=code != 0)
    elif isinstance(error, KeyboardInterrupt):
        note(f"mgllm {command} was interrupted", warning=True)
    else:
        quote(f"mgllm {command} stops: {type(error).__name__}:", str(error))
