"""The style `by_turn`: which turn a gesture belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.cues.base import SILENT, CueLine, Occasion, names_turns, places_known
from mgllm.cues.block import as_cues
from mgllm.cues.by_turn import NOTE, turn_of
from mgllm.cues.vocabularies import gesture_words, load_vocabulary
from mgllm.records import CueSettings, Gesture, GestureTranscript, Turn

IMIGUE = load_vocabulary("imigue")
TURNS = (
    Turn(speaker="Host", text="Are you glad?", start=0.0, end=1.4),
    Turn(speaker="Player", text="It was a long day.", start=1.9, end=3.6),
    Turn(speaker="Host", text="Thanks.", start=5.0, end=6.0),
)


def seen(start: float | None, end: float | None = None, label: str = "head up") -> Gesture:
    return Gesture(label=label, start=start, end=end)


def told(*gestures: Gesture, turns: tuple[Turn, ...] = TURNS, **settings: object) -> list[str]:
    cues = as_cues(
        GestureTranscript(gestures=gestures),
        CueSettings.model_validate({"style": "by_turn"} | settings),
        IMIGUE,
        Occasion(turns=turns),
    )
    return [str(line) for line in cues.lines]


@pytest.mark.parametrize(
    ("gesture", "turn"),
    [
        (seen(0.2, 0.9), 0),
        (seen(0.9, 3.0), 1),  # 0.5 s in the first, 1.1 s in the second
        (seen(1.5, 1.8), None),
        (seen(3.6, 5.0), None),  # touches two turns and shares no time with them
        (seen(4.0, 9.0), 2),
        (seen(2.0), 1),
        (seen(1.4), 0),
        (seen(4.0, 4.0), None),
        (seen(5.5, 5.5), 2),
        (seen(7.0), None),
    ],
)
def test_a_gesture_belongs_to_the_turn_it_overlaps_most(gesture: Gesture, turn: int | None) -> None:
    assert turn_of(gesture, TURNS) == turn


def test_among_equals_the_earliest_turn_is_taken() -> None:
    twins = (TURNS[1], TURNS[1])
    assert turn_of(seen(2.0, 3.0), twins) == 0
    halves = (Turn(text="a", start=0, end=2), Turn(text="b", start=2, end=4))
    assert turn_of(seen(1, 3), halves) == 0


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=6),
    st.tuples(st.integers(0, 40), st.integers(1, 20)),
)
def test_against_counting_tenths_of_a_second(spans: list[tuple[int, int]], gesture: tuple[int, int]) -> None:
    turns = [Turn(text="x", start=begin / 10, end=(begin + length) / 10) for begin, length in spans]
    moments = set(range(gesture[0], sum(gesture)))
    shared = [len(moments & set(range(begin, begin + length))) for begin, length in spans]
    expected = shared.index(max(shared)) if max(shared) else None
    assert turn_of(seen(gesture[0] / 10, sum(gesture) / 10), turns) == expected


def test_lines_stand_in_order_of_time_behind_their_turn() -> None:
    gestures = [seen(4.2, 4.6, "folding arms"), seen(2.0, 2.7), seen(0.1, 0.2, "pressing lips")]
    assert told(*gestures) == ["turn 1: pressing lips", "turn 2: head up", "while silent: folding arms"]


def test_threshold_top_k_and_confidences() -> None:
    gestures = [
        Gesture(label="head up", start=0.1, end=0.3, confidence=0.4),
        Gesture(label="folding arms", start=2.0, end=2.5, confidence=0.9),
        Gesture(label="pressing lips", start=4.0, end=4.5, confidence=0.6),
    ]
    assert told(*gestures, threshold=0.5, confidences=True) == [
        "turn 2: folding arms (0.90)",
        "while silent: pressing lips (0.60)",
    ]
    assert told(*gestures, top_k=1) == ["turn 2: folding arms"]


def test_without_times_nothing_is_claimed() -> None:
    untimed = (TURNS[0], Turn(text="And then?"))
    assert told(seen(0.2, 0.4), turns=untimed) == ["head up"]
    assert told(seen(0.2, 0.4), turns=()) == ["head up"]
    assert told(seen(None)) == ["head up"]
    assert not places_known(untimed)
    assert places_known(TURNS)


def test_no_word_and_no_speaker_is_told() -> None:
    lines = " ".join(told(seen(0.2, 0.4), seen(2.0, 2.2), seen(5.1, 5.2)))
    assert not {"Host", "Player", "glad", "long", "day", "Thanks"} & set(lines.replace(":", " ").split())


def test_turns_are_explained_where_one_is_told() -> None:
    def definition(*gestures: Gesture, turns: tuple[Turn, ...] = TURNS) -> str:
        settings = CueSettings(style="by_turn")
        return as_cues(
            GestureTranscript(gestures=gestures), settings, IMIGUE, Occasion(turns=turns)
        ).definition

    assert definition(seen(0.2, 0.4)) == f"{IMIGUE.definition} {NOTE}"
    assert definition(seen(4.0, 4.4)) == definition() == definition(seen(0.2), turns=()) == IMIGUE.definition
    assert not names_turns([CueLine(when=SILENT, what="head up"), CueLine(what="head up")])


def test_the_words_before_a_gesture_are_no_gesture_words() -> None:
    """The filler arm keeps them."""
    assert not {"turn", "while", "silent"} & gesture_words()
