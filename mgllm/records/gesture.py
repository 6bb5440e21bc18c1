"""Who moved how, when, and how sure we are."""

from __future__ import annotations

from collections.abc import Sized
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mgllm.records.frozen import Frozen, Name

CueSource = Literal["annotated", "recognized", "out_of_fold"]
"""Where gestures come from: a human; a recogniser; a recogniser that was trained without the
subject (in another fold)."""
SOURCE_ORDER: tuple[CueSource, ...] = ("out_of_fold", "recognized", "annotated")
"""Order in which sources are tried if none is named."""

Exposure = Literal["held_out", "in_sample", "unknown"]
"""Whether the recogniser had seen the subject. `in_sample` is a leak, `unknown` may be one."""


GestureLevel = Literal["word", "group"]
"""How exact a gesture's name is: one movement, or only a group of movements that look alike."""


class Gesture(Frozen):
    """One movement."""

    label: Name
    """Name of the gesture in its vocabulary, lower case by custom: "touching or scratching
    neck"."""
    start: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning; absent where annotation only says *present*."""
    end: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    """How sure the recogniser is, 0..1; absent for human annotation."""
    level: GestureLevel = Field(default="word", exclude_if=lambda level: level == "word")
    """`group` if the label names a group of the vocabulary, such as "hand at head": the recogniser
    was sure of none of its gestures. Not written where it is `word`."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"'{self.label}' ends at {self.end} s, before its start at {self.start} s")
        return self


def _empty(value: Sized) -> bool:
    return not value


Stretch = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
"""Start and end in seconds from the recording's beginning."""


class GestureTranscript(Frozen):
    """All gestures of one item from one source. A transcript without gestures is a finding; a
    missing transcript is not."""

    gestures: tuple[Gesture, ...] = ()
    """In the order of their start, where they have one."""
    source: CueSource = "annotated"
    """Where the gestures come from. In an item it may be left out: the key in `gestures` says
    it."""
    vocabulary: Name = "imigue"
    """Name of the vocabulary that the labels come from; it decides what the movements may be
    called."""
    duration: float | None = Field(default=None, gt=0)
    """Length of the recording in seconds."""
    exposure: Exposure = "unknown"
    """Whether the recogniser had seen this subject. Without meaning for annotated gestures."""
    checkpoint: str | None = None
    """sha256 of the recogniser's weights; absent for human annotation."""
    notes: tuple[str, ...] = Field(default=(), exclude_if=_empty)
    """What a reader must know about the recording, a line each: a turned picture, several people.
    They are in no prompt. Not written if empty."""
    unseen: tuple[Stretch, ...] = Field(default=(), exclude_if=_empty)
    """Stretches of half a second or more in which nobody is seen, so that nothing can be named. Not
    written if empty."""


class GestureFile(GestureTranscript):
    """A `*.mg.json` file: a transcript that says which item it belongs to."""

    schema_: Literal["mgllm.gestures/1"] = Field(default="mgllm.gestures/1", alias="schema")
    """Name and version of the file format."""
    item: Name
    """Id of the item that it belongs to."""
