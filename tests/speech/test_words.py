"""Turns from words and pauses."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.words import NOBODY, PAUSE, Word, in_order, join_words, make_turn
from tests.speech.turns import bare


def word(text: str, start: float, end: float, speaker: str = NOBODY) -> Word:
    return Word(text=text, start=start, end=end, speaker=speaker)


def test_words_are_joined_up_to_a_pause_or_another_speaker() -> None:
    words = [
        word("it", 0.0, 0.2),
        word("was", 0.2 + 0.99 * PAUSE, 1.5),
        word("long", 1.5 + PAUSE, 3.0),
        word("yes", 3.1, 3.3, "Ann"),
        word("no", 3.3, 3.4),
    ]
    assert list(bare(join_words(words))) == [
        Turn(text="it was", start=0.0, end=1.5),
        Turn(text="long", start=2.5, end=3.0),
        Turn(speaker="Ann", text="yes", start=3.1, end=3.3),
        Turn(text="no", start=3.3, end=3.4),
    ]
    assert join_words([]) == []


def test_a_turn_ends_with_its_last_word_even_where_words_overlap() -> None:
    (turn,) = join_words([word("a", 0.0, 2.0), word("b", 0.5, 1.0)])
    assert (turn.start, turn.end) == (0.0, 2.0)


def test_white_space_is_made_single_and_nothing_said_is_no_turn() -> None:
    turn = make_turn("x", " Ann\n Lee ", " it \n was ", 1.0, 2.0)
    assert turn == Turn(speaker="Ann Lee", text="it was", start=1.0, end=2.0)
    assert make_turn("x", "Ann", " \n ", 1.0, 2.0) is None
    nameless = make_turn("x", " ", "it", 1.0, 1.0)
    assert nameless is not None
    assert nameless.speaker == NOBODY


@pytest.mark.parametrize(("start", "end"), [(2.0, 1.0), (-0.5, 1.0), (float("nan"), 1.0)])
def test_times_that_are_no_interval_are_refused(start: float, end: float) -> None:
    with pytest.raises(InputError, match=r"talk segments.3 has impossible times"):
        make_turn("talk segments.3", "Ann", "it", start, end)


def test_ends_that_rounding_put_before_the_start_are_mended() -> None:
    turn = make_turn("x", "Ann", "it", 2.0, 2.0 - 1e-9)
    assert turn is not None
    assert turn.end == 2.0


def test_turns_that_begin_together_stay_as_they_stood() -> None:
    turns = [Turn(text="c", start=2), Turn(text="a", start=1), Turn(text="b", start=1)]
    assert [turn.text for turn in in_order(turns)] == ["a", "b", "c"]
