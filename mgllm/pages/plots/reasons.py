"""Why a number is doubtful, said beneath a picture: one sign for each kind of reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Protocol

from mgllm.pages.plots.look import Look
from mgllm.pages.shell import visible

SIGNS = ("†", "‡", "§", "¶", "††", "‡‡", "§§")
"""In this order; further reasons share the last."""
GROUNDLESS = re.compile(r"^(leaked|exposure unknown|constant answer|single label|stopped)\b")
"""Flags that take the ground from a number: it is drawn hollow."""
VARIANTS = 3
"""How many wordings of one reason are told beneath a picture; the tables have all."""


class Flagged(Protocol):
    """What carries words of caution."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The words."""


def doubtful(flags: Iterable[str]) -> bool:
    """Whether a number with these flags has lost its ground."""
    return any(GROUNDLESS.match(flag) for flag in flags)


def kind_of(flag: str) -> str:
    """What a flag is about, its numbers left out.

    >>> kind_of("leaked: 12 of 60 pairs")
    'leaked'
    """
    return re.split(r"[:(\d]", flag, maxsplit=1)[0].strip()


class Reasons:
    """The flags of all marks of a picture."""

    def __init__(self, marks: Iterable[Flagged]) -> None:
        self._told: dict[str, list[str]] = {}
        for flag in (flag for mark in marks for flag in mark.flags):
            told = self._told.setdefault(kind_of(flag), [])
            told.extend([flag] if flag not in told else [])
        self._signs = {kind: SIGNS[min(number, len(SIGNS) - 1)] for number, kind in enumerate(self._told)}

    def symbols(self, mark: Flagged) -> str:
        """The signs of one mark."""
        return " ".join(dict.fromkeys(self._signs[kind_of(flag)] for flag in mark.flags))

    def lines(self, look: Look) -> list[str]:
        """What each sign means, wrapped."""
        width = int(look.characters * look.letters / look.small)
        return [line for kind, told in self._told.items() for line in self._line(kind, told, width)]

    def _line(self, kind: str, told: Sequence[str], width: int) -> list[str]:
        more = "; …" if len(told) > VARIANTS else ""
        others = (flag.removeprefix(kind).lstrip(": ") for flag in told[1:VARIANTS])
        words = visible("; ".join([told[0], *others]) + more)
        return textwrap.wrap(f"{self._signs[kind]} {words}", width)
