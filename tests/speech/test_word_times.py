"""Pieces of words, as programs write them, become the words of a turn."""

from __future__ import annotations

from mgllm.records import Frozen, SpokenWord, Turn
from mgllm.speech.word_times import with_word_times

TURN = Turn(text="twenty-five days, 7", start=0.0, end=3.0)


class Said(Frozen):
    text: str
    start: float | None = None
    end: float | None = None


def test_pieces_are_put_together() -> None:
    pieces = [
        Said(text=" twenty", start=0.1, end=0.4),
        Said(text="-five", start=0.4, end=0.8),
        Said(text=" days,", start=1.0, end=1.5),
        Said(text=" "),
        Said(text="7"),
    ]
    assert with_word_times(TURN, pieces).words == (
        SpokenWord(text="twenty-five", start=0.1, end=0.8),
        SpokenWord(text="days,", start=1.0, end=1.5),
        SpokenWord(text="7"),
    )


def test_pieces_of_another_text_give_no_times() -> None:
    whole = [Said(text="twenty-five", start=0, end=1), Said(text="days,", start=1, end=2)]
    assert with_word_times(TURN, whole) == TURN  # the last word is missing
    seven = Said(text="7", start=2, end=3)
    assert with_word_times(TURN, [*whole, seven]).words
    assert with_word_times(TURN, [*whole, seven, seven]) == TURN
    assert with_word_times(TURN, [whole[1], whole[0], seven]) == TURN


def test_words_without_any_time_are_left_out() -> None:
    assert with_word_times(TURN, [Said(text=one) for one in TURN.text.split()]) == TURN
