"""Reads folds of people: `folds.json`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from mgllm.errors import InputError, some
from mgllm.files.json_files import MAX_BYTES, read_json
from mgllm.records import Frozen

FOLDS = "folds.json"


def same_as(value: str) -> str:
    """What two spellings of one person have in common: `0001` and `1` are the same.

    >>> same_as("0001"), same_as("a01")
    ('1', 'a01')
    """
    return (value.lstrip("0") or "0") if value.isascii() and value.isdecimal() else value


class FoldFile(Frozen):
    """`folds.json`. Only `folds` is needed; the rest says what a cross-fitting was made of."""

    model_config = ConfigDict(extra="ignore")

    folds: tuple[tuple[str, ...], ...] = Field(min_length=2)
    """The people of each fold."""

    @field_validator("folds", mode="before")
    @classmethod
    def _people(cls, folds: Any) -> Any:
        """Each fold is a list of people, or has one under `subjects`; numbers may be numbers."""
        if not isinstance(folds, list):
            return folds
        lists = [one.get("subjects") if isinstance(one, dict) else one for one in folds]
        return [
            [str(who) if type(who) is int else who for who in people] if isinstance(people, list) else people
            for people in lists
        ]


def read_folds(path: Path) -> tuple[tuple[str, ...], ...]:
    """The people of each fold of a file.

    Raises:
        InputError: it cannot be read, or somebody is in it twice.
    """
    folds = read_json(path, FoldFile, MAX_BYTES, 'folds, such as {"folds": [["1", "2"], ["3"]]}').folds
    count = Counter(same_as(who) for people in folds for who in people)
    if twice := [who for who, times in count.items() if times > 1]:
        raise InputError(f"{path}: {some(twice)} stands in it twice; each person is in one fold")
    return folds
