"""A line of a cue block, what it may use, and the two simple styles: `timeline` and `plain`.

A line says what, when and how often, never who or whose: no id, no speaker, no word of the speech. So the arm
`mg`, which tells no speech, can have the same lines as `text+mg`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic import Field

from mgllm.records import CueSettings, CueSource, Frozen, Gesture, Turn


class CueLine(Frozen):
    """One line of a cue block. A template writes it whole: `{{ line }}`."""

    when: str = ""
    """What stands before the name: "0:03.2–0:05.1 ", "turn 2: ", or nothing. Filler keeps it."""
    what: str
    """The gesture's name, or, in the filler arm, a phrase about the recording."""
    sure: str = ""
    """What stands behind it: " (0.82)", ": 2 times, 1.5 a minute", or nothing. Filler keeps its form."""

    def __str__(self) -> str:
        return f"{self.when}{self.what}{self.sure}"


class Rates(Frozen):
    """How often a person moves in recordings other than the one told."""

    word: str
    """How it is told: "usually" or "at rest"."""
    meaning: str
    """What the word means, as a sentence."""
    per_minute: Mapping[str, float]
    """Gestures a minute by label; a label that was never seen is left out."""


class Occasion(Frozen):
    """What a style may use of an item beside its gestures; the same in all arms of the item."""

    turns: tuple[Turn, ...] = ()
    """The speech, of which places alone are told."""
    duration: float | None = None
    """Length of the recording in seconds, where a transcript says it."""
    usual: Mapping[CueSource, Rates] = Field(default_factory=dict)
    """The same person's rates in other recordings, by source of the gestures."""


class Told(Frozen):
    """The gestures of one transcript on their way into lines."""

    gestures: tuple[Gesture, ...]
    """Those that are told, in order of time."""
    source: CueSource
    """Where they come from."""
    settings: CueSettings
    """How they are told."""
    occasion: Occasion
    """What they are told of."""

    @property
    def usual(self) -> Rates | None:
        """What rates are set beside."""
        return self.occasion.usual.get(self.source)


CueLines = Callable[[Told], Sequence[CueLine]]
"""A style: makes the lines."""


def plain_lines(told: Told) -> list[CueLine]:
    """The names alone."""
    return [CueLine(what=one.label, sure=sure(one, told.settings)) for one in told.gestures]


def timeline_lines(told: Told) -> list[CueLine]:
    """Each gesture behind its time, where it has one."""
    return [CueLine(when=_time(one), what=one.label, sure=sure(one, told.settings)) for one in told.gestures]


def sure(gesture: Gesture, settings: CueSettings) -> str:
    """A gesture's confidence, where it has one and it is told."""
    told = settings.confidences and gesture.confidence is not None
    return f" ({gesture.confidence:.2f})" if told else ""


def clock(seconds: float) -> str:
    """Minutes and seconds to a tenth.

    >>> clock(63.25)
    '1:03.2'
    """
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def _time(gesture: Gesture) -> str:
    if gesture.start is None:
        return ""
    end = f"–{clock(gesture.end)}" if gesture.end is not None else ""
    return f"{clock(gesture.start)}{end} "
