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


def test_a_number_without_a_time_does_not_move_its_segment() -> None:
    spoken = words(("25", None, None), ("30", None, None), ("we", 17.0, 17.2), ("go", 17.3, 17.5))
    (turn,) = turns(segments=[{"start": 10, "end": 20, "text": " 25 30 we go", "words": spoken}])
    assert (turn.start, turn.end) == (10.0, 17.5)
    last = words(("we", 11.0, 11.2), ("had", 11.3, 11.5), ("30", None, None))
    (turn,) = turns(segments=[{"start": 10, "end": 20, "text": " we had 30", "words": last}])
    assert (turn.start, turn.end) == (11.0, 20.0)


def test_a_word_outside_of_its_segment_does_not_stretch_it() -> None:
    spoken = words(("we", 2.0, 2.2), ("go", 30.0, 31.0))
    (turn,) = turns(segments=[{"start": 10, "end": 20, "text": "we go", "words": spoken}])
    assert (turn.start, turn.end) == (10.0, 20.0)
    backwards = words(("we", 18.0, 18.2), ("go", 11.0, 11.5))
    (turn,) = turns(segments=[{"start": 10, "end": 20, "text": "we go", "words": backwards}])
    assert (turn.start, turn.end) == (10.0, 20.0)


def said(
    start: float, end: float, text: str, *spoken: tuple[str, float | None, float | None, str | None]
) -> Any:
    listed = [
        {"word": word, **({} if a is None else {"start": a, "end": b}), **({"speaker": who} if who else {})}
        for word, a, b, who in spoken
    ]
    return {"start": start, "end": end, "text": text, "words": listed}


def test_a_segment_is_split_where_its_words_have_another_speaker() -> None:
    segment = said(
        *(0.0, 4.0, " Are you glad? It was late. 25!"),
        ("Are", 0.1, 0.3, "A"),
        ("you", 0.4, 0.5, None),
        ("glad?", 0.6, 1.0, "A"),
        ("It", 2.0, 2.2, "B"),
        ("was", 2.3, 2.5, "B"),
        ("late.", 2.6, 3.0, "B"),
        ("25!", None, None, None),
    )
    assert turns(segments=[{**segment, "speaker": "A"}]) == (
        Turn(speaker="A", text="Are you glad?", start=0.1, end=1.0),
        Turn(speaker="B", text="It was late. 25!", start=2.0, end=4.0),
    )


def test_the_words_say_who_speaks_where_the_segment_does_not() -> None:
    segment = said(
        0.0, 2.0, "So it was.", ("So", 0.1, 0.3, None), ("it", 0.4, 0.5, "B"), ("was.", 0.6, 0.9, "B")
    )
    (turn,) = turns(segments=[segment])
    assert (turn.speaker, turn.text) == ("B", "So it was.")
    (turn,) = turns(segments=[{**said(0.0, 2.0, "So.", ("So.", 0.1, 0.3, None)), "speaker": "C"}])
    assert turn.speaker == "C"


def test_characters_of_a_language_without_spaces_are_split_too() -> None:
    segment = said(0.0, 2.0, "你好再见", ("你", 0.1, 0.3, "A"), ("好", 0.3, 0.5, "A"), ("再", 1.0, 1.2, "B"))
    assert [turn.text for turn in turns(segments=[segment])] == ["你好", "再见"]


def test_words_of_other_names_and_units() -> None:
    spoken = [{"text": "Hi.", "start": 250, "end": 650}, {"text": "So.", "start": 5000, "end": 5400}]
    assert [(t.text, t.start, t.end) for t in turns(words=spoken)] == [("Hi.", 0.25, 0.65), ("So.", 5.0, 5.4)]
    seconds = [{"text": "Hi.", "start": 0.25, "end": 0.65}]
    assert [(t.text, t.start) for t in turns(words=seconds)] == [("Hi.", 0.25)]
    punctuated = [{"word": "hi", "punctuated_word": "Hi.", "start": 0, "end": 1}]
    assert [(t.text, t.start, t.end) for t in turns(words=punctuated)] == [("Hi.", 0.0, 1.0)]
    assembly = [{"text": "Hi.", "start": 0, "end": 5}]
    assert turns(words=assembly, audio_duration=12)[0].end == 0.005


@pytest.mark.parametrize(
    "content",
    [
        {"words": [{"text": "Hi.", "start": 1, "end": 2}]},
        {"words": [{"text": "Hi.", "start": 250.0, "end": 650.0}]},
        {"segments": [{"text": "Hi.", "start": 250, "end": 650}]},
        [{"text": "Hi.", "start": 1, "end": 2}],
    ],
)
def test_where_the_unit_is_not_known_the_user_is_asked(content: Any) -> None:
    with pytest.raises(InputError, match="give --unit s or --unit ms"):
        parse_json_speech(json.dumps(content), "talk.json")
    for unit, start in (("s", 1.0), ("ms", 0.001)):
        (turn,) = parse_json_speech(json.dumps(content), "talk.json", unit=unit).turns  # type: ignore[arg-type]
        assert turn.start in (start, 250 * start)


def test_chunks_of_hugging_face() -> None:
    chunks = [{"text": " It was.", "timestamp": [0.0, 1.5]}, {"text": " So.", "timestamp": [2.0, None]}]
    read = parse_json_speech(json.dumps({"text": "…", "chunks": chunks}), "talk.json")
    assert [(t.text, t.start, t.end) for t in read.turns] == [("It was.", 0.0, 1.5), ("So.", 2.0, None)]
    assert list(read.notes) == ["turns have no end, since the program did not know it"]
    parts = [
        {"text": text, "timestamp": [n, n + 0.5]} for n, text in enumerate((" It", " was", "n't", " so"))
    ]
    (turn,) = turns(chunks=parts)
    assert (turn.text, turn.end) == ("It wasn't so", 3.5)
    by_speaker = [{"text": "It was.", "timestamp": [0, 1], "speaker": "SPEAKER_01"}]
    assert turns(chunks=chunks, speakers=by_speaker)[0].speaker == "SPEAKER_01"


def test_chunks_whose_times_begin_again_are_refused() -> None:
    chunks = [{"text": "a b", "timestamp": [28.0, 29.0]}, {"text": "c d", "timestamp": [0.0, 1.0]}]
    with pytest.raises(InputError, match=r"chunks.1 goes back from 28 s to 0 s: its times begin again"):
        turns(chunks=chunks)


def test_whisper_cpp_counts_milliseconds() -> None:
    piece = {"timestamps": {"from": "00:00:00,500"}, "offsets": {"from": 500, "to": 1500}, "text": " It was."}
    assert turns(transcription=[piece]) == (Turn(text="It was.", start=0.5, end=1.5),)
    with pytest.raises(InputError, match=r"transcription.0.offsets: must have from and to"):
        turns(transcription=[{**piece, "offsets": {}}])


def test_numbers_as_speakers() -> None:
    assert [t.speaker for t in turns(segments=[{**SEGMENT, "speaker": n} for n in (0, 1)])] == ["0", "1"]


def test_words_without_times_are_not_lost_in_silence() -> None:
    with pytest.raises(InputError, match=r"talk.json has words in 'text' but none with times"):
        turns(text="It was.", segments=[])


def test_the_times_of_words_are_kept() -> None:
    timed = {**SEGMENT, "words": words((" It", 0.7, 0.9), (" was", 1.0, 1.2), (" a long day.", 2.8, 3.1))}
    (turn,) = parse_json_speech(json.dumps({"segments": [timed]}), "talk.json").turns
    assert turn.words == ()
    timed["words"] = words(
        (" It", 0.7, 0.9), (" was", 1.0, 1.2), (" a", 2, 2.1), (" long", 2.2, 2.4), (" day.", 3, 3.1)
    )
    (turn,) = parse_json_speech(json.dumps({"segments": [timed]}), "talk.json").turns
    assert [(word.text, word.start) for word in turn.words][:2] == [("It", 0.7), ("was", 1.0)]
