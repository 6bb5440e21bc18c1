"""A line of a cue block, what a style may use, the contract of a cue style, and the shelf of
styles.

A line says what, when and how often. It never says who: no id, no speaker, no word of the speech.
So the arm `mg`, which shows no speech, can have the same lines as `text+mg`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic import Field

from mgllm.cues.vocabularies import UNSURE
from mgllm.errors import one_line, some
from mgllm.records import CueSettings, CueSource, Frozen, Gesture, Item, Turn
from mgllm.registry import Shelf

SILENT = "while silent: "
"""Before a gesture during which nobody speaks."""


class CueLine(Frozen):
    """One line of a cue block. A template writes all of it: `{{ line }}`."""

    when: str = ""
    """What comes before the name: "0:03.2–0:05.1 ", "turn 2: ", or nothing. Filler keeps it."""
    what: str
    """The gesture's name, or, in the filler arm, a phrase about the recording."""
    sure: str = ""
    """What comes after it: " (0.82)", ": 2 times, 1.5 a minute", or nothing. Filler keeps its
    form."""

    def __str__(self) -> str:
        return f"{self.when}{self.what}{self.sure}"


class Rates(Frozen):
    """How often a person moves in other recordings than the one shown."""

    word: str
    """The word before the rate: "usually" or "at rest"."""
    meaning: str
    """What the word means, as a sentence."""
    per_minute: Mapping[str, float]
    """Gestures a minute by label; a label that was never seen is left out."""


class Occasion(Frozen):
    """What a style may use of an item besides its gestures; the same in all arms of the item."""

    turns: tuple[Turn, ...] = ()
    """The speech. Lines may name the number of a turn, never its words."""
    duration: float | None = None
    """Length of the item's recording in seconds; None where no transcript says it."""
    seen_for: float | None = None
    """Seconds in which the gestures were seen; rates divide by it. For a donor's gestures it is the
    length of the donor's recording; 0 if that is unknown, None if it equals `duration`."""
    usual: Mapping[CueSource, Rates] = Field(default_factory=dict)
    """Rates in other recordings of the person who made the gestures, by source of the gestures."""


class ShownGestures(Frozen):
    """The gestures of one transcript that a cue style turns into lines."""

    gestures: tuple[Gesture, ...]
    """Those that are shown, in order of time."""
    source: CueSource
    """Where they come from."""
    settings: CueSettings
    """How they are shown."""
    occasion: Occasion
    """The recording and the speech that they belong to."""
    unsure: str = UNSURE
    """What follows a group's name, in brackets."""
    glosses: Mapping[str, str] = Field(default_factory=dict)
    """The vocabulary's description of each gesture, one line, by label."""

    def name(self, gesture: Gesture) -> str:
        """What a line calls a gesture: its label, of a group with the vocabulary's mark."""
        return f"{gesture.label} ({self.unsure})" if gesture.level == "group" else gesture.label

    @property
    def usual(self) -> Rates | None:
        """Rates in other recordings, to compare with; None if there are none."""
        return self.occasion.usual.get(self.source)

    @property
    def seconds(self) -> float | None:
        """How long the person was watched; None or 0 if that is unknown."""
        return self.occasion.duration if self.occasion.seen_for is None else self.occasion.seen_for


Told = ShownGestures
"""The old name, for extensions that import it."""


class Style(ABC):
    """How gestures become the lines of a cue block. A style overrides what it does differently."""

    counts = False
    """True if a line shows a kind of gesture and how often it was seen, not a single gesture. Then
    `top_k` counts kinds, and the order of the gestures is not shown."""

    @abstractmethod
    def lines(self, shown: ShownGestures) -> Sequence[CueLine]: ...

    def note(self, shown: ShownGestures, lines: Sequence[CueLine]) -> str:
        """How to read the lines, added to the cue block's definition; empty if the lines are
        clear."""
        return ""

    def rates(
        self, items: Sequence[Item], sources: Iterable[CueSource], settings: CueSettings
    ) -> Mapping[str, Mapping[CueSource, Rates]]:
        """By item id and source, the person's rates in other recordings, from the complete item
        set."""
        return {}

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """Notes on items that lack what the style needs; worked out before any call.

        Args:
            items: the complete set, all with gestures of `source`.
            source: of the gestures shown.
            settings: how they are shown.
            rated: ids of the items whose person has rates in other recordings.

        Raises:
            InputError: no item has what the style needs: all would look as in the style `plain`.
        """
        return []

    def filler(self, lines: Sequence[CueLine], seed: int, item: str) -> Sequence[CueLine]:
        """Lines of the same form whose `when` and `sure` say nothing about the person."""
        return lines


class PlacedStyle(Style):
    """Each gesture after its place in the speech; only its name where the place is not known."""

    counting: str
    """How places are counted, said if a line names one."""

    @abstractmethod
    def place(self, gesture: Gesture, turns: Sequence[Turn]) -> str:
        """What comes before the gesture's name; "" if times are missing."""

    def lines(self, shown: ShownGestures) -> list[CueLine]:
        turns = shown.occasion.turns
        return [
            CueLine(when=self.place(one, turns), what=shown.name(one), sure=sure(one, shown.settings))
            for one in shown.gestures
        ]

    def note(self, shown: ShownGestures, lines: Sequence[CueLine]) -> str:
        """How places are counted, if a line names one."""
        return self.counting if names_turns(lines) else ""


styles: Shelf[type[Style]] = Shelf("style", "mgllm.cues")
"""`@style("NAME")` registers a class here; its file is in the same folder as this one."""

style = styles.register


def noted(names: Sequence[str], of: int, what: str) -> list[str]:
    """A note with the number of items and the first of their names; no note if there are none."""
    return [one_line(f"{len(names)} of {of} items {what}: {some(names)}")] if names else []


def sure(gesture: Gesture, settings: CueSettings) -> str:
    """A gesture's confidence, if it has one and the settings show it."""
    shown = settings.confidences and gesture.confidence is not None
    return f" ({gesture.confidence:.2f})" if shown else ""


def clock(seconds: float) -> str:
    """Minutes and seconds to a tenth.

    >>> clock(63.25)
    '1:03.2'
    """
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def time_of(gesture: Gesture) -> str:
    """A gesture's time before its name: "0:03.2–0:05.1 "; empty if it has none."""
    if gesture.start is None:
        return ""
    end = f"–{clock(gesture.end)}" if gesture.end is not None else ""
    return f"{clock(gesture.start)}{end} "


def names_turns(lines: Sequence[CueLine]) -> bool:
    """Whether a line names a turn."""
    return any(line.when not in ("", SILENT) for line in lines)


def places_known(turns: Sequence[Turn]) -> bool:
    """Whether all turns have times, so that it is known who speaks at any moment, if anyone."""
    return bool(turns) and all(turn.start is not None and turn.end is not None for turn in turns)
