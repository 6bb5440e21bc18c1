"""Why a number is not reliable, below a picture: one sign for each kind of reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Protocol

from mgllm.analysis.statistics.cautions import CONSTANT, LEAKED, SINGLE_LABEL, STOPPED, UNKNOWN, kind
from mgllm.pages.plots.look import Look
from mgllm.pages.shell import visible

SIGNS = ("†", "‡", "§", "¶", "††", "‡‡", "§§")
"""In this order; if there are more reasons, they have the last one in common."""
GROUNDLESS = frozenset({LEAKED, UNKNOWN, CONSTANT, SINGLE_LABEL, STOPPED})
"""Kinds of caution that make a number unreliable: it is drawn hollow."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")
VARIANTS = 3
"""How many versions of one reason are below a picture; the tables have all."""


class Flagged(Protocol):
    """Anything with words of caution."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The words."""


def doubtful(flags: Iterable[str]) -> bool:
    """Whether a number with these flags is unreliable."""
    return any(kind(flag) in GROUNDLESS for flag in flags)


def kind_of(flag: str) -> str:
    """What a flag is about, without its numbers.

    >>> kind_of("leaked: 12 of 60 pairs")
    'leaked'
    """
    return re.split(r"[:(\d]", flag, maxsplit=1)[0].strip()


def merged(flags: Sequence[str]) -> list[str]:
    """Flags that differ only in their numbers as one flag, with each number as a range.

    >>> merged(["leaked: 30 of 58 pairs", "leaked: 30 of 60 pairs"])
    ['leaked: 30 of 58–60 pairs']
    """
    alike: dict[str, list[str]] = {}
    for flag in flags:
        alike.setdefault(NUMBER.sub("#", flag), []).append(flag)
    return [_ranged(group) for group in alike.values()]


def _ranged(flags: Sequence[str]) -> str:
    columns = iter(list(zip(*(NUMBER.findall(flag) for flag in flags), strict=True)))

    def span(_: re.Match[str]) -> str:
        numbers = sorted(set(next(columns)), key=float)
        return "–".join(dict.fromkeys((numbers[0], numbers[-1])))

    return NUMBER.sub(span, flags[0])


class Reasons:
    """The flags of all marks of a picture."""

    def __init__(self, marks: Iterable[Flagged]) -> None:
        self._flags: dict[str, list[str]] = {}
        for flag in (flag for mark in marks for flag in mark.flags):
            self._flags.setdefault(kind_of(flag), []).append(flag)
        self._signs = {kind: SIGNS[min(number, len(SIGNS) - 1)] for number, kind in enumerate(self._flags)}

    def symbols(self, mark: Flagged) -> str:
        """The signs of one mark."""
        return " ".join(dict.fromkeys(self._signs[kind_of(flag)] for flag in mark.flags))

    def lines(self, look: Look) -> list[str]:
        """What each sign means, wrapped."""
        width = int(look.characters * look.letters / look.small)
        return [
            line for kind, flags in self._flags.items() for line in self._line(kind, merged(flags), width)
        ]

    def _line(self, kind: str, flags: Sequence[str], width: int) -> list[str]:
        others = [flag.removeprefix(kind).lstrip(": ") for flag in flags[1:VARIANTS]]
        words = "; ".join([flags[0], *others, *(["…"] if len(flags) > VARIANTS else [])])
        return textwrap.wrap(f"{self._signs[kind]} {visible(words)}", width)
