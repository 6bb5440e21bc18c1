"""Turns: from one stretch of speech, and from words that have a time each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mgllm.errors import InputError
from mgllm.records import Frozen, Turn
from mgllm.speech.word_times import with_word_times

NOBODY = "Speaker"
"""The speaker's name if the file does not say it."""
PAUSE = 1.0
"""Seconds of silence after which a new turn begins: our choice."""
TOLERANCE = 1e-6
"""Seconds by which an end may be before its start: rounding of other programs."""


class Word(Frozen):
    """A word and when it is said."""

    text: str
    """The word."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    speaker: str = NOBODY
    """Who says it."""


def make_turn(where: str, speaker: str, text: str, start: float | None, end: float | None) -> Turn | None:
    """A turn with single spaces between words; None if nothing is said.

    Raises:
        InputError: the times are impossible; `where` is file and place.
    """
    if start is not None and not 0 <= start <= (end if end is not None else start) + TOLERANCE:
        until = "an unknown time" if end is None else f"{end:g} s"
        raise InputError(f"{where} has impossible times: it is spoken from {start:g} s to {until}")
    if start is not None and end is not None:
        end = max(start, end)
    words = " ".join(text.split())
    name = " ".join(speaker.split()) or NOBODY
    return Turn(speaker=name, text=words, start=start, end=end) if words else None


def join_words(words: Iterable[Word]) -> list[Turn]:
    """Turns of words in their order; a new one begins with a new speaker or after a pause of 1
    s."""
    groups: list[list[Word]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        if last is not None and word.speaker == last.speaker and word.start - last.end < PAUSE:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [with_word_times(_turn(group), group) for group in groups]


def _turn(group: Sequence[Word]) -> Turn:
    return Turn(
        speaker=group[0].speaker,
        text=" ".join(word.text for word in group),
        start=group[0].start,
        end=max(word.end for word in group),
    )


def in_order(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns by their start; turns that begin together keep their order."""
    return tuple(sorted(turns, key=lambda turn: turn.start or 0.0))
