"""Named steps of writing and asking: the seam at which tests put a fault.

A step stands before and after everything that a kill, a full disk or another end may part. Its name
is the file or the act, then what comes next or is done: `records.jsonl: write`, `ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Fault = Callable[[str], None]
"""Called with each step's name; it may raise an error or end the process."""
_faults: list[Fault] = []


def step(name: str) -> None:
    """A step is reached; nothing happens outside of tests."""
    for fault in _faults:
        fault(name)


@contextmanager
def fault_at_steps(fault: Fault) -> Iterator[None]:
    """Call `fault` at every step inside."""
    _faults.append(fault)
    try:
        yield
    finally:
        _faults.remove(fault)
