"""Gesture vocabularies: the names of a data set's movements, and the words of a cue block about
them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from mgllm.errors import InputError, unknown
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen, Gesture, GestureLevel
from mgllm.records.frozen import Name

FOLDER = Path(__file__).parent / "data"
DEFAULT = "imigue"
"""The vocabulary used if the labels do not show which is meant; also the default of
`GestureTranscript`."""
MAPPINGS = "mappings"
"""The one file that is not a vocabulary: it says which classes of different vocabularies are the
same."""

UNSURE = "exact gesture unclear"
"""The mark of a group in vocabularies that have no other: nothing in it speaks for a label."""
LINKS = frozenset({"at"})
"""Words of groups' names that say nothing of a gesture; lines of a summary say "at rest"."""


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


class GestureGroup(Frozen):
    """Classes that are taken for one another: what a recogniser answers where it is sure of the
    group but of no class in it."""

    label: Name
    """Its name in transcripts and prompts; no class has it."""
    members: tuple[Name, ...] = Field(min_length=1)
    """Labels of its classes."""


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
    groups: tuple[GestureGroup, ...] = ()
    """Coarse answers of a recogniser; a class is in one of them at most. Not the body parts that
    `GestureClass.group` names."""
    unsure: Name = UNSURE
    """What a prompt says after the name of a group, in brackets; the same in all arms."""

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        """Members are classes, each in one group; a group's name is its own."""
        labels = {one.label for one in self.classes}
        members = Counter(label for one in self.groups for label in one.members)
        names = Counter(one.label for one in self.groups)
        problems = {
            "is a member of a group but is not a class": members.keys() - labels,
            "is a member of several groups; keep it in one": {x for x, n in members.items() if n > 1},
            "is the name of a class and of a group; rename the group": names.keys() & labels,
            "is the name of several groups; rename one": {x for x, n in names.items() if n > 1},
        }
        for what, wrong in problems.items():
            if wrong:
                raise ValueError(f"'{min(wrong)}' {what}")
        return self

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """Group by class; classes without a group are left out."""
        return {label: one.label for one in self.groups for label in one.members}

    @cached_property
    def glosses(self) -> Mapping[str, str]:
        """Description by class; classes without one are left out."""
        return {one.label: one.gloss for one in self.classes if one.gloss is not None}

    @cached_property
    def group_labels(self) -> frozenset[str]:
        """The names of all groups."""
        return frozenset(one.label for one in self.groups)

    def level(self, label: str) -> GestureLevel:
        """Whether a label is the name of a group; all other labels are words."""
        return "group" if label in self.group_labels else "word"

    def marked(self, group: str) -> str:
        """A group's name with its mark: "hand at head (exact gesture unclear)"."""
        return f"{group} ({self.unsure})"

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


def shown_name(gesture: Gesture, vocabulary: str) -> str:
    """What people read: a gesture's label, of a group with its mark.

    Args:
        gesture: of a transcript.
        vocabulary: that transcript's; of one that we do not have, a group is marked all the same.
    """
    if gesture.level == "word":
        return gesture.label
    known = vocabulary in vocabulary_names()
    return load_vocabulary(vocabulary if known else DEFAULT).marked(gesture.label)


def with_shown_names(gestures: Iterable[Gesture], vocabulary: str) -> tuple[Gesture, ...]:
    """The gestures with labels as people read them, for pictures and pages."""
    return tuple(one.model_copy(update={"label": shown_name(one, vocabulary)}) for one in gestures)


@cache
def gesture_words() -> frozenset[str]:
    """Every word of every label of every vocabulary, and of the mark of groups, in lower case:
    filler must not say them."""
    known = [load_vocabulary(name) for name in vocabulary_names()]
    labels = [one.label for vocabulary in known for one in vocabulary.classes]
    groups = [vocabulary.marked(group) for vocabulary in known for group in vocabulary.group_labels]
    return _words(labels) | (_words(groups) - LINKS)


def _words(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip(",.()").casefold() for label in labels for word in label.split())
