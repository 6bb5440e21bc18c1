"""Everything that can go wrong, as a small tree.

    MgllmError
    ├── InputError        the user's files, flags or names; exit 2
    │   └── IntegrityError    arms differ in more than their cue block; exit 2
    ├── BackendError      one question could not be answered; the record is `failed`
    │   └── FatalBackendError  no further question can be answered (bad key, no such model); exit 2
    ├── WriteFailed       a file of a run cannot be written, as on a full disk; exit 2
    ├── Interrupted       Ctrl-C or a signal stopped the run, which can be resumed; exit 130
    ├── RunStopped        a run ended early and can be resumed; exit 1
    │   └── BudgetReached     a budget stopped it; exit 3
    ├── TrainingStopped   a training failed (a loss that is not a number, a collapse); exit 1
    └── GateFailed        `compare --fail-if` found its condition, or a run is not complete; exit 4

A message says what, where and what to do, in one line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

OTHER_NAMES = {
    "elan": "eaf",
    "praat": "textgrid",
    "subrip": "srt",
    "webvtt": "vtt",
    "markdown": "md",
    "latex": "tex",
    "cot": "chain_of_thought",
    "annotation": "annotated",
    "recognised": "recognized",
}
"""What people call things that have another name here; each is the name of a program or a common
word.
"""
_JOINERS = "\u200c\u200d"
"""Parts of words in Persian and Hindi, and of emoji."""
FEW = 20
"""So many known names are written in a message; of more, the nearest alone: a line of 50 is not
read.
"""
LONGEST_NAME = 200
"""Characters of a name that may be a slip; nothing is guessed for longer ones."""
SHOWN = 6
"""Names that are shown of a long list."""
LONGEST, TAIL = 1900, 400
"""Characters of a message, and those of its end that stay: what to do is said last."""
WHERE_ALL = {
    "scenario": "mgllm scenario list",
    "run": "mgllm runs",
    "item of": "the item file",
    "item": "mgllm show RUN",
    "arm": "mgllm run --help",
    "table": "mgllm compare --help",
    "dataset": "mgllm import --help",
    "export": "mgllm export --help",
    "class": "docs/synthetic.md",
    "gesture vocabulary": "mgllm vocabulary list",
}
"""Where all names of a kind can be seen, by the beginning of the kind."""


class MgllmError(Exception):
    """Base of all errors that mgllm raises on purpose; its text is one line for a person."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        line = one_line(message)
        if len(line) > LONGEST:  # a file may have a word of a million letters
            line = f"{line[: LONGEST - TAIL]} … {line[-TAIL:]}"
        super().__init__(line)


class InputError(MgllmError):
    """What the user gave is not usable: a file, a flag or a name."""

    exit_code = 2


class IntegrityError(InputError):
    """The arms of an item differ in more than their cue block: their difference says nothing."""


class BackendError(MgllmError):
    """One question got no reply. The runner records it as `failed` and goes on."""


class FatalBackendError(BackendError):
    """The backend can answer nothing at all: a refused key, an unknown model, no server."""

    exit_code = 2


class WriteFailed(MgllmError):
    """A file of a run cannot be written, as on a full disk; says what is safe and how to go on."""

    exit_code = 2


class Interrupted(MgllmError):
    """Ctrl-C or a signal stopped the run; says what is kept and how to go on."""

    exit_code = 130


class RunStopped(MgllmError):
    """A run ended early; what was answered is kept, and the run can be resumed."""


class BudgetReached(RunStopped):
    """A budget (dollars or requests) is spent; the run can be resumed."""

    exit_code = 3


class TrainingStopped(MgllmError):
    """A training failed: the loss is not a number, or all vectors have become the same."""


class GateFailed(MgllmError):
    """`compare --fail-if` found its condition, or `verify` found a run that is not complete."""

    exit_code = 4


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """One line for an unknown name: the nearest guess, and what is known.

    >>> unknown("scenario", "emotoin", ["deception", "emotion"])
    "unknown scenario 'emotoin'. Did you mean 'emotion'? Known: deception, emotion"
    """
    names = sorted(known)
    return f"unknown {kind} '{name}'.{guess(name, names)} {_listed(kind, name, names)}"


def guess(name: object, known: Iterable[str]) -> str:
    """A question behind an unknown name; empty where no known one is near.

    >>> guess("tittle", ["name", "title"])
    " Did you mean 'title'?"
    """
    near = nearest(str(name), known)
    return f" Did you mean '{near}'?" if near else ""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that was probably meant; None if none is near.

    Case, blanks and leading zeros do not count. A beginning weighs more than a likeness, and of
    names that are alike, the one with the same digits is meant.

    >>> nearest("Emotion-1a", ["emotion-10a", "emotion-01a"])
    'emotion-01a'
    """
    if len(name) > LONGEST_NAME:
        return None
    wanted = _plain(name)
    short = [one for one in known if len(one) <= LONGEST_NAME]
    plain = {one: _plain(one) for one in sorted(short, key=lambda one: (len(one), one))}
    if not wanted:
        return None
    if OTHER_NAMES.get(wanted) in plain:
        return OTHER_NAMES[wanted]
    same = [one for one, text in plain.items() if text == wanted]
    begun = [one for one, text in plain.items() if len(wanted) > 1 and text.startswith(wanted)]
    begun.sort(key=lambda one: wanted[-1].isdigit() and plain[one][len(wanted) :][:1].isdigit())
    alike = _alike(wanted, plain, cutoff)
    within = [one for one, text in plain.items() if len(wanted) > 3 and wanted in text]
    return next(iter([*same, *begun, *alike, *within]), None)


def _alike(wanted: str, plain: dict[str, str], cutoff: float) -> list[str]:
    """Names that are spelled alike, those with the same digits first."""
    near = get_close_matches(wanted, list(dict.fromkeys(plain.values())), n=5, cutoff=cutoff)
    near.sort(key=lambda text: re.findall(r"\d+", text) != re.findall(r"\d+", wanted))
    return [one for text in near for one in plain if plain[one] == text]


def _plain(name: str) -> str:
    """A name as it is compared: small letters, one kind of dash, no blanks around signs, no leading
    zeros.
    """
    small = re.sub(r"\s*([+@/,])\s*", r"\1", name.casefold().strip(" '\"\t\n"))
    return re.sub(r"(?<![\d.])0+(?=\d)", "", re.sub(r"[\s_–-]+", "-", small))


def _listed(kind: str, name: str, names: Sequence[str]) -> str:
    """All known names, or of many the nearest and how to see the others."""
    if len(names) <= FEW:
        return f"Known: {', '.join(names)}" if names else "There are none yet"
    best = nearest(name, names)
    near = get_close_matches(name, names, n=SHOWN, cutoff=0.3)
    shown = list(dict.fromkeys([*([best] if best else []), *near, *names]))[:SHOWN]
    where = next((f"; see {where}" for word, where in WHERE_ALL.items() if kind.startswith(word)), "")
    return f"Known: {', '.join(shown)}, … ({len(names)} in all{where})"


def one_line(message: str) -> str:
    r"""The message with line breaks, control characters and the like written as escapes.

    Names in messages come from untrusted files: they may neither break the line nor control a
    terminal.

    >>> one_line("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def shown(text: str) -> str:
    r"""Untrusted text for a terminal: characters that control it or reverse the writing become
    escapes.

    >>> shown("a\x1b[2J\nb")
    'a\\x1b[2J\nb'
    """
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if _is_plain(c) else c.encode("unicode_escape").decode() for c in text)


def shown_line(text: str) -> str:
    """The same for a line: its line breaks become escapes, too."""
    return shown(text).replace("\n", "\\n")


def _is_plain(character: str) -> bool:
    spaced = character in "\n\t" or unicodedata.category(character) == "Zs"
    return character.isprintable() or spaced or character in _JOINERS


def some(names: Sequence[str]) -> str:
    """The first five names.

    >>> some(list("abcdefg"))
    'a, b, c, d, e, …'
    """
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
