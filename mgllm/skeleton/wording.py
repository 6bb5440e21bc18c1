"""Words that several messages share."""

from __future__ import annotations

from collections.abc import Sequence


def some(names: Sequence[str]) -> str:
    """The first five names.

    >>> some(list("abcdefg"))
    'a, b, c, d, e, …'
    """
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
