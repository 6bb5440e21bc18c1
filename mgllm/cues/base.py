"""A line of a cue block, what it may use, the contract of a cue style, and the shelf of styles.

A line says what, when and how often, never who or whose: no id, no speaker, no word of the speech. So the arm
`mg`, which tells no speech, can have the same lines as `text+mg`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic import Field

from mgllm.errors import one_line, some
from mgllm.records import CueSettings, CueSource, Frozen, Gesture, Item, Turn
from mgllm.registry import Shelf


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
    """Length of the recording in seconds, where a transcript says it: times are told of it."""
    seen_for: float | None = None
    """Seconds in which the gestures were seen: rates go by it. The length of the donor's recording, where
    they are a donor's; 0 where that is unknown, None where it is `duration`."""
    usual: Mapping[CueSource, Rates] = Field(default_factory=dict)
    """The person's rates in other recordings, by source of the gestures: those of who was seen to move."""


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

    @property
    def seconds(self) -> float | None:
        """How long the gestures were watched for; None or 0 where that is unknown."""
        return self.occasion.duration if self.occasion.seen_for is None else self.occasion.seen_for


class Style(ABC):
    """How gestures become the lines of a cue block. What differs from the simplest style is overridden."""

    counts = False
    """Lines tell kinds of gesture and how often each was seen, not one gesture each: `top_k` keeps whole
    kinds, and the order of the gestures is not told."""

    @abstractmethod
    def lines(self, told: Told) -> Sequence[CueLine]:
        """The lines."""

    def note(self, told: Told, lines: Sequence[CueLine]) -> str:
        """How to read the lines, for the cue block's definition; nothing where they say it themselves."""
        return ""

    def rates(
        self, items: Sequence[Item], sources: Iterable[CueSource], settings: CueSettings
    ) -> Mapping[str, Mapping[CueSource, Rates]]:
        """By item id and source, what the person's rates are set beside; taken over the whole item set."""
        return {}

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """Notes on items that the style cannot do justice to, before any call.

        Args:
            items: the whole set, all with gestures of `source`.
            source: of the gestures told.
            settings: how they are told.
            rated: ids of the items whose person has rates in other recordings.

        Raises:
            InputError: the style would tell no item other than as `plain` does.
        """
        return []

    def filler(self, lines: Sequence[CueLine], seed: int, item: str) -> Sequence[CueLine]:
        """The lines without what `when` and `sure` say of the person, in the same form."""
        return lines


styles: Shelf[type[Style]] = Shelf("style", "mgllm.cues")
"""`@style("NAME")` puts a class here; its file stands beside this one."""

style = styles.register


def noted(names: Sequence[str], of: int, what: str) -> list[str]:
    """A note on items, or none: how many there are, and the first of them."""
    return [one_line(f"{len(names)} of {of} items {what}: {some(names)}")] if names else []


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
