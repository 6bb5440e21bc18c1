"""Transcripts in JSON. Which program wrote a file is known by its own marks, and so are its units.

Here: openai-whisper, faster-whisper, whisper-timestamped, WhisperX with its speakers, the API's
`verbose_json`, whisper.cpp and the pipeline of Hugging Face. Services of others are in
`services.py`. A segment is a turn; words without segments become turns that end at pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mgllm.errors import InputError
from mgllm.files.json_files import parse_json, to_model
from mgllm.records import Frozen, Turn
from mgllm.speech.base import Said, SpeechFormat, Unit, speech_format
from mgllm.speech.json_words import (
    Speaker,
    Text,
    all_whole,
    asked_unit,
    check_unit,
    fits,
    has_keys,
    listed,
    read_stretches,
    read_words,
    timed_rows,
)
from mgllm.speech.services import Transcript, read_service
from mgllm.speech.speakers import Speakers, named_turn
from mgllm.speech.spoken import SpokenPart, Stretch, stretch_turns, whole_words, word_turns
from mgllm.speech.words import NOBODY, in_order

_ASSEMBLYAI = frozenset(
    {"audio_duration", "audio_url", "acoustic_model", "language_model", "speech_model", "speech_models"}
    | {"speaker_labels", "format_text", "webhook_url", "webhook_status_code"}
)
"""Fields of AssemblyAI's transcripts, whose times are milliseconds."""
_BACK = 1.0
"""Seconds by which a piece may begin before the one before it."""
SHAPES = (
    "Whisper ('segments'), Hugging Face ('chunks'), whisper.cpp ('transcription'), AssemblyAI, Deepgram, "
    "Amazon, Google, Azure, Rev, Speechmatics, Vosk, Gladia, ElevenLabs, or a list of words"
)


class _Chunk(Frozen, extra="ignore"):
    """A piece of Hugging Face's pipeline."""

    text: Text
    timestamp: tuple[float | None, float | None]
    """Seconds; the end of the last one may be missing."""
    speaker: Speaker = ""


class _Chunks(Frozen, extra="ignore"):
    chunks: tuple[_Chunk, ...]


class _CppSegment(Frozen, extra="ignore"):
    """A piece of whisper.cpp."""

    text: Text
    offsets: dict[str, float]
    """Milliseconds: from and to."""
    speaker: Speaker = ""


class _CppFile(Frozen, extra="ignore"):
    transcription: tuple[_CppSegment, ...]


def parse_json_speech(
    text: str, where: str, *, speakers: str | None = None, unit: Unit | None = None
) -> Said:
    """Turns of a transcript in JSON.

    Raises:
        InputError: it is not JSON, its program is not known, its times have no known unit, or words
            have no times; names the field.
    """
    content = parse_json(text, where)
    read = _read(content, where, unit)
    if not read.stretches and not read.words and _has_text(content):
        raise InputError(f"{where} has words in 'text' but none with times; save it with segments or as .txt")
    turns = [
        turn
        for n, stretch in enumerate(read.stretches)
        for turn in stretch_turns(stretch, f"{where} {read.name}.{n}")
    ]
    turns += word_turns(read.words, where)
    return _with_names(in_order(turns), read, where, speakers)


def _with_names(turns: Sequence[Turn], read: Transcript, where: str, speakers: str | None) -> Said:
    """The turns, with names before their words taken off."""
    names = Speakers([turn.text for turn in turns if turn.speaker == NOBODY], where, speakers)
    named = tuple(named_turn(turn, names) if turn.speaker == NOBODY else turn for turn in turns)
    open_ends = tuple(f"'{turn.text[:30]}'" for turn in turns if turn.end is None)
    ends = {"turns have no end, since the program did not know it": open_ends} if open_ends else {}
    return Said(turns=named, notes={**read.notes, **ends, **names.notes})


def _read(content: object, where: str, unit: Unit | None) -> Transcript:
    if (service := read_service(content, where)) is not None:
        return service
    if isinstance(content, list):
        return _read_list(content, where, unit)
    if not isinstance(content, dict):
        raise InputError(f"{where} must be an object or a list; known is the JSON of {SHAPES}")
    if content.get("segments") is not None:
        return _segments(content["segments"], where, unit)
    if isinstance(content.get("transcription"), list):
        return _whisper_cpp(content, where)
    if any(isinstance(content.get(name), list) for name in ("chunks", "speakers")):
        return _hugging_face(content, where)
    if isinstance(content.get("utterances"), list) or isinstance(content.get("words"), list):
        return _words_or_utterances(content, where, unit)
    raise InputError(f"{where} has neither 'segments' nor 'words'; known is the JSON of {SHAPES}")


def _read_list(content: list[Any], where: str, unit: Unit | None) -> Transcript:
    """A list alone: of segments, chunks or words."""
    rows = listed(content)
    if any("timestamp" in row for row in rows):
        return _hugging_face({"chunks": content}, where)
    if rows and all(has_keys(row, "text", "start", "duration") and "end" not in row for row in rows):
        timed = [{**row, "end": row["start"] + row["duration"]} for row in rows]
        return _segments(timed, where, unit)
    if any("word" in row for row in rows):
        return Transcript(words=_checked_words(content, where, unit))
    if unit is None and all_whole(rows):
        raise asked_unit(where)
    return _segments(content, where, unit)


def _segments(content: object, where: str, unit: Unit | None) -> Transcript:
    """Whisper's segments; their times are seconds."""
    if unit is None:
        check_unit(listed(content), "s", where)
    return Transcript(stretches=read_stretches(content, where, unit or "s"))


def _words_or_utterances(content: dict[str, Any], where: str, unit: Unit | None) -> Transcript:
    """Words alone, as the transcription API of OpenAI gives them, AssemblyAI, ElevenLabs and
    others; or stretches of AssemblyAI with a speaker each."""
    rows = listed(content.get("utterances")) or listed(content.get("words"))
    if unit is None and (_ASSEMBLYAI & content.keys()):
        unit = "ms"
    if listed(content.get("utterances")):
        unit = unit or _unit(rows, where)
        return Transcript(stretches=read_stretches(content["utterances"], where, unit), name="utterances")
    return Transcript(words=_checked_words(content["words"], where, unit))


def _checked_words(content: object, where: str, unit: Unit | None) -> list[SpokenPart]:
    rows = listed(content)
    unit = unit or ("s" if any("punctuated_word" in row for row in rows) else _unit(rows, where))
    spoken = [row for row in rows if row.get("type") not in ("spacing", "audio_event")]
    return whole_words(read_words(spoken if len(rows) == len(content) else content, where, unit))  # type: ignore[arg-type]


def _unit(rows: Sequence[dict[str, Any]], where: str) -> Unit:
    """Seconds or milliseconds, where a file has no other marks than its numbers.

    AssemblyAI alone writes words as `text` with whole numbers, which are milliseconds.

    Raises:
        InputError: it cannot be known.
    """
    timed = timed_rows(rows)
    if not all_whole(rows):
        check_unit(rows, "s", where)
        return "s"
    if not fits(timed, "s") and fits(timed, "ms"):
        return "ms"
    raise asked_unit(where)


def _whisper_cpp(content: dict[str, Any], where: str) -> Transcript:
    segments = to_model(_CppFile, content, where).transcription
    pieces = []
    for n, one in enumerate(segments):
        if not {"from", "to"} <= one.offsets.keys():
            raise InputError(f"{where} transcription.{n}.offsets: must have from and to, in milliseconds")
        times = one.offsets["from"] / 1000, one.offsets["to"] / 1000
        pieces.append(SpokenPart(one.text, *times, one.speaker))
    return _pieces(pieces, where, "transcription")


def _hugging_face(content: dict[str, Any], where: str) -> Transcript:
    """Pieces of the pipeline; `speakers` has the same, by speaker."""
    chosen = content.get("speakers") or content.get("chunks") or []
    pieces = [
        SpokenPart(one.text, *one.timestamp, one.speaker)
        for one in to_model(_Chunks, {"chunks": chosen}, where).chunks
    ]
    for n, (before, piece) in enumerate(pairwise(pieces), 1):
        if piece.start is None:
            raise InputError(f"{where} chunks.{n} '{piece.text.strip()[:40]}' has no start")
        if before.start is not None and piece.start < before.start - _BACK:
            what = f"goes back from {before.start:g} s to {piece.start:g} s: its times begin again"
            raise InputError(f"{where} chunks.{n} {what}; transcribe the recording again in one piece")
    if pieces and pieces[0].start is None:
        raise InputError(f"{where} chunks.0 '{pieces[0].text.strip()[:40]}' has no start")
    return _pieces(pieces, where, "chunks")


def _pieces(pieces: Sequence[SpokenPart], where: str, name: str) -> Transcript:
    """Pieces that are words each, or stretches."""
    given = [piece for piece in pieces if piece.text.strip()]
    if len(given) > 1 and all(len(piece.text.split()) == 1 for piece in given):
        words = whole_words(given)
        if words[-1].end is None:
            words[-1] = words[-1]._replace(end=words[-1].start)
        return Transcript(words=words)
    return Transcript(
        stretches=[Stretch(one.text, one.start, one.end, one.speaker) for one in pieces], name=name
    )


def _has_text(content: object) -> bool:
    return (
        isinstance(content, dict) and isinstance(content.get("text"), str) and bool(content["text"].strip())
    )


speech_format("whisper")(
    SpeechFormat(
        suffix=".json",
        tells="times of words",
        parse=parse_json_speech,
        title="Machine transcripts in JSON, of Whisper and others",
        citation=(
            "Radford, A., Kim, J. W., Xu, T., Brockman, G., McLeavey, C., & Sutskever, I. (2023). "
            "Robust speech recognition via large-scale weak supervision. ICML 2023."
        ),
        caution="A machine wrote these words: it can mishear, and write words where nobody speaks.",
        heeds=frozenset({"speakers", "unit"}),
    )
)
