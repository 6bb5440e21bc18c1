"""Names of people."""

from __future__ import annotations

import pytest

from mgllm.audit.names import find_names, known_names
from mgllm.audit.rules import lists
from mgllm.audit.tokens import tokens_of

WORDS = lists().names


def found(text: str, *others: str, listed: tuple[str, ...] = ()) -> list[str]:
    known = known_names([text, *others], listed, WORDS)
    return [text[a:b] for a, b in find_names(text, tokens_of(text), WORDS, known)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I met Juan Martin del Potro there", ["Juan Martin del Potro"]),
        ("I saw Ana, Bianca and Zoe", ["Ana", "Bianca", "Zoe"]),
        ("with Nadal's coach", ["Nadal"]),
        ("Kvitova's serve was good", ["Kvitova"]),
        ("thank you mr kaldor", ["kaldor"]),
        ("in Paris in May on Monday, I think, on Netflix", []),
        ("So I thought, Okay, Here we go", []),
        ("THE CROWD WAS LOUD AND I LOVED IT", []),
        ("I miss home and i miss spain", []),
    ],
)
def test_names(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


def test_a_name_of_the_set_is_known_where_a_sentence_begins_and_without_capitals() -> None:
    assert found("rest for kaldor", "I like Kaldor") == ["kaldor"]
    assert found("rest for kaldor") == []


def test_listed_names_are_found_in_any_spelling() -> None:
    assert found("we met rose today") == []
    assert found("we met rose today", listed=("Rose",)) == ["rose"]
    assert found("we met rose today", listed=("Rose Miller",)) == []
