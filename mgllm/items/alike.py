"""Finds names that were probably written wrong: Ana and ana, José in two encodings, gestures that
no vocabulary has."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from mgllm.cues.label_names import best_vocabulary, label_guess
from mgllm.cues.vocabularies import vocabulary_names
from mgllm.errors import one_line, some
from mgllm.records import Item


def alike_notes(items: Sequence[Item]) -> tuple[str, ...]:
    """A line about subjects and one about items whose names differ only in spelling, if there are
    any.

    Subjects are counted by their names as written: only the user knows whether two are one person.
    """
    subjects, ids = alike(item.subject for item in items), alike(item.id for item in items)
    lines = []
    if subjects:
        what = "are counted as different people; if they are not, intervals are too narrow"
        lines.append(
            f"subjects {_shown(subjects)} differ only in spelling and {what}; write each person's name in "
            "one way"
        )
    if ids:
        what = "are counted as different items"
        lines.append(
            f"items {_shown(ids)} differ only in spelling and {what}; if they are not, leave one out"
        )
    return tuple(lines)


def unknown_labels(items: Iterable[Item]) -> tuple[str, ...]:
    """A line about labels of gestures that no vocabulary has but that are like one, if there are
    any: they are probably misspelt. Other labels of one's own are not named."""
    count: Counter[tuple[str, str]] = Counter()
    for item in items:
        for one in item.gestures.values():
            count.update((one.vocabulary, gesture.label) for gesture in one.gestures)
    said = []
    for (vocabulary, label), times in count.items():
        if vocabulary not in vocabulary_names() or best_vocabulary([label]).known:
            continue
        if near := label_guess(vocabulary, label):
            said.append(f"'{label:.60}' ({times}; is it '{near}'?)")
    if not said:
        return ()
    return (one_line(f"{len(said)} labels of gestures are in no vocabulary and are kept: {some(said)}"),)


def alike(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of names that differ only in case, white space, or the way a character is encoded.

    >>> alike(["Ana", "ana", "Bo", "Ana"])
    (('Ana', 'ana'),)
    """
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(_folded(name), {})[name] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _folded(name: str) -> str:
    """The name without what a reader does not see: compatibility forms, case, formatting, kinds of
    space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def _shown(groups: Sequence[Sequence[str]]) -> str:
    return some([" and ".join(map(_quoted, group)) for group in groups])


def _quoted(name: str) -> str:
    """The name in quotes; one with characters that look like others is written as code points."""
    plain = name.isprintable() and unicodedata.is_normalized("NFKC", name)
    return f"'{name}'" if plain else ascii(name)
