"""Words with places, and the small language of phrases."""

from __future__ import annotations

import pytest

from mgllm.audit.tokens import Phrases, parse_phrase, tokens_of
from mgllm.errors import InputError


def found(phrase: str, text: str) -> list[str]:
    tokens = tokens_of(text)
    return [text[tokens[a].start : tokens[b - 1].end] for a, b in Phrases([phrase]).find(tokens)]


def test_words_have_places_and_sentences() -> None:
    text = "Mr. O’Neil won. So: he's 6-4 up"
    tokens = tokens_of(text)
    assert [token.low for token in tokens] == ["mr", "o'neil", "won", "so", "he's", "6", "4", "up"]
    assert [token.begins for token in tokens] == [True, False, False, True, True, False, False, False]
    assert all(text[token.start : token.end] == token.text for token in tokens)


@pytest.mark.parametrize(
    ("phrase", "text", "wanted"),
    [
        ("won|lost", "I won, you LOST", ["won", "LOST"]),
        ("defeat*", "defeats and defeated", ["defeats", "defeated"]),
        ("lost my? way", "lost way, lost my way, lost his way", ["lost way", "lost my way"]),
        (
            "lost .. point",
            "lost that point, lost a very big point",
            ["lost that point", "lost a very big point"],
        ),
        ("lost .. point", "lost one of those very long point", []),
        ("tie break", "the tie-break", ["tie-break"]),
        ("lost my *", "lost my hat, lost my", ["lost my hat"]),
        ("lost it", "We lost. It rained", []),
    ],
)
def test_phrases(phrase: str, text: str, wanted: list[str]) -> None:
    assert found(phrase, text) == wanted


@pytest.mark.parametrize("phrase", ["", "..", "a ..", ".. a", "a?", "a|", "(a)", " ".join("a" * 13)])
def test_a_phrase_that_cannot_be_looked_for_is_refused(phrase: str) -> None:
    with pytest.raises(InputError, match=r"^mask: "):
        parse_phrase(phrase)


def test_a_long_text_costs_its_length() -> None:
    tokens = tokens_of("lost " * 20_000)
    assert len(list(Phrases(["lost .. lost .. lost .. point", "win"]).find(tokens))) == 0
