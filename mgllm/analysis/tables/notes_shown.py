"""Notes that stand in every table, however short; the others only in the whole one."""

from __future__ import annotations

import re
from collections.abc import Iterable

ROUTINE = re.compile(
    r"""(?x) ^[^:]+:\ (?:
      \S+\ shows\ (?:annotated|recognized|out-of-fold)\ [\w-]+(?:\ [\w-]+)?$   # source: in the row's name
    | wording\ '                                          # in the row's name
    | the\ labels\ were\ offered\ as\ letters$
    | shuffled\ over\ \d+\ items;.*no\ rule\ relaxed
    )"""
)
"""What says how an experiment was made and changes no reading of it. A note unknown here always stands."""


def needed(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes that a reader must see: made-up items, leaks, ethics, missing people, stopped runs …"""
    return tuple(note for note in notes if not ROUTINE.search(note))
