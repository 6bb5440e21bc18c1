"""Gesture vocabularies: the names of a data set's movements, and the words of a cue block about
them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from mgllm.errors import InputError, unknown
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen
from mgllm.records.frozen import Name

FOLDER = Path(__file__).parent / "data"
MAPPINGS = "mappings"
"""The one file that is not a vocabulary: it says which classes of different vocabularies are the
same."""


class GestureClass(Frozen):
    """One class of movement."""

    label: Name
    """Its name in items and prompts."""
    code: str | None = None
    """Its name in the data set's files."""
    group: str | None = None
    """Body part: head, hand, body …"""
    hidden_in: tuple[Name, ...] = ()
    """Names of the skeleton layouts without the joints that make the movement."""
    gloss: str | None = None
    """One line in our own words."""


class Need(Frozen):
    """Parts of the body that must be seen where one of these words is said."""

    words: tuple[Name, ...] = Field(min_length=1)
    """Labels of classes."""
    parts: tuple[Name, ...] = Field(min_length=1)
    """Names of parts; all of them are needed."""


class Vocabulary(Frozen):
    """All classes of a data set, and the words around them in a cue block."""

    name: Name
    """Slug; also the file's name."""
    noun: Name
    """What the movements may be called: "micro-gestures" or "nonverbal displays"."""
    source: Name
    """Who defined the classes."""
    heading: Name
    """First line of a cue block."""
    definition: Name
    """One sentence that says what the lines are."""
    nothing: Name
    """What is written in a block without lines."""
    classes: tuple[GestureClass, ...] = Field(min_length=1)
    """The classes, in the data set's order."""

    parts: Mapping[Name, tuple[tuple[Name, ...], ...]] = Field(default_factory=dict)
    """Parts of the body by name: any of these sets of joints shows the part. Joints of several
    layouts stand side by side."""
    needs: tuple[Need, ...] = ()
    """Which parts the classes need; a class without a need may be named wherever a person is
    seen."""

    @model_validator(mode="after")
    def _needs_are_known(self) -> Self:
        labels = {one.label for one in self.classes}
        said = [word for need in self.needs for word in need.words]
        if odd := next((word for word in said if word not in labels or said.count(word) > 1), None):
            what = "has two needs" if odd in labels else "is not one of its classes"
            raise ValueError(f"needs: '{odd}' {what}")
        named = [part for need in self.needs for part in need.parts]
        if odd := next((part for part in named if part not in self.parts), None):
            raise ValueError(f"needs: '{odd}' is not one of parts")
        return self

    def parts_of(self, label: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """For each part that a class needs the sets of joints that show it; empty for unknown
        labels."""
        return tuple(self.parts[part] for need in self.needs if label in need.words for part in need.parts)

    def hidden_labels(self, layout: str) -> frozenset[str]:
        """The classes that a skeleton of this layout cannot show: never learned or reported from
        it."""
        return frozenset(one.label for one in self.classes if layout in one.hidden_in)


@cache
def load_vocabulary(name: str) -> Vocabulary:
    """The vocabulary called `name`.

    Raises:
        InputError: there is none.
    """
    names = vocabulary_names()
    if name not in names:
        raise InputError(unknown("gesture vocabulary", name, names))
    return read_yaml(FOLDER / f"{name}.yaml", Vocabulary)


def vocabulary_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != MAPPINGS)


@cache
def gesture_words() -> frozenset[str]:
    """Every word of every class label of every vocabulary, in lower case: filler must not say
    them."""
    labels = [c.label for name in vocabulary_names() for c in load_vocabulary(name).classes]
    return frozenset(word.strip(",.()").casefold() for label in labels for word in label.split())
