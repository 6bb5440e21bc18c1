"""Words and stretches of speech as JSON files of speech recognisers have them, under many names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from mgllm.errors import InputError
from mgllm.files.json_files import to_model
from mgllm.records import Frozen
from mgllm.speech.base import Unit
from mgllm.speech.spoken import SpokenPart, Stretch

SECONDS: Mapping[Unit, float] = {"s": 1.0, "ms": 0.001}
LONGEST_WORD = 20.0
"""Seconds. Where half of the words last longer, or stretches need as long for a word, times are not
in seconds."""
LATEST = 1e15
"""A time beyond it is none, in whichever unit."""
SHORTEST_WORD = 0.01
"""Seconds. Where half of the words are shorter, times are not in milliseconds."""


def _speaker(value: object) -> object:
    """The name of a speaker; some programs count them."""
    if value is None:
        return ""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
    return str(int(value)) if whole else value  # type: ignore[call-overload]


def _seconds(value: object) -> object:
    """Google writes "1.300s"."""
    return value.removesuffix("s") if isinstance(value, str) else value


Speaker = Annotated[str, BeforeValidator(_speaker)]
Time = Annotated[float, BeforeValidator(_seconds)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


def _called(*names: str, **settings: Any) -> Any:
    return Field(validation_alias=AliasChoices(*names), **settings)


class JsonWord(Frozen, extra="ignore"):
    """A word; one that could not be aligned has no times."""

    text: Text = _called("punctuated_word", "word", "text", default="")
    start: Time | None = _called("start", "startTime", "start_time", default=None)
    end: Time | None = _called("end", "endTime", "end_time", default=None)
    speaker: Speaker = _called("speaker", "speaker_id", "speakerTag", "speaker_label", default="")


class JsonStretch(Frozen, extra="ignore"):
    """A stretch of speech."""

    text: Text = _called("text", "transcript")
    start: Time = _called("start", "start_time")
    end: Time = _called("end", "end_time")
    speaker: Speaker = _called("speaker", "speaker_id", "speaker_label", default="")
    words: tuple[JsonWord, ...] | None = None


class _Stretches(Frozen, extra="ignore"):
    segments: tuple[JsonStretch, ...]


class _Words(Frozen, extra="ignore"):
    words: tuple[JsonWord, ...]


def read_stretches(content: object, where: str, unit: Unit = "s") -> list[Stretch]:
    """Stretches of a list, in seconds.

    Raises:
        InputError: one does not fit; names it as `segments.N`.
    """
    factor = SECONDS[unit]
    return [
        Stretch(
            one.text,
            one.start * factor,
            one.end * factor,
            one.speaker,
            [_part(word, factor) for word in one.words or ()],
        )
        for one in to_model(_Stretches, {"segments": content}, where).segments
    ]


def read_words(content: object, where: str, unit: Unit = "s") -> list[SpokenPart]:
    """Words of a list, in seconds.

    Raises:
        InputError: one does not fit; names it as `words.N`.
    """
    words = to_model(_Words, {"words": content}, where).words
    return [_part(word, SECONDS[unit]) for word in words]


def _part(word: JsonWord, factor: float) -> SpokenPart:
    start, end = (None if time is None else time * factor for time in (word.start, word.end))
    return SpokenPart(word.text, start, end, word.speaker)


def listed(content: object) -> list[dict[str, Any]]:
    """The objects of a list; nothing of anything else."""
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def has_keys(content: object, *names: str) -> bool:
    """Whether something is an object with all these keys."""
    return isinstance(content, dict) and all(name in content for name in names)


def all_whole(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether all times of words or stretches are written as whole numbers."""
    times = [row.get(name) for row in rows for name in ("start", "end") if row.get(name) is not None]
    return bool(times) and all(isinstance(time, int) for time in times)


def fits(words: Sequence[tuple[str, float, float]], unit: Unit) -> bool:
    """Whether people can speak in such times, if they are in a unit.

    Args:
        words: text of words or stretches, and their times as numbers.
        unit: of the times.
    """
    lasts = [SECONDS[unit] * (end - start) / len(text.split()) for text, start, end in words if text.split()]
    usual = median(lasts) if lasts else 0.2
    return usual < LONGEST_WORD if unit == "s" else usual >= SHORTEST_WORD


def timed_rows(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, float, float]]:
    """Text and times of rows that have them as numbers."""
    return [
        (str(text), row["start"], row["end"])
        for row in rows
        if all(
            isinstance(row.get(name), int | float) and abs(row[name]) < LATEST for name in ("start", "end")
        )
        and (text := row.get("text") or row.get("word") or row.get("transcript"))
    ]


def check_unit(rows: Iterable[Mapping[str, Any]], unit: Unit, where: str) -> None:
    """Refuse times that cannot be in a unit.

    Raises:
        InputError: nobody speaks so slowly, or so fast.
    """
    timed = timed_rows(rows)
    if not fits(timed, unit):
        _, start, end = timed[0]
        name = "seconds" if unit == "s" else "milliseconds"
        what = f"has times such as {start:g} to {end:g}, which cannot be {name} of speech"
        raise InputError(f"{where} {what}; give --unit s or --unit ms if you know the unit")


def asked_unit(where: str) -> InputError:
    """The question in which unit times are."""
    return InputError(
        f"{where} does not say whether its times are seconds or milliseconds; give --unit s or --unit ms"
    )
