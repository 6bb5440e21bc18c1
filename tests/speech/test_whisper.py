"""Whisper's JSON in the forms that its programs write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.whisper import parse_json_speech
from tests.speech.turns import bare

SEGMENT = {
    **{"id": 0, "seek": 0, "start": 0.0, "end": 4.0, "text": " It was a long day.", "tokens": [50364, 467]},
    **{"temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.1, "no_speech_prob": 0.01},
}


def words(*spans: tuple[str, float | None, float | None], **more: object) -> list[dict[str, object]]:
    return [{"word": word, "start": start, "end": end, **more} for word, start, end in spans]


def turns(**content: object) -> tuple[Turn, ...]:
    return bare(parse_json_speech(json.dumps(content), "talk.json").turns)


def test_segments_are_turns() -> None:
    other = {"start": 4.0, "end": 5.5, "text": " Yes. "}
    assert turns(text="…", segments=[SEGMENT, other], language="en") == (
        Turn(text="It was a long day.", start=0.0, end=4.0),
        Turn(text="Yes.", start=4.0, end=5.5),
    )


def test_words_say_when_a_segment_begins_and_ends() -> None:
    timed = {**SEGMENT, "words": words((" It", 0.7, 0.9), ("9", None, None), (" day.", 2.8, 3.1))}
    assert turns(segments=[timed]) == (Turn(text="It was a long day.", start=0.7, end=3.1),)
    assert turns(segments=[{**SEGMENT, "words": []}])[0].end == 4.0
    other = {**SEGMENT, "words": [{"text": " It", "start": 0.7, "end": 0.9, "confidence": 0.9}]}
    assert turns(segments=[other])[0].start == 0.7


def test_speakers_that_were_told_apart_are_kept() -> None:
    assert turns(segments=[{**SEGMENT, "speaker": "SPEAKER_01"}])[0].speaker == "SPEAKER_01"


def test_words_without_segments_are_joined_at_pauses() -> None:
    spans = words(("It", 0.0, 0.3), ("was", 0.3, 0.6), ("long", 2.0, 2.4))
    assert turns(task="transcribe", duration=3.0, words=spans) == (
        Turn(text="It was", start=0.0, end=0.6),
        Turn(text="long", start=2.0, end=2.4),
    )


def test_silence_has_no_turns() -> None:
    assert turns(text="", segments=[]) == ()
    assert turns(segments=[{**SEGMENT, "text": "  "}]) == ()
    assert turns(words=[]) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"text": "It was."}, "has neither 'segments' nor 'words'"),
        ({"segments": [{**SEGMENT, "start": None}]}, "segments.0.start: "),
        ({"segments": [SEGMENT, {"start": 0, "end": 1}]}, "segments.1.text: is missing"),
        (
            {"segments": [{**SEGMENT, "end": -1.0}]},
            "segments.0 has impossible times: it is spoken from 0 s to -1 s",
        ),
        ({"segments": {"0": SEGMENT}}, "segments: "),
        ({"words": words(("It", 0.0, 0.3), ("was", None, None))}, "words.1 'was' has no start and end"),
        ("It was.", "must be an object or a list"),
    ],
)
def test_what_cannot_be_read_is_named(content: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json_speech(json.dumps(content), "talk.json")
    assert str(caught.value).startswith("talk.json ")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_torn_file_is_refused() -> None:
    with pytest.raises(InputError, match="ends inside a JSON value"):
        parse_json_speech(json.dumps({"segments": [SEGMENT]})[:-20], "talk.json")
