"""The style `at_word`: at which word a gesture begins."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mgllm.cues.at_word import NOTE, AtWord, word_of, words_known
from mgllm.cues.base import Occasion
from mgllm.cues.block import as_cues
from mgllm.cues.vocabularies import gesture_words, load_vocabulary
from mgllm.errors import InputError
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item, SpokenWord, Turn

IMIGUE = load_vocabulary("imigue")
SETTINGS = CueSettings(style="at_word")
HOST = Turn(
    speaker="Host",
    text="Are you glad?",
    start=0.0,
    end=1.4,
    words=(
        SpokenWord(text="Are", start=0.0, end=0.3),
        SpokenWord(text="you", start=0.3, end=0.5),
        SpokenWord(text="glad?", start=0.8, end=1.2),
    ),
)
PLAYER = Turn(
    speaker="Player",
    text="25 it was",
    start=2.0,
    end=3.0,
    words=(
        SpokenWord(text="25"),
        SpokenWord(text="it", start=2.4, end=2.6),
        SpokenWord(text="was", start=2.6, end=3.0),
    ),
)
TURNS = (HOST, PLAYER, Turn(speaker="Host", text="Thanks.", start=5.0, end=6.0))


def shown(*starts: float | None, turns: tuple[Turn, ...] = TURNS) -> list[str]:
    gestures = tuple(Gesture(label="head up", start=start) for start in starts)
    cues = as_cues(GestureTranscript(gestures=gestures), SETTINGS, IMIGUE, Occasion(turns=turns))
    return [line.when for line in cues.lines]


@pytest.mark.parametrize(
    ("start", "place"),
    [
        (0.0, "turn 1, word 1: "),
        (0.29, "turn 1, word 1: "),
        (0.3, "turn 1, word 2: "),
        (0.6, "turn 1, before word 3: "),
        (1.3, "turn 1, after word 3: "),
        (1.4, "while silent: "),
        (1.7, "while silent: "),
        (2.1, "turn 2, before word 2: "),  # the first word has no time
        (2.5, "turn 2, word 2: "),
        (5.5, "turn 3: "),  # no word of this turn has a time
        (9.0, "while silent: "),
    ],
)
def test_a_gesture_stands_at_the_word_during_which_it_begins(start: float, place: str) -> None:
    assert shown(start) == [place]


def test_if_several_speak_the_turn_with_a_word_comes_first() -> None:
    pausing = HOST.model_copy(update={"end": 4.0})
    assert shown(2.5, turns=(pausing, PLAYER)) == ["turn 2, word 2: "]
    assert shown(0.4, turns=(HOST, HOST)) == ["turn 1, word 2: "]
    assert shown(2.1, turns=(pausing, PLAYER)) == ["turn 1, after word 3: "]


def test_words_are_taken_in_the_order_of_time() -> None:
    swapped = Turn(
        text="b a",
        start=0,
        end=4,
        words=(SpokenWord(text="b", start=2, end=3), SpokenWord(text="a", start=0, end=1)),
    )
    assert [word_of(t, swapped) for t in (0.5, 1.5, 2.5, 3.5)] == [
        "word 2",
        "before word 1",
        "word 1",
        "after word 1",
    ]


def test_without_times_nothing_is_claimed() -> None:
    wordless = tuple(turn.model_copy(update={"words": ()}) for turn in TURNS)
    assert shown(0.4, turns=wordless) == [""]
    assert shown(0.4, turns=()) == [""]
    assert shown(None) == [""]
    assert not words_known(wordless)
    assert words_known(TURNS)
    assert not words_known((*TURNS, Turn(text="And then?")))


def test_no_word_and_no_speaker_is_shown() -> None:
    cues = as_cues(
        GestureTranscript(
            gestures=(Gesture(label="head up", start=0.4), Gesture(label="head up", start=2.5))
        ),
        SETTINGS,
        IMIGUE,
        Occasion(turns=TURNS),
    )
    text = " ".join([cues.definition, *map(str, cues.lines)])
    assert not {"Host", "Player", "glad", "you", "was"} & set(
        text.replace(":", " ").replace("?", " ").split()
    )
    assert cues.definition == f"{IMIGUE.definition} {NOTE}"


def test_the_words_before_a_gesture_are_no_gesture_words() -> None:
    """The filler arm keeps them."""
    assert not {"turn", "word", "before", "after", "while", "silent"} & gesture_words()


def item(name: str, speech: tuple[Turn, ...], start: float | None = 0.4) -> Item:
    seen = GestureTranscript(gestures=(Gesture(label="head up", start=start),))
    return Item(id=name, subject=name, speech=speech, gestures={"annotated": seen})


def test_items_without_times_of_words_are_counted() -> None:
    plain = (Turn(text="So it was.", start=0, end=3),)
    items = [item("a", TURNS), item("b", plain), item("c", (HOST, PLAYER))]
    assert AtWord().check(items, "annotated", SETTINGS, ()) == [
        "1 of 3 items have no times of words, so their gestures are shown without a word: b",
        "1 of 3 items have turns without times of words, so gestures there are shown with the turn alone: a",
    ]


def test_times_of_words_and_gestures_are_needed() -> None:
    with pytest.raises(InputError, match="at_word needs the times of words, but no item has them"):
        AtWord().check([item("b", (Turn(text="So.", start=0, end=3),))], "annotated", SETTINGS, ())
    with pytest.raises(InputError, match="no annotated gesture has a time"):
        AtWord().check([item("a", TURNS, start=None)], "annotated", SETTINGS, ())


def test_words_that_are_not_the_text_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"words\.1 has 'they' where the text has 'you'"):
        Turn(text="Are you", words=(SpokenWord(text="Are"), SpokenWord(text="they")))
    with pytest.raises(ValidationError, match=r"words\.1 has nothing where the text has 'you'"):
        Turn(text="Are you", words=(SpokenWord(text="Are"),))
    with pytest.raises(ValidationError, match=r"words\.1 has 'x' where the text has nothing more"):
        Turn(text="Are", words=(SpokenWord(text="Are"), SpokenWord(text="x")))
