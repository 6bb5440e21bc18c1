"""The cue style `by_turn`: each gesture behind the turn of speech that it overlaps most, or "while silent".

A turn is told by its number, not by its words: the arm `mg` tells no speech, and words of the speech could be
labels. The transcript in the prompt has its turns in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mgllm.cues.base import CueLine, Style, Told, noted, style, sure
from mgllm.cues.block import told_gestures
from mgllm.errors import InputError
from mgllm.records import CueSettings, CueSource, Gesture, Item, Turn

SILENT = "while silent: "
NOTE = "Turns are counted in the order of speech."
"""How to read the lines, for the cue block's definition."""


@style("by_turn")
class ByTurn(Style):
    """Each gesture behind its turn; where times are missing, its name alone."""

    def lines(self, told: Told) -> list[CueLine]:
        """A line for each gesture."""
        turns = told.occasion.turns
        return [
            CueLine(when=_place(one, turns), what=one.label, sure=sure(one, told.settings))
            for one in told.gestures
        ]

    def note(self, told: Told, lines: Sequence[CueLine]) -> str:
        """How turns are counted, where a line tells one."""
        return NOTE if names_turns(lines) else ""

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """Turns and gestures need times."""
        unknown = [item.id for item in items if not places_known(item.speech)]
        if len(unknown) == len(items):
            raise InputError(
                "cue style by_turn needs turns with start and end, which no item has; join speech that has "
                "times (mgllm items join --speech), or tell gestures as a timeline"
            )
        told = [gesture for item in items for gesture in told_gestures(item.gestures[source], settings)]
        if told and all(gesture.start is None for gesture in told):
            raise InputError(f"cue style by_turn needs gestures with times; no {source} gesture has any")
        what = "have turns without times, so their gestures are told without a turn"
        return noted(unknown, len(items), what)


def names_turns(lines: Sequence[CueLine]) -> bool:
    """Whether a line tells a turn."""
    return any(line.when not in ("", SILENT) for line in lines)


def places_known(turns: Sequence[Turn]) -> bool:
    """Whether it is known of every moment which turn is spoken then, if any."""
    return bool(turns) and all(turn.start is not None and turn.end is not None for turn in turns)


def turn_of(gesture: Gesture, turns: Sequence[Turn]) -> int | None:
    """Index of the turn that a gesture overlaps most, the earliest among equals; None is in silence.

    A gesture without an end, or of no length, belongs to the turn that is spoken at its start. Gesture and
    turns must have times.
    """
    overlaps = {nth: _overlap(gesture, turn) for nth, turn in enumerate(turns)}
    met = {nth: seconds for nth, seconds in overlaps.items() if seconds is not None}
    return max(met, key=lambda nth: met[nth], default=None)


def _overlap(gesture: Gesture, turn: Turn) -> float | None:
    """Seconds that a gesture and a turn share, 0 for a moment inside it; None where they do not meet."""
    assert gesture.start is not None
    assert turn.start is not None
    assert turn.end is not None
    end = gesture.end if gesture.end is not None else gesture.start
    shared = round(min(end, turn.end) - max(gesture.start, turn.start), 6)  # else rounding decides ties
    is_moment = end == gesture.start
    return shared if shared > 0 or (is_moment and shared == 0) else None


def _place(gesture: Gesture, turns: Sequence[Turn]) -> str:
    if gesture.start is None or not places_known(turns):
        return ""
    turn = turn_of(gesture, turns)
    return SILENT if turn is None else f"turn {turn + 1}: "
