"""The sentences of made-up press conferences."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen

Role = Literal["interviewer", "interviewee"]


class Evidence(Frozen):
    """A sentence that a reader of known weights counts."""

    phrase: str
    """What it looks for, in lower case, without punctuation and numbers."""
    says: str
    """The sentence."""
    role: Role = "interviewee"
    """Who says it."""


class Leaks(Frozen):
    """Sentences that name the outcome."""

    first: tuple[Evidence, ...]
    """The first one, as win."""
    second: tuple[Evidence, ...]
    """The second one, as lose."""


class Texts(Frozen):
    """All sentences."""

    names: tuple[str, ...] = Field(min_length=1)
    """Made-up names of players."""
    nationalities: tuple[str, ...] = Field(min_length=1)
    """Of made-up players."""
    opening: str
    """The journalist's first sentence."""
    thanks: str
    """The journalist's last one."""
    questions: tuple[str, ...] = Field(min_length=1)
    """Of journalists."""
    answers: tuple[str, ...] = Field(min_length=1)
    """Sentences of players that say nothing of the outcome."""
    short: tuple[str, ...]
    """Complete answers that occur again and again."""
    up: tuple[Evidence, ...]
    """For the first outcome."""
    down: tuple[Evidence, ...]
    """For the second one."""
    leaks: Leaks
    """They name the outcome."""


@cache
def load_texts() -> Texts:
    """The sentences of the package."""
    return read_yaml(Path(__file__).parent / "interviews.yaml", Texts)
