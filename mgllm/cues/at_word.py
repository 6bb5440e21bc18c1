"""The cue style `at_word`: each gesture at the word during which it begins, or "while silent".

A word is named by the number of its turn and its number there, not by itself: the arm `mg` shows
no speech, and words of the speech could be labels. Words are counted as the prompt writes them,
between spaces.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mgllm.cues.base import (
    SILENT,
    PlacedStyle,
    noted,
    places_known,
    style,
)
from mgllm.cues.block import refuse_untimed
from mgllm.errors import InputError
from mgllm.records import CueSettings, CueSource, Gesture, Item, Turn

NOTE = "Turns are counted in the order of speech, and words in each turn."
"""How to read the lines, for the cue block's definition."""


@style("at_word")
class AtWord(PlacedStyle):
    """Each gesture after the numbers of turn and word; only its name if times are missing."""

    counting = NOTE

    def place(self, gesture: Gesture, turns: Sequence[Turn]) -> str:
        """Turn and word at the gesture's start. If several people speak, the turn with a word at
        this moment comes first, then the earlier turn."""
        if gesture.start is None or not words_known(turns):
            return ""
        here = [
            (f"turn {number}", word_of(gesture.start, turn))
            for number, turn in enumerate(turns, 1)
            if _is_spoken(turn, gesture.start)
        ]
        if not here:
            return SILENT
        turn, word = min(here, key=lambda place: not place[1].startswith("word"))
        return f"{turn}, {word}: " if word else f"{turn}: "

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """The style needs the times of words and gestures."""
        unknown = [item.id for item in items if not words_known(item.speech)]
        if len(unknown) == len(items):
            raise InputError(
                "cue style at_word needs the times of words, but no item has them; join speech that has them "
                "(mgllm items join --speech, with Whisper's JSON or a TextGrid of words), or use the cue "
                "style by_turn or timeline"
            )
        refuse_untimed(items, source, settings)
        parted = [item.id for item in items if item.id not in unknown and not _complete(item.speech)]
        what = "have no times of words, so their gestures are shown without a word"
        some = "have turns without times of words, so gestures there are shown with the turn alone"
        return noted(unknown, len(items), what) + noted(parted, len(items), some)


def words_known(turns: Sequence[Turn]) -> bool:
    """Whether all turns have times, and at least one of them times of its words."""
    return places_known(turns) and any(_timed(turn) for turn in turns)


def word_of(start: float, turn: Turn) -> str:
    """Where a moment is in a turn: at a word, before one, or after the last; "" without word
    times.

    A word without a time is passed over, so "before word 4" is also said of a moment before or
    during a third word whose time is unknown.
    """
    timed = _timed(turn)
    for number, begin, end in timed:
        if start < begin:
            return f"before word {number}"
        if start < end:
            return f"word {number}"
    return f"after word {timed[-1][0]}" if timed else ""


def _complete(turns: Sequence[Turn]) -> bool:
    return all(_timed(turn) for turn in turns)


def _timed(turn: Turn) -> list[tuple[int, float, float]]:
    """Number, start and end of each word with times, in the order of time."""
    timed = [
        (number, word.start, word.end)
        for number, word in enumerate(turn.words, 1)
        if word.start is not None and word.end is not None
    ]
    return sorted(timed, key=lambda one: one[1:])


def _is_spoken(turn: Turn, moment: float) -> bool:
    assert turn.start is not None
    assert turn.end is not None
    return turn.start <= moment < turn.end
