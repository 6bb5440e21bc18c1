"""The words of many languages that decide how a sentence is read, from `vocabulary.yaml`."""

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
"""Marks on letters, which `\\w` does not match."""

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
    """The words of one kind, by language: regular expressions separated by "; "."""

    words: Mapping[str, str] = {}
    """Matched as complete words."""
    signs: Mapping[str, str] = {}
    """Matched anywhere."""


class Vocabulary(Frozen):
    """All kinds of words."""

    harmless: Entries
    """They look like words of other kinds, but take nothing back."""
    denying: Entries
    """A label near them, in the same clause, is denied."""
    supposing: Entries
    """A label after them, with or without a comma between, is left open."""
    opening: Entries
    """A label near them, in the same clause, is left open."""
    turning: Entries
    """At the beginning of a sentence they take back what was said before."""
    doubting: Entries
    """Anywhere in a sentence they take back what was said before."""
    adverbs: Entries
    """They may come directly before a label, in other languages than English."""
    copulas: Entries
    """They say a label about someone, in other languages than English."""
    choosing: Entries
    """They choose the label that follows, in other languages than English."""
    breaking: Entries
    """After them, an earlier denial or condition does not count."""
    joining: Entries
    """The same, if they follow a comma."""
    choice: Entries
    """They separate labels from which to choose."""


@lru_cache(maxsize=16)
def wording(kind: Kind) -> re.Pattern[str]:
    """A pattern of all words of a kind, in all languages.

    >>> wording("denying").search("Sie ist nicht ruhig")[0]
    'nicht'
    """
    return re.compile(alternatives(kind), re.IGNORECASE)


def alternatives(kind: Kind) -> str:
    """The words of a kind, in all languages, as a part of a pattern."""
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
