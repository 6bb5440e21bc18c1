"""Captions that are written are read back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.records import Turn
from mgllm.speech.captions import parse_srt, srt_text
from mgllm.speech.words import in_order

WORDS = st.text("abz Äß字?!.,'\"-0129", min_size=1, max_size=30).map(lambda text: " ".join(text.split()))
TIMES = st.tuples(st.integers(0, 400_000_000), st.integers(0, 60_000))


@given(
    st.lists(st.tuples(WORDS.filter(lambda text: text and "-->" not in text), TIMES), min_size=1, max_size=8)
)
def test_turns_come_back(said: list[tuple[str, tuple[int, int]]]) -> None:
    turns = [
        Turn(text=f"{n} {text}", start=at / 1000, end=(at + long) / 1000)
        for n, (text, (at, long)) in enumerate(said)
    ]
    assert parse_srt(srt_text(turns), "a.srt", speakers="none").turns == in_order(turns)


def test_nothing_in_the_words_breaks_the_file() -> None:
    turns = [Turn(text="a --> b", start=0, end=1), Turn(text="2\n\n3", start=1, end=2.0004)]
    assert [turn.text for turn in parse_srt(srt_text(turns), "a.srt", speakers="none").turns] == [
        "a → b",
        "2 3",
    ]


@pytest.mark.parametrize(("seconds", "clock"), [(59.9996, "00:01:00,000"), (3661.5, "01:01:01,500")])
def test_clocks(seconds: float, clock: str) -> None:
    assert clock in srt_text([Turn(text="a", start=seconds, end=seconds)])
