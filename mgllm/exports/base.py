"""The contract of an exporter, and the registry of formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import Field

from mgllm.records import Frozen, GestureFile
from mgllm.registry import Shelf


class ExportChoices(Frozen):
    """What a user can choose about writing. Each format uses some of it; the rest is refused."""

    fps: float | None = Field(default=None, gt=0)
    """Frames a second of the recordings, where the format counts frames."""
    media: str | None = None
    """Name of the recording's file, where the format can name it."""


class Exported(Frozen):
    """A transcript in another format."""

    text: str
    """The content of the file."""
    lost: Mapping[str, int] = {}
    """What the format cannot express, and how often: "gestures have no start and are left out" →
    2."""


class Exporter(Protocol):
    """Writes gesture transcripts in another format. Made without I/O."""

    title: str
    """The format's name, for people."""
    suffix: str
    """What follows the item's id in a file's name: ".eaf"."""
    heeds: frozenset[str]
    """Names of the choices that this format uses."""

    def write(self, transcript: GestureFile) -> Exported:
        """The text of a file.

        Raises:
            InputError: a choice is missing, or a label cannot be written at all.
        """


exports: Shelf[Callable[[ExportChoices], Exporter]] = Shelf("export", "mgllm.exports")
"""`@export("NAME")` puts a format here, from a file NAME.py beside this one."""

export = exports.register
