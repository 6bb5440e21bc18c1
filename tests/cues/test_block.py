"""From gestures to the words of a cue block."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.cues.base import Occasion, clock
from mgllm.cues.block import as_cues, item_duration, recording_length, shown_gestures
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item, Turn

IMIGUE = load_vocabulary("imigue")
SEEN = GestureTranscript(
    gestures=(
        Gesture(label="head up", start=4.0, end=5.04, confidence=0.4),
        Gesture(label="pressing lips", start=1.25, confidence=0.9),
        Gesture(label="illustrative body language", start=0.0, end=9.0, confidence=1.0),
        Gesture(label="rubbing eyes"),
    ),
    duration=12.0,
)


def lines(**settings: object) -> list[str]:
    return [str(line) for line in as_cues(SEEN, CueSettings.model_validate(settings), IMIGUE).lines]


def test_the_timeline_is_in_order_and_leaves_illustration_out() -> None:
    assert lines() == ["rubbing eyes", "0:01.2 pressing lips", "0:04.0–0:05.0 head up"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"style": "plain"}, ["rubbing eyes", "pressing lips", "head up"]),
        ({"threshold": 0.5}, ["rubbing eyes", "0:01.2 pressing lips"]),
        ({"top_k": 2}, ["rubbing eyes", "0:01.2 pressing lips"]),
        ({"confidences": True, "style": "plain"}, ["rubbing eyes", "pressing lips (0.90)", "head up (0.40)"]),
        ({"leave_out": ["HEAD UP"], "style": "plain", "top_k": 1}, ["illustrative body language"]),
    ],
)
def test_settings(settings: dict[str, object], told: list[str]) -> None:
    assert lines(**settings) == told


def test_nothing_seen_is_told_in_the_words_of_the_vocabulary() -> None:
    cues = as_cues(GestureTranscript(), CueSettings(), IMIGUE)
    assert cues.lines == ()
    assert cues.nothing == "No micro-gestures were observed."
    assert "nonverbal" in as_cues(GestureTranscript(), CueSettings(), load_vocabulary("rltd")).nothing.lower()


@given(st.floats(0, 36_000))
def test_the_clock_tells_tenths_and_never_more_than_has_passed(seconds: float) -> None:
    minutes, rest = clock(seconds).split(":")
    told = int(minutes) * 60 + float(rest)
    assert float(rest) < 60
    assert told <= seconds + 1e-5 < told + 0.1 + 2e-5


def test_the_duration_is_the_transcripts_or_the_last_end() -> None:
    def item(gestures: object, speech: object = "Well.") -> Item:
        return Item.model_validate(
            {"id": "i", "subject": "p", "speech": speech, "gestures": {"annotated": gestures}}
        )

    assert item_duration(item({"duration": 9}), "annotated") == 9
    assert item_duration(item({"gestures": [{"label": "x", "start": 1, "end": 3}]}), "annotated") == 3
    assert item_duration(item({}, [{"text": "a", "start": 0, "end": 4}]), "annotated") == 4
    assert item_duration(item({}), "annotated") is None


def test_the_length_of_a_recording_is_never_guessed() -> None:
    timed = GestureTranscript(gestures=(Gesture(label="head up", start=1, end=3),))
    watched = GestureTranscript(duration=9, source="recognized")
    item = Item(id="i", subject="p", gestures={"annotated": timed, "recognized": watched})
    assert recording_length(item, "recognized") == 9
    assert recording_length(item, "annotated") == 9
    assert recording_length(Item(id="i", subject="p", gestures={"annotated": timed}), "annotated") is None
    assert recording_length(Item(id="i", subject="p"), "annotated") is None


def test_told_gestures_change_nothing_that_was_given() -> None:
    before = SEEN.model_dump_json()
    shown_gestures(SEEN, CueSettings(top_k=1, threshold=0.9))
    assert SEEN.model_dump_json() == before


GROUPED = GestureTranscript(
    gestures=(
        Gesture(label="hand at head", start=1.0, end=2.5, confidence=0.8, level="group"),
        Gesture(label="head up", start=4.0, end=5.0, confidence=0.4),
        Gesture(label="hand at head", start=6.0, end=7.0, confidence=0.6, level="group"),
    ),
    duration=60.0,
)
HEAD = "hand at head (exact gesture unclear)"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, [f"0:01.0–0:02.5 {HEAD}", "0:04.0–0:05.0 head up", f"0:06.0–0:07.0 {HEAD}"]),
        ({"style": "plain", "confidences": True}, [f"{HEAD} (0.80)", "head up (0.40)", f"{HEAD} (0.60)"]),
        (
            {"style": "summary"},
            [
                f"{HEAD}: 2 times, 2.0 a minute",
                "head up: 1 time, 1.0 a minute",
                "in all: 3 times, 3.0 a minute",
            ],
        ),
        ({"style": "by_turn"}, [f"turn 1: {HEAD}", "while silent: head up", f"while silent: {HEAD}"]),
        ({"leave_out": ["hand at head"], "style": "plain"}, ["head up"]),
    ],
)
def test_groups_are_marked_in_every_style(settings: dict[str, object], said: list[str]) -> None:
    occasion = Occasion(turns=(Turn(speaker="a", text="x", start=0.0, end=3.0),), duration=60.0)
    block = as_cues(GROUPED, CueSettings.model_validate(settings), IMIGUE, occasion)
    assert [str(line) for line in block.lines] == said


def test_another_vocabulary_may_mark_groups_in_its_own_words() -> None:
    own = IMIGUE.model_copy(update={"unsure": "one of several"})
    block = as_cues(GROUPED, CueSettings(style="plain"), own)
    assert str(block.lines[0]) == "hand at head (one of several)"
