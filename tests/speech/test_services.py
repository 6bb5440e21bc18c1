"""Transcripts of services, each read by its own marks, in its own unit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mgllm.errors import InputError
from mgllm.speech.whisper import parse_json_speech

Row = tuple[str, str, float | None, float | None]


def rows(content: Any) -> list[Row]:
    read = parse_json_speech(json.dumps(content), "talk.json")
    return [(turn.speaker, turn.text, turn.start, turn.end) for turn in read.turns]


ASSEMBLYAI = {
    "audio_duration": 3,
    "text": "Hi. Yes.",
    "words": [{"text": "Hi.", "start": 250, "end": 650, "speaker": "A"}],
    "utterances": [
        {"speaker": "A", "text": "Hi.", "start": 250, "end": 650, "words": []},
        {"speaker": "B", "text": "Yes.", "start": 2000, "end": 2600},
    ],
}
DEEPGRAM_WORDS = [
    {"word": "hi", "punctuated_word": "Hi.", "start": 0.25, "end": 0.65, "speaker": 0},
    {"word": "yes", "punctuated_word": "Yes.", "start": 1.0, "end": 1.4, "speaker": 1},
]
DEEPGRAM = {
    "results": {"channels": [{"alternatives": [{"transcript": "Hi. Yes.", "words": DEEPGRAM_WORDS}]}]}
}
AMAZON = {
    "results": {
        "items": [
            {
                "type": "pronunciation",
                "start_time": "0.25",
                "end_time": "0.65",
                "speaker_label": "spk_0",
                "alternatives": [{"content": "Hi"}],
            },
            {"type": "punctuation", "alternatives": [{"content": "."}]},
        ]
    }
}
GOOGLE = {
    "results": [
        {
            "alternatives": [
                {"transcript": "Hi", "words": [{"word": "Hi", "startTime": "0.25s", "endTime": "0.65s"}]}
            ]
        },
        {
            "alternatives": [
                {"words": [{"word": "Hi", "startTime": "0.25s", "endTime": "0.65s", "speakerTag": 2}]}
            ]
        },
    ]
}
AZURE = {
    "recognizedPhrases": [
        {
            "offsetInTicks": 2_500_000,
            "durationInTicks": 4_000_000,
            "speaker": 1,
            "nBest": [{"display": "Hi."}],
        }
    ]
}
AZURE_FAST = {
    "durationMilliseconds": 900,
    "phrases": [{"offsetMilliseconds": 250, "durationMilliseconds": 400, "text": "Hi.", "speaker": 1}],
}
REV = {
    "monologues": [
        {
            "speaker": 0,
            "elements": [
                {"type": "text", "value": "Hi", "ts": 0.25, "end_ts": 0.65},
                {"type": "punct", "value": "."},
            ],
        }
    ]
}
SPEECHMATICS = {
    "format": "2.9",
    "results": [
        {
            "type": "word",
            "start_time": 0.25,
            "end_time": 0.65,
            "alternatives": [{"content": "Hi", "speaker": "S1"}],
        },
        {"type": "punctuation", "start_time": 0.65, "end_time": 0.65, "alternatives": [{"content": "."}]},
    ],
}
VOSK = {"result": [{"conf": 1.0, "word": "hi", "start": 0.25, "end": 0.65}], "text": "hi"}
GLADIA = {
    "result": {"transcription": {"utterances": [{"text": "Hi.", "start": 0.25, "end": 0.65, "speaker": 1}]}}
}
ELEVENLABS = {
    "language_code": "en",
    "text": "Hi. Yes.",
    "words": [
        {"text": "Hi.", "start": 0.25, "end": 0.65, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "start": 0.65, "end": 0.7, "type": "spacing", "speaker_id": "speaker_0"},
        {"text": "(laughs)", "start": 0.7, "end": 0.9, "type": "audio_event", "speaker_id": "speaker_0"},
    ],
}
YOUTUBE = {
    "wireMagic": "pb3",
    "events": [
        {"tStartMs": 250, "dDurationMs": 400, "segs": [{"utf8": "Hi"}, {"utf8": " you", "tOffsetMs": 200}]},
        {"tStartMs": 650, "segs": [{"utf8": "\n"}]},
    ],
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ASSEMBLYAI, [("A", "Hi.", 0.25, 0.65), ("B", "Yes.", 2.0, 2.6)]),
        (DEEPGRAM, [("0", "Hi.", 0.25, 0.65), ("1", "Yes.", 1.0, 1.4)]),
        (AMAZON, [("spk_0", "Hi.", 0.25, 0.65)]),
        (GOOGLE, [("2", "Hi", 0.25, 0.65)]),
        (AZURE, [("1", "Hi.", 0.25, 0.65)]),
        (AZURE_FAST, [("1", "Hi.", 0.25, 0.65)]),
        (REV, [("0", "Hi.", 0.25, 0.65)]),
        (SPEECHMATICS, [("S1", "Hi.", 0.25, 0.65)]),
        (VOSK, [("Speaker", "hi", 0.25, 0.65)]),
        ([VOSK, {"text": ""}], [("Speaker", "hi", 0.25, 0.65)]),
        (GLADIA, [("1", "Hi.", 0.25, 0.65)]),
        (ELEVENLABS, [("speaker_0", "Hi.", 0.25, 0.65)]),
        (YOUTUBE, [("Speaker", "Hi you", 0.25, 0.65)]),
    ],
)
def test_each_service_is_read_in_its_unit(content: Any, expected: list[Row]) -> None:
    assert rows(content) == expected


def test_channels_are_speakers_where_nobody_else_says_who_speaks() -> None:
    channel = {"alternatives": [{"words": [{"word": "hi", "start": 0.2, "end": 0.6}]}]}
    assert [row[0] for row in rows({"results": {"channels": [channel, channel]}})] == [
        "Channel 0",
        "Channel 1",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"results": {"channels": [{"alternatives": [{"transcript": "Hi."}]}]}},
            "has a transcript but no words",
        ),
        (
            {"results": [{"alternatives": [{"transcript": "Hi."}]}]},
            "has a transcript but no words with times",
        ),
        (
            {"recognizedPhrases": [{"nBest": []}]},
            "looks like the JSON of Azure, batch, but it is not complete",
        ),
        ({"monologues": [{}]}, "looks like the JSON of Rev, but it is not complete"),
        (
            {"images": [], "annotations": []},
            "has neither 'segments' nor 'words'; known is the JSON of Whisper",
        ),
    ],
)
def test_what_lacks_words_or_times_is_one_line(content: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        rows(content)
    assert str(caught.value).startswith(f"talk.json {said}")
    assert len(str(caught.value).splitlines()) == 1
