"""Which notes are below every table, even a short one; the others are only below the full
tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

ROUTINE = re.compile(
    r"""(?x) ^[^:]+:\ (?:
      \S+\ shows\ (?:annotated|recognized|out-of-fold)\ [\w-]+(?:\ [\w-]+)?$  # it is in the row's name
    | wording\ '                                          # in the row's name
    | the\ labels\ were\ offered\ as\ letters$
    | shuffled\ over\ \d+\ items;.*no\ rule\ relaxed
    )"""
)
"""Notes that say how an experiment was made but do not change how to read it. All other notes are
always shown."""


def needed(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes that a reader must see: made-up items, leaks, ethics, missing people, stopped runs
    …"""
    return tuple(note for note in notes if not ROUTINE.search(note))
