"""Turns from what speech recognisers say: stretches of speech and their words, with times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.word_times import with_word_times
from mgllm.speech.words import NOBODY, Word, join_words, make_turn


class SpokenPart(NamedTuple):
    """A word; one that could not be aligned has no times."""

    text: str
    """The word, often with a space before it."""
    start: float | None = None
    """Seconds."""
    end: float | None = None
    """Seconds."""
    speaker: str = ""
    """Who says it, if speakers were distinguished."""


class Stretch(NamedTuple):
    """What is said from one time to another."""

    text: str
    start: float | None
    """Seconds."""
    end: float | None
    """Seconds; None if the program did not know it."""
    speaker: str = ""
    """Who speaks, if speakers were distinguished."""
    words: Sequence[SpokenPart] = ()
    """Its words, if they have times."""


def stretch_turns(stretch: Stretch, where: str) -> list[Turn]:
    """The turns of a stretch: one, or more where its words are of several speakers.

    The first and the last word say when it begins and ends, inside of the stretch; where they have
    no times, the stretch says it.

    Raises:
        InputError: the times are impossible; `where` is file and place.
    """
    words = [word for word in stretch.words if word.text.strip()]
    begin, end = stretch.start, stretch.end
    groups = list(_by_speaker(words, stretch.speaker))
    texts = _texts(stretch.text, [group for _, group in groups])
    turns = []
    for n, ((speaker, group), text) in enumerate(zip(groups, texts, strict=True)):
        start = _inside(group[0].start, begin, stretch.end) if group else None
        until = _inside(group[-1].end, begin, stretch.end) if group else None
        if start is None:
            start = begin
        if until is None:
            until = _next_start(groups[n + 1 :], stretch)
        if until is not None and start is not None and until < start and group:
            start, until = stretch.start, stretch.end
        turns.append(_timed_turn(where, Stretch(text, start, until, speaker, group)))
        begin = until
    make_turn(where, NOBODY, stretch.text, stretch.start, end)  # impossible times are an error
    return [turn for turn in turns if turn is not None]


def word_turns(words: Sequence[SpokenPart], where: str) -> list[Turn]:
    """Turns of words that are all there is: a new one begins with a new speaker or after a pause.

    Raises:
        InputError: a word has no times, or impossible ones.
    """
    timed = []
    for n, word in enumerate(words):
        if not word.text.strip():
            continue
        if word.start is None or word.end is None:
            raise InputError(f"{where} words.{n} '{word.text.strip()[:40]}' has no start and end")
        turn = make_turn(f"{where} words.{n}", word.speaker, word.text, word.start, word.end)
        if turn is not None:
            timed.append(Word(text=turn.text, start=word.start, end=word.end, speaker=turn.speaker))
    return join_words(timed)


def whole_words(parts: Iterable[SpokenPart]) -> list[SpokenPart]:
    """Words of parts as models write them, where a space before a part begins a new word."""
    given = [part for part in parts if part.text.strip()]
    if not any(part.text[0].isspace() for part in given):
        return given
    words: list[SpokenPart] = []
    for part in given:
        if words and not part.text[0].isspace():
            before = words[-1]
            end = part.end if part.end is not None else before.end
            words[-1] = before._replace(text=before.text + part.text, end=end)
        else:
            words.append(part)
    return words


def _by_speaker(words: Sequence[SpokenPart], speaker: str) -> Iterator[tuple[str, Sequence[SpokenPart]]]:
    """Runs of words of one speaker. A word of which it is not said goes with the one before."""
    named = [word.speaker for word in words if word.speaker]
    if not named:
        yield speaker, words
        return
    current, run = named[0], list[SpokenPart]()
    for word in words:
        if word.speaker and word.speaker != current:
            yield current, run
            current, run = word.speaker, []
        run.append(word)
    yield current, run


def _texts(text: str, groups: Sequence[Sequence[SpokenPart]]) -> list[str]:
    """The part of a text that each group of words is, with the text's own spaces and signs."""
    cuts, at = [0], 0
    for n, group in enumerate(groups):
        for k, word in enumerate(group):
            found = text.find(word.text.strip(), at)
            if found < 0:
                return _joined(groups) if len(groups) > 1 else [text]
            if n and not k:
                cuts.append(found)
            at = found + len(word.text.strip())
    return [text[a:b] for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _joined(groups: Sequence[Sequence[SpokenPart]]) -> list[str]:
    spaced = any(word.text[:1].isspace() for group in groups for word in group)
    return [("" if spaced else " ").join(word.text for word in group) for group in groups]


def _inside(time: float | None, start: float | None, end: float | None) -> float | None:
    """A word's time, but none outside of its stretch."""
    if time is None:
        return None
    low = time if start is None else max(time, start)
    return low if end is None else min(low, end)


def _next_start(groups: Sequence[tuple[str, Sequence[SpokenPart]]], stretch: Stretch) -> float | None:
    """When the next group begins that has a time, else when the stretch ends."""
    starts = (word.start for _, group in groups for word in group if word.start is not None)
    return _inside(next(starts, stretch.end), stretch.start, stretch.end)


def _timed_turn(where: str, stretch: Stretch) -> Turn | None:
    turn = make_turn(where, stretch.speaker, stretch.text, stretch.start, stretch.end)
    return turn and with_word_times(turn, stretch.words)
