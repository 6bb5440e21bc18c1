"""docs/zoo.md lists every animal, and is what the animals say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from mgllm.testing.zoo.animal import KINDS, UNREPORTED, all_animals
from mgllm.testing.zoo.catalogue import markdown

PAGE = Path(__file__).parents[3] / "docs" / "zoo.md"
REPORT = re.compile(r"[\w.-]+/[\w.-]+#\d+|https://\S+")


def test_the_page_is_current() -> None:
    said = "run: python -m mgllm.testing.zoo --markdown > docs/zoo.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(all_animals()), said


def test_every_animal_has_a_row_of_four_cells() -> None:
    rows = [line for line in markdown(all_animals()).splitlines() if line.startswith("| `")]
    assert len(rows) == len(all_animals()) >= 150
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_reports_are_addresses() -> None:
    reports = {one for animal in all_animals() for one in animal.report.split(", ")} - {UNREPORTED}
    assert [one for one in reports if not REPORT.fullmatch(one)] == []
    assert len(reports) > 70


def test_every_kind_has_its_animals_and_no_name_is_odd() -> None:
    count = Counter(animal.kind for animal in all_animals())
    assert list(count) == list(KINDS)
    assert [animal.name for animal in all_animals() if not re.fullmatch(r"[a-z0-9-]+", animal.name)] == []


def test_a_row_shows_what_cannot_be_seen() -> None:
    page = markdown(all_animals())
    assert "U+00AD" not in page
    assert (
        re.search(r"[\x00-\x09\x0b-\x1f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff]", page) is None
    )
