"""What each gesture does to an answer: left out of all cues, and shown alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mgllm.records.effect import Effect
from mgllm.records.frozen import Frozen
from mgllm.records.gesture import GestureLevel
from mgllm.records.row_name import RowName

Way = Literal["left_out", "added"]
"""`left_out`: text+mg − text+mg without the gesture; `added`: the gesture alone − an empty cue
block."""

WITHOUT, ONLY = "text+without@", "text+only@"
"""Beginnings of the names of an attribution's arms; the gesture's name follows."""
NOTHING = "text+nothing"
"""The arm with an empty cue block: heading, definition, and that nothing was observed."""
POOL = "*"
"""The name for all rare gestures together."""


def is_attributed(arm: str) -> bool:
    """Whether an arm is one of an attribution: asked of the items that show the gesture, not of
    all."""
    return arm.startswith((WITHOUT, ONLY)) or arm == NOTHING


class AttributedGesture(Frozen):
    """A kind of gesture that is left out and shown alone, all rare kinds together, or the empty
    block."""

    name: str
    """The kind of gesture, `*` for all rare ones, an empty word for the empty block."""
    members: tuple[str, ...]
    """The kinds of gesture behind the name: one, the rare ones, or none."""
    items: int
    """Items asked that have it; for the empty block those that have any."""
    subjects: int
    """Subjects among them."""
    level: GestureLevel = Field(default="word", exclude_if=lambda level: level == "word")
    """`group` if the name is that of a group of gestures, as a recogniser answers where it is sure
    of none."""

    @property
    def arms(self) -> Mapping[Way, str]:
        """The two arms, by way; the empty block has one arm, compared with `text`."""
        if not self.members:
            return {"added": NOTHING}
        return {"left_out": WITHOUT + self.name, "added": ONLY + self.name}

    @property
    def words(self) -> str:
        """As tables name it."""
        if not self.members:
            return "(the empty cue block)"
        if self.name == POOL:
            return f"{len(self.members)} rare gestures together"
        return f"{self.name} (a group)" if self.level == "group" else self.name


class Attribution(Frozen):
    """What one gesture adds, in one way; above 0 it helps towards the true label."""

    row: RowName
    """What the row is about."""
    gesture: AttributedGesture
    """What is left out or shown alone."""
    way: Way
    """left_out or added."""
    effect: Effect
    """Of the log-odds of the target in nats; of accuracy where the labels were not scored."""
    gained: int
    """Items that are right with the gesture and wrong without: first epoch."""
    lost: int
    """Items that are wrong with the gesture and right without: first epoch."""
    pulls: Mapping[str, float] = Field(default_factory=dict)
    """By label, the mean change of its log-odds in nats, whichever label is true; empty if labels
    were not scored."""
