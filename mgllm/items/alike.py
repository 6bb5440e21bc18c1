"""Names that a person takes for one and a computer for several: Ana and ana, José in two encodings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from mgllm.errors import some
from mgllm.records import Item


def alike_notes(items: Sequence[Item]) -> tuple[str, ...]:
    """A line for subjects and one for items whose names differ in spelling alone; empty where none do.

    Counts go by the names as written: only the user knows whether two of them are one person.
    """
    subjects, ids = alike(item.subject for item in items), alike(item.id for item in items)
    lines = []
    if subjects:
        what = "are counted as different people, so that intervals would be too narrow if they are not"
        lines.append(
            f"subjects {_shown(subjects)} differ in spelling alone and {what}; write each person alike"
        )
    if ids:
        what = "are counted as different items"
        lines.append(
            f"items {_shown(ids)} differ in spelling alone and {what}; leave one out if they are not"
        )
    return tuple(lines)


def alike(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of different names that are equal but for case, white space, and the ways to write a character.

    >>> alike(["Ana", "ana", "Bo", "Ana"])
    (('Ana', 'ana'),)
    """
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(_folded(name), {})[name] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _folded(name: str) -> str:
    """The name without what a reader does not see: compatibility forms, case, formatting, kinds of space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def _shown(groups: Sequence[Sequence[str]]) -> str:
    return some([" and ".join(map(_quoted, group)) for group in groups])


def _quoted(name: str) -> str:
    """What cannot be told apart by eye is written as code points."""
    plain = name.isprintable() and unicodedata.is_normalized("NFKC", name)
    return f"'{name}'" if plain else ascii(name)
