"""Finds names that look the same to a person but not to a computer: Ana and ana, José in two
encodings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from mgllm.errors import some
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
