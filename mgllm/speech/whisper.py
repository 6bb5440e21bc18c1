"""Whisper's JSON, as openai-whisper, faster-whisper, WhisperX and the transcription API write it.

A segment is a turn. If its words have times, they say when it begins and ends: Whisper's own
segments include some silence around them. Words without segments become turns that end at pauses.
"""

from __future__ import annotations

from mgllm.errors import InputError
from mgllm.files.json_files import parse_json, to_model
from mgllm.records import Frozen, Turn
from mgllm.speech.base import SpeechFormat, speech_format
from mgllm.speech.words import NOBODY, Word, in_order, join_words, make_turn


class WhisperWord(Frozen, extra="ignore"):
    """A word; one that could not be aligned has no times."""

    word: str = ""
    """The word, often with a leading space."""
    start: float | None = None
    """Seconds."""
    end: float | None = None
    """Seconds."""
    speaker: str | None = None
    """Who says it, if speakers were distinguished."""


class WhisperSegment(Frozen, extra="ignore"):
    """A stretch of speech."""

    text: str
    """What is said."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    speaker: str | None = None
    """Who speaks, if speakers were distinguished."""
    words: tuple[WhisperWord, ...] | None = None
    """Its words, if the program was asked for their times."""


class WhisperFile(Frozen, extra="ignore"):
    """The parts of a file that are read."""

    segments: tuple[WhisperSegment, ...] | None = None
    """In order of time."""
    words: tuple[WhisperWord, ...] | None = None
    """All words, as the transcription API gives them; used if there are no segments."""


def parse_whisper(text: str, where: str) -> tuple[Turn, ...]:
    """Turns of Whisper's JSON.

    Raises:
        InputError: it is not JSON, or has neither segments nor words with times; names the field.
    """
    file = to_model(WhisperFile, parse_json(text, where), where)
    if file.segments is not None:
        turns = [_turn(segment, f"{where} segments.{n}") for n, segment in enumerate(file.segments)]
        return in_order(turn for turn in turns if turn is not None)
    if file.words is not None:
        return in_order(join_words(_words(file.words, where)))
    raise InputError(f"{where} has neither 'segments' nor 'words': is it Whisper's JSON?")


def _turn(segment: WhisperSegment, where: str) -> Turn | None:
    words = [word for word in segment.words or () if word.start is not None and word.end is not None]
    start = min((word.start for word in words if word.start is not None), default=segment.start)
    end = max((word.end for word in words if word.end is not None), default=segment.end)
    return make_turn(where, segment.speaker or NOBODY, segment.text, start, end)


def _words(words: tuple[WhisperWord, ...], where: str) -> list[Word]:
    timed = []
    for n, word in enumerate(words):
        if word.start is None or word.end is None:
            raise InputError(f"{where} words.{n} '{word.word[:40]}' has no start and end")
        turn = make_turn(f"{where} words.{n}", word.speaker or NOBODY, word.word, word.start, word.end)
        if turn is not None:
            timed.append(Word(text=turn.text, start=word.start, end=word.end, speaker=turn.speaker))
    return timed


speech_format("whisper")(
    SpeechFormat(
        suffix=".json",
        tells="times of words",
        parse=parse_whisper,
        title="Machine transcripts, Whisper's JSON",
        citation=(
            "Radford, A., Kim, J. W., Xu, T., Brockman, G., McLeavey, C., & Sutskever, I. (2023). "
            "Robust speech recognition via large-scale weak supervision. ICML 2023."
        ),
        caution="A machine wrote these words: it can mishear, and write words where nobody speaks.",
    )
)
