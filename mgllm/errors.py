"""Everything that can go wrong, as a small tree.

    MgllmError
    ├── InputError        the user's files, flags or names; exit 2
    │   └── IntegrityError    arms differ in more than their cue block; exit 2
    ├── BackendError      one question could not be answered; the record is `failed`
    │   └── FatalBackendError  no further question can be answered (bad key, no such model); exit 2
    ├── BudgetReached     a budget stopped the run, which can be resumed; exit 3
    ├── TrainingStopped   a training went astray (not a number, collapse); exit 1
    └── GateFailed        `compare --fail-if` found what it was told to find; exit 4

A message says what, where and what to do, in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class MgllmError(Exception):
    """Base of all errors that mgllm raises on purpose; its text is one line for a person."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class InputError(MgllmError):
    """What the user gave is not usable: a file, a flag or a name."""

    exit_code = 2


class IntegrityError(InputError):
    """The arms of an item differ in more than their cue block, so no difference may be read from them."""


class BackendError(MgllmError):
    """One question got no reply. The runner records it as `failed` and goes on."""


class FatalBackendError(BackendError):
    """The backend can answer nothing at all: a refused key, an unknown model, no server."""

    exit_code = 2


class BudgetReached(MgllmError):
    """A budget (dollars or requests) is spent; the run can be resumed."""

    exit_code = 3


class TrainingStopped(MgllmError):
    """A training went astray: a loss that is no number, or vectors that have all become one."""


class GateFailed(MgllmError):
    """`compare --fail-if` found the condition it was told to fail on."""

    exit_code = 4


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """One line for an unknown name: what is known, and the nearest guess.

    >>> unknown("scenario", "emotoin", ["deception", "emotion"])
    "unknown scenario 'emotoin'. Did you mean 'emotion'? Known: deception, emotion"
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return f"unknown {kind} '{name}'.{guess} Known: {', '.join(names) or '(none)'}"


def one_line(message: str) -> str:
    r"""The message with line breaks, control characters and the like written as escapes.

    Names in messages come from strangers' files: they may neither break the line nor steer a terminal.

    >>> one_line("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def some(names: Sequence[str]) -> str:
    """The first five names.

    >>> some(list("abcdefg"))
    'a, b, c, d, e, …'
    """
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
