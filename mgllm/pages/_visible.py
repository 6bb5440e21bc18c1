"""Strangers' words made safe to look at: characters that hide or turn text round are named instead."""

from __future__ import annotations

import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control, bidirectional and zero-width characters, and halves of surrogate pairs."""


def visible(text: str) -> str:
    """The text with hidden characters named.

    >>> visible("win\\u202e")
    'win⟨202E⟩'
    """
    return HIDDEN.sub(lambda found: f"⟨{ord(found[0]):04X}⟩", text)
