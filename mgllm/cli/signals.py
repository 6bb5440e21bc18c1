"""Ends that come from outside: Ctrl-C, and what schedulers and closed terminals send.

SIGTERM and SIGHUP do what Ctrl-C does: the command ends in order, what was answered is kept, tables
are written, locks are released.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
_ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ends:
    """What ended the command, if anything did."""

    number: int | None = None
    """The signal; None for Ctrl-C."""

    @property
    def exit_code(self) -> int:
        """128 and the signal's number, as shells have it."""
        return INTERRUPTED if self.number is None else 128 + self.number

    @property
    def how(self) -> str:
        """In a word or two."""
        return "interrupted" if self.number is None else f"stopped by {signal.Signals(self.number).name}"


@contextmanager
def ends_heard() -> Iterator[Ends]:
    """End the command in order at SIGTERM or SIGHUP. What `nohup` ignores stays ignored."""
    ends = Ends()
    if threading.current_thread() is not threading.main_thread():
        yield ends
        return

    process = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() != process:  # a forked worker, which a library ends in this way
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if ends.number is not None:
            return  # sent twice, as by a closed terminal and its shell: the end is on its way
        ends.number = number
        interrupt = signal.getsignal(signal.SIGINT)
        if callable(interrupt):  # Python's own, or that of a running loop, which cancels its task
            interrupt(signal.SIGINT, frame)
        else:
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _ENDS}
    _keep_ctrl_c_ignored()
    for number, handler in before.items():
        if handler == signal.SIG_DFL:
            signal.signal(number, end)
    try:
        yield ends
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_at_once_from_now() -> None:
    """A further Ctrl-C ends the process without a word, also while Python waits for its threads."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _keep_ctrl_c_ignored() -> None:
    """A command in the background of a script ignores Ctrl-C. A loop can be ended in order only
    through Python's handler of it, so the signal is blocked instead."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN and hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)
