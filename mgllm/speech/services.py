"""Transcripts in JSON as services and other recognisers write them, each known by its own marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mgllm.errors import InputError
from mgllm.speech.json_words import has_keys, listed, read_stretches, read_words
from mgllm.speech.spoken import SpokenPart, Stretch

_TICKS = 10_000_000
"""Azure counts tenths of a microsecond."""


class Transcript(NamedTuple):
    """What a file says, before it is parted into turns."""

    stretches: Sequence[Stretch] = ()
    words: Sequence[SpokenPart] = ()
    """Words that are in no stretch."""
    name: str = "segments"
    """What stretches are called in the file, for errors."""
    notes: Mapping[str, tuple[str, ...]] = {}


def read_service(content: object, where: str) -> Transcript | None:
    """The transcript, if one of these programs wrote the file.

    Raises:
        InputError: its marks are there, but not its words or times.
    """
    for is_its, read in _SERVICES:
        if is_its(content):
            try:
                return read(content, where)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
                what = f"looks like the JSON of {(read.__doc__ or '').split(':')[0]}"
                raise InputError(f"{where} {what}, but it is not complete ({error!r:.80})") from None
    return None


def _deepgram(content: Any, where: str) -> Transcript:
    """Deepgram: seconds."""
    results = content["results"]
    channels = listed(results["channels"])
    rows = listed(results.get("utterances"))
    if rows:
        several = len({row.get("channel", 0) for row in rows}) > 1
        named = [_with_channel(row) if several and "speaker" not in row else row for row in rows]
        return Transcript(read_stretches(named, where), name="utterances")
    words = [
        {"speaker": f"Channel {n}", **word} if len(channels) > 1 else word
        for n, channel in enumerate(channels)
        for word in listed(channel["alternatives"][0].get("words"))
    ]
    if not words and any(channel["alternatives"][0].get("transcript") for channel in channels):
        raise InputError(f"{where} has a transcript but no words with times")
    return Transcript(words=read_words(words, where))


def _with_channel(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "speaker": f"Channel {row.get('channel', 0)}"}


def _amazon(content: Any, where: str) -> Transcript:
    """Amazon Transcribe: seconds; signs have no times and belong to the word before."""
    items = [
        {
            "text": item["alternatives"][0]["content"],
            "start": item.get("start_time"),
            "end": item.get("end_time"),
            "speaker": item.get("speaker_label"),
            "is_sign": item.get("type") == "punctuation",
        }
        for item in content["results"]["items"]
    ]
    return Transcript(words=read_words(_with_signs(items), where))


def _speechmatics(content: Any, where: str) -> Transcript:
    """Speechmatics: seconds; signs belong to the word before."""
    items = [
        {
            "text": item["alternatives"][0]["content"],
            "start": item["start_time"],
            "end": item["end_time"],
            "speaker": item["alternatives"][0].get("speaker"),
            "is_sign": item.get("type") == "punctuation",
        }
        for item in content["results"]
    ]
    return Transcript(words=read_words(_with_signs(items), where))


def _rev(content: Any, where: str) -> Transcript:
    """Rev: seconds; signs and spaces stand between words."""
    words: list[dict[str, Any]] = []
    for monologue in content["monologues"]:
        items = [
            {
                "text": one["value"],
                "start": one.get("ts"),
                "end": one.get("end_ts"),
                "speaker": monologue.get("speaker"),
                "is_sign": one["type"] != "text",
            }
            for one in monologue["elements"]
        ]
        words += _with_signs(items)
    return Transcript(words=read_words(words, where))


def _with_signs(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Words, each with the signs behind it."""
    words: list[dict[str, Any]] = []
    for item in items:
        if not item["is_sign"]:
            words.append(dict(item))
        elif words:
            words[-1]["text"] += item["text"].strip()
    return words


def _google(content: Any, where: str) -> Transcript:
    """Google Speech-to-Text: seconds. With speakers, the last result repeats all words."""
    best = [result["alternatives"][0] for result in content["results"] if result.get("alternatives")]
    words = [listed(one.get("words")) for one in best]
    if any(one.get("transcript") and not rows for one, rows in zip(best, words, strict=True)):
        raise InputError(f"{where} has a transcript but no words with times; ask for word time offsets")
    tagged = [rows for rows in words if any(row.get("speakerTag") for row in rows)]
    if len(words) > 1 and len(tagged) == 1 and tagged[0] is words[-1]:
        words = tagged
    rows = [{"start": 0, **{k: v for k, v in row.items() if k != "start"}} for one in words for row in one]
    timed = [{**row, "start": row.get("startTime", row.get("startOffset", "0s"))} for row in rows]
    return Transcript(words=read_words([_google_end(row) for row in timed], where))


def _google_end(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "end": row.get("endTime", row.get("endOffset")), "speaker": row.get("speakerTag")}


def _azure_batch(content: Any, where: str) -> Transcript:
    """Azure, batch: ticks."""
    rows = [
        {
            "text": phrase["nBest"][0]["display"],
            "start": phrase["offsetInTicks"] / _TICKS,
            "end": (phrase["offsetInTicks"] + phrase["durationInTicks"]) / _TICKS,
            "speaker": phrase.get("speaker"),
        }
        for phrase in content["recognizedPhrases"]
    ]
    return Transcript(read_stretches(rows, where), name="recognizedPhrases")


def _azure_fast(content: Any, where: str) -> Transcript:
    """Azure, fast: milliseconds."""
    rows = [
        {
            "text": phrase["text"],
            "start": phrase["offsetMilliseconds"],
            "end": phrase["offsetMilliseconds"] + phrase["durationMilliseconds"],
            "speaker": phrase.get("speaker"),
        }
        for phrase in content["phrases"]
    ]
    return Transcript(read_stretches(rows, where, "ms"), name="phrases")


def _vosk(content: Any, where: str) -> Transcript:
    """Vosk: seconds; one result, or a list of them."""
    results = content if isinstance(content, list) else [content]
    return Transcript(words=read_words([word for one in results for word in one.get("result", [])], where))


def _gladia(content: Any, where: str) -> Transcript:
    """Gladia: seconds."""
    result = content.get("result", content)
    return Transcript(read_stretches(result["transcription"]["utterances"], where), name="utterances")


def _youtube(content: Any, where: str) -> Transcript:
    """YouTube's json3: milliseconds; events without words break lines."""
    words = []
    for event in listed(content["events"]):
        begin = event.get("tStartMs", 0)
        pieces = [piece for piece in listed(event.get("segs")) if piece.get("utf8", "").strip()]
        starts = [begin + piece.get("tOffsetMs", 0) for piece in pieces]
        ends = [*starts[1:], begin + event.get("dDurationMs", 0)] if pieces else []
        words.append(
            {
                "text": "".join(piece["utf8"] for piece in pieces),
                "start": begin,
                "end": max(ends, default=begin),
                "words": [
                    {"text": piece["utf8"], "start": start, "end": max(start, end)}
                    for piece, start, end in zip(pieces, starts, ends, strict=True)
                ],
            }
        )
    return Transcript(read_stretches([one for one in words if one["text"]], where, "ms"), name="events")


def _results(content: object) -> list[dict[str, Any]]:
    return listed(content.get("results")) if isinstance(content, dict) else []


def _is_vosk(content: object) -> bool:
    if isinstance(content, list):
        return bool(content) and all(has_keys(one, "text") for one in content) and any(map(_is_vosk, content))
    words = listed(content.get("result")) if isinstance(content, dict) else []
    return bool(words) and has_keys(words[0], "word", "start", "end")


def _has(*path: str) -> Callable[[object], bool]:
    """Whether a file has something under these names, one inside of the other."""

    def has(content: object) -> bool:
        for name in path:
            if not isinstance(content, dict) or name not in content:
                return False
            content = content[name]
        return True

    return has


_SERVICES: Sequence[tuple[Callable[[object], bool], Callable[[Any, str], Transcript]]] = (
    (_has("results", "channels"), _deepgram),
    (_has("results", "items"), _amazon),
    (lambda one: any(has_keys(row, "start_time", "alternatives") for row in _results(one)), _speechmatics),
    (lambda one: any("alternatives" in row for row in _results(one)), _google),
    (_has("monologues"), _rev),
    (_has("recognizedPhrases"), _azure_batch),
    (lambda one: has_keys(one, "phrases", "durationMilliseconds"), _azure_fast),
    (_is_vosk, _vosk),
    (_has("transcription", "utterances"), _gladia),
    (_has("result", "transcription", "utterances"), _gladia),
    (lambda one: has_keys(one, "events", "wireMagic"), _youtube),
)
"""What only files of a program have, and how they are read."""
