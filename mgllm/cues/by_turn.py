"""The cue style `by_turn`: each gesture with the turn of speech that it overlaps most, or "while
silent".

A turn is named by its number, not by its words: the arm `mg` shows no speech, and words of the
speech could be labels. The speech in the prompt has its turns in the same order.
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

NOTE = "Turns are counted in the order of speech."
"""How to read the lines, for the cue block's definition."""


@style("by_turn")
class ByTurn(PlacedStyle):
    """Each gesture after its turn's number; only its name if times are missing."""

    counting = NOTE

    def place(self, gesture: Gesture, turns: Sequence[Turn]) -> str:
        if gesture.start is None or not places_known(turns):
            return ""
        turn = turn_of(gesture, turns)
        return SILENT if turn is None else f"turn {turn + 1}: "

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """The style needs the times of turns and gestures."""
        unknown = [item.id for item in items if not places_known(item.speech)]
        if len(unknown) == len(items):
            raise InputError(
                "cue style by_turn needs turns of speech with start and end, but no item has them; join "
                "speech with times (mgllm items join --speech), or use the cue style timeline"
            )
        refuse_untimed(items, source, settings)
        what = "have turns without times, so their gestures are shown without a turn"
        return noted(unknown, len(items), what)


def turn_of(gesture: Gesture, turns: Sequence[Turn]) -> int | None:
    """Index of the turn that a gesture overlaps most, the earliest if several do; None is silence.

    A gesture without an end, or of no length, belongs to the turn that is spoken at its start.
    Gesture and turns must have times.
    """
    overlaps = {nth: _overlap(gesture, turn) for nth, turn in enumerate(turns)}
    met = {nth: seconds for nth, seconds in overlaps.items() if seconds is not None}
    return max(met, key=lambda nth: met[nth], default=None)


def _overlap(gesture: Gesture, turn: Turn) -> float | None:
    """Seconds that a gesture and a turn share, 0 for a moment inside it; None if they do not
    meet."""
    assert gesture.start is not None
    assert turn.start is not None
    assert turn.end is not None
    end = gesture.end if gesture.end is not None else gesture.start
    shared = round(min(end, turn.end) - max(gesture.start, turn.start), 6)  # else rounding decides ties
    is_moment = end == gesture.start
    return shared if shared > 0 or (is_moment and shared == 0) else None
