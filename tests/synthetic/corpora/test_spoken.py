"""Plain words as a speech recogniser writes them, and TextGrids that our own reader reads."""

from __future__ import annotations

import pytest

from mgllm.speech.textgrid import read_tiers
from mgllm.synthetic.corpora.spoken import SpokenWord, asr_words, textgrid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I won 6-2, 7-6.", "i won 62 76"),
        ("I don't know, Ms. Kaldor!", "i don't know ms kaldor"),
        ("After 12 days and 25 hours", "after twelve days and twenty five hours"),
        ("first-round match; 40-15?", "first round match 4015"),
        ("In 2024", "in 2024"),
    ],
)
def test_words_are_plain(text: str, words: str) -> None:
    assert asr_words(text) == words.split()


def test_a_textgrid_has_words_with_silence_between_them() -> None:
    words = [SpokenWord(text="so", start=0.5, end=0.8), SpokenWord(text="62", start=0.8, end=1.1)]
    tiers = {tier.name: tier for tier in read_tiers(textgrid(words, 2.0), "a.TextGrid")}
    assert set(tiers) == {"words", "phones"}
    found = [(one.start, one.end, one.text) for one in tiers["words"].intervals]
    assert found == [(0.0, 0.5, ""), (0.5, 0.8, "so"), (0.8, 1.1, "62"), (1.1, 2.0, "")]
    assert {one.text for one in tiers["phones"].intervals} == {"", "spn"}
