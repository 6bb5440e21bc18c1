"""Names before words: taken off where they are speakers, left where they are words, else asked."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.speech.captions import parse_srt, parse_vtt
from mgllm.speech.plain import parse_plain
from mgllm.speech.whisper import parse_json_speech

SPLIT = "stretches of speech begin with a speaker's name, which is taken off the words"
LEFT = "names or words before a colon are left in the speech"


def pairs(text: str, speakers: str | None = None) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse_plain(text, "talk.txt", speakers=speakers).turns]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann: Hi.\nBob: Yes.", [("Ann", "Hi."), ("Bob", "Yes.")]),
        ("[SPEAKER_00]: Hi.\nand on", [("SPEAKER_00", "Hi. and on")]),
        ("SPEAKER_01: Hi.", [("SPEAKER_01", "Hi.")]),
        ("[SPEAKER_00] Hi.", [("SPEAKER_00", "Hi.")]),
        ("Anna Meier: Hi.", [("Anna Meier", "Hi.")]),
        (
            "INTERVIEWER 1: Hi.\nDr. van der Berg: Yes.",
            [("INTERVIEWER 1", "Hi."), ("Dr. van der Berg", "Yes.")],
        ),
        ("- Ann: Hi.\n>> BOB: Yes.", [("Ann", "Hi."), ("BOB", "Yes.")]),
        ("[00:01:02] Ann: Hi.\n00:01:05 Bob: Yes.", [("Ann", "Hi."), ("Bob", "Yes.")]),
        ("Q: How?\nA: So.\nQ: And?\nA: No.", [("Q", "How?"), ("A", "So."), ("Q", "And?"), ("A", "No.")]),
        ("张三：你好\n李四：再见", [("张三", "你好"), ("李四", "再见")]),
        ("[Ann Lee] 10:02:11\nHi.\n\n[Bob] 10:02:15\nYes.", [("Ann Lee", "Hi."), ("Bob", "Yes.")]),
        ("Ann Lee  0:03\nHi.\n\nBob Li  0:15\nYes.", [("Ann Lee", "Hi."), ("Bob Li", "Yes.")]),
        ("Ann: Hi.\nBob: Yes.\nNote: it rains.", [("Ann", "Hi."), ("Bob", "Yes. Note: it rains.")]),
    ],
)
def test_clear_speakers_are_taken_off(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Note: it rains.",
        "10:30 we met.",
        "We met at 10:30: it was late.",
        "One thing is sure: it was late.",
        "https://example.org is it.",
        "He said: no.",
        "Warning: it is hot.",
    ],
)
def test_words_are_left(text: str) -> None:
    assert pairs(text) == [("Speaker", text)]


def test_where_it_is_not_clear_the_user_is_asked() -> None:
    text = "It was late.\nParis: a dream.\nWe went home.\n"
    with pytest.raises(InputError) as caught:
        parse_plain(text, "talk.txt")
    assert str(caught.value).startswith(
        "talk.txt has lines that begin with 'Paris:' once: speakers, or words?"
    )
    assert "--speakers none" in str(caught.value)
    assert pairs(text, "none") == [("Speaker", "It was late. Paris: a dream. We went home.")]
    assert pairs(text, "all")[1] == ("Paris", "a dream. We went home.")
    assert pairs(text, "paris, Ann")[1] == ("Paris", "a dream. We went home.")
    assert pairs("Ann: Hi.\nBob: Yes.", "Ann") == [("Ann", "Hi. Bob: Yes.")]


def test_what_was_taken_off_and_left_is_noted() -> None:
    said = parse_plain("Ann: Hi.\nNote: so.\nBob: Yes.\n", "talk.txt")
    assert said.notes == {SPLIT: ("Ann", "Bob"), LEFT: ("Note:",)}


def test_captions_of_zoom_and_whisperx() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Hi.\n\n2\n00:00:03,000 --> 00:00:04,000\nAnd?\n"
    assert [(t.speaker, t.text) for t in parse_srt(srt, "talk").turns] == [
        ("SPEAKER_00", "Hi."),
        ("Speaker", "And?"),
    ]
    first = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nAnn Lee: Hi.\nBob: No.\n\n"
    vtt = first + "2\n00:03.000 --> 00:04.000\nBob: Yes.\n"
    assert [(t.speaker, t.text, t.start) for t in parse_vtt(vtt, "talk").turns] == [
        ("Ann Lee", "Hi.", 1.0),
        ("Bob", "No.", 1.0),
        ("Bob", "Yes.", 3.0),
    ]
    voiced = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Rule: no.</v>\n"
    assert [(t.speaker, t.text) for t in parse_vtt(voiced, "talk").turns] == [("Ann", "Rule: no.")]


def test_words_keep_their_times_behind_a_name() -> None:
    words = '[{"word": "Ann", "start": 1}, {"word": "Lee:"}, {"word": "Hi", "start": 1.5, "end": 1.8}]'
    text = f'{{"segments": [{{"start": 1, "end": 2, "text": "Ann Lee: Hi", "words": {words}}}]}}'
    (turn,) = parse_json_speech(text, "talk.json").turns
    assert (turn.speaker, turn.text, turn.start, turn.end) == ("Ann Lee", "Hi", 1.0, 1.8)
    assert [(word.text, word.start) for word in turn.words] == [("Hi", 1.5)]


def test_captions_in_a_text_file_are_refused() -> None:
    with pytest.raises(InputError, match=r"talk\.txt has times like captions; name it \.srt or \.vtt"):
        parse_plain("1\n00:00:01,000 --> 00:00:02,000\nHi.\n", "talk.txt")
