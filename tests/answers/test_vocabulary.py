"""The words of many languages: every entry is a pattern, and finds what it should."""

from __future__ import annotations

import re
from typing import get_args

import pytest
import yaml

from mgllm.answers.vocabulary import FILE, Kind, wording

TABLES = yaml.safe_load(FILE.read_text("utf-8"))
ENTRIES = [
    (kind, language, entry)
    for kind, tables in TABLES.items()
    for table in tables.values()
    for language, listed in table.items()
    for entry in listed.split("; ")
]


def test_every_kind_has_its_table() -> None:
    assert tuple(TABLES) == get_args(Kind)


@pytest.mark.parametrize(("kind", "language", "entry"), ENTRIES)
def test_entries_are_patterns_in_lower_case_without_groups(kind: str, language: str, entry: str) -> None:
    assert re.compile(entry).groups == 0
    assert entry == entry.strip()
    plain = re.sub(r"\\[A-Z]", "", entry)
    assert plain == plain.lower() or language == "tr"
    assert re.fullmatch(r"[a-z]{2}", language)


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("denying", "She is not calm", "not"),
        ("denying", "She ISN'T calm", "ISN'T"),
        ("denying", "notable", None),
        ("denying", "knot", None),
        ("denying", "far  from", "far  from"),
        ("denying", "वह शांत नहीं है", "नहीं"),
        ("denying", "नहीँ", None),
        ("denying", "他不安", "不"),
        ("denying", "n'est", "n'est"),
        ("supposing", "If so", "If"),
        ("supposing", "gift", None),
        ("harmless", "without a doubt", "without a doubt"),
        ("choice", "calm ou tense", "ou"),
        ("choice", "calmou", None),
        ("copulas", "die Person wirkt", "wirkt"),
    ],
)
def test_words_are_found_whole(kind: Kind, text: str, found: str | None) -> None:
    match = wording(kind).search(text)
    assert (match[0] if match is not None else None) == found
