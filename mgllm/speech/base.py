"""The contract of a format of transcript files, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from mgllm.records import Frozen, Turn
from mgllm.records.frozen import Name
from mgllm.registry import Shelf

Tells = Literal["voices", "times of words", "times", "words"]
"""The most that a format can say besides the words, the most useful first."""
Unit = Literal["s", "ms"]
"""Seconds or milliseconds."""


class SpeechChoices(Frozen):
    """What a user can say about transcript files that can be read in two ways."""

    tier: tuple[Name, ...] = ()
    """Tiers that are speech, of files that have tiers; none: those that are known to be."""
    speakers: Name | None = None
    """Which beginnings `Name: …` of words are speakers: names with commas between, all, or none."""
    unit: Unit | None = None
    """The unit of times, of files that do not say it."""


NO_CHOICES = SpeechChoices()


class Said(Frozen):
    """What a transcript says, and what its reader left out or changed."""

    turns: tuple[Turn, ...]
    """In order of time."""
    notes: Mapping[str, tuple[str, ...]] = {}
    """What the user should know ("lines … are left out"), with the things that it happened to."""


class SpeechFormat(Frozen):
    """One kind of transcript file. `mgllm import NAME` and `mgllm items join --speech` read it."""

    suffix: str
    """How file names end, in lower case."""
    tells: Tells
    """What the format can say. If a recording has files of several formats, the best one is
    read."""
    parse: Callable[..., tuple[Turn, ...] | Said]
    """Makes turns of a text; the second argument is what errors call it. The choices that
    the format uses follow by name. Raises `InputError`."""
    title: str
    """What the files are, for people."""
    citation: str
    """What to cite, a line each."""
    caution: str = ""
    """What users of such words must know, if anything: a sentence."""
    heeds: frozenset[str] = frozenset()
    """Names of the `SpeechChoices` that this format uses."""
    last: bool = False
    """Whether files of other formats go first, since these may have no speech at all."""


speech_formats: Shelf[SpeechFormat] = Shelf("speech format", "mgllm.speech")
"""`speech_format("NAME")(SpeechFormat(...))` puts one here, from any module of this package."""

speech_format = speech_formats.register
