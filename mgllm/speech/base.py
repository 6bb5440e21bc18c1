"""The contract of a format of transcript files, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from mgllm.records import Frozen, Turn
from mgllm.registry import Shelf

Tells = Literal["voices", "times of words", "times", "words"]
"""The most that a format can say besides the words, the most useful first."""


class SpeechFormat(Frozen):
    """One kind of transcript file. `mgllm import NAME` and `mgllm items join --speech` read it."""

    suffix: str
    """How file names end, in lower case."""
    tells: Tells
    """What the format can say. If a recording has files of several formats, the best one is
    read."""
    parse: Callable[[str, str], tuple[Turn, ...]]
    """Makes turns of a text; the second argument is what errors call it. Raises `InputError`."""
    title: str
    """What the files are, for people."""
    citation: str
    """What to cite, a line each."""
    caution: str = ""
    """What users of such words must know, if anything: a sentence."""


speech_formats: Shelf[SpeechFormat] = Shelf("speech format", "mgllm.speech")
"""`speech_format("NAME")(SpeechFormat(...))` puts one here, from any module of this package."""

speech_format = speech_formats.register
