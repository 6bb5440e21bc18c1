"""The words of many languages by which sentences are read, from `vocabulary.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen

FILE = Path(__file__).parent / "vocabulary.yaml"
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd"
)
"""Marks on letters, which `\\w` does not hold."""

Kind = Literal[
    "harmless",
    "denying",
    "supposing",
    "opening",
    "turning",
    "doubting",
    "adverbs",
    "copulas",
    "choosing",
    "breaking",
    "joining",
    "choice",
]


class Entries(Frozen):
    """The words of one kind, by language: regular expressions parted by "; "."""

    words: Mapping[str, str] = {}
    """Whole words."""
    signs: Mapping[str, str] = {}
    """Found anywhere."""


class Vocabulary(Frozen):
    """All kinds."""

    harmless: Entries
    """They look like words of the other kinds and take nothing back."""
    denying: Entries
    """A label in their reach is denied."""
    supposing: Entries
    """A label behind them, a comma between or not, is left open."""
    opening: Entries
    """A label in their reach is left open."""
    turning: Entries
    """At the beginning of a sentence they take back what stood before."""
    doubting: Entries
    """Anywhere in a sentence they take back what stood before."""
    adverbs: Entries
    """They may stand right before a label, in other languages than English."""
    copulas: Entries
    """They say a label of someone, in other languages than English."""
    choosing: Entries
    """They choose the label that follows, in other languages than English."""
    breaking: Entries
    """Behind them a denial or a condition no longer reaches."""
    joining: Entries
    """So behind a comma."""
    choice: Entries
    """They part labels that are offered for choice."""


@lru_cache(maxsize=16)
def wording(kind: Kind) -> re.Pattern[str]:
    """A pattern that finds any word of a kind, in any language.

    >>> wording("denying").search("Sie ist nicht ruhig")[0]
    'nicht'
    """
    return re.compile(alternatives(kind), re.IGNORECASE)


def alternatives(kind: Kind) -> str:
    """The words of a kind, in any language, as a part of a pattern."""
    entries: Entries = getattr(_vocabulary(), kind)
    words, signs = (_joined(by_language) for by_language in (entries.words, entries.signs))
    whole = rf"(?<![\w{_MARKS}])(?:{words})(?![\w{_MARKS}])"
    return f"(?:{whole}|{signs})" if signs else whole


def _joined(by_language: Mapping[str, str]) -> str:
    entries = [entry for listed in by_language.values() for entry in listed.split("; ")]
    return "|".join(entry.replace(" ", r"\s{1,2}") for entry in entries)


@lru_cache(maxsize=1)
def _vocabulary() -> Vocabulary:
    return read_yaml(FILE, Vocabulary)
