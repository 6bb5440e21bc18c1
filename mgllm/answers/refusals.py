"""The phrases that tell a refusal, where the provider gives no signal of its own."""

from __future__ import annotations

import re

VERSION = "1"
"""Raised whenever the list changes, since that moves numbers; stands in every manifest."""

PHRASES = (
    r"\bI(?: am|'m)? (?:can(?:not|'t)|unable to|not able to|won't|will not|must decline to)\b",
    r"\bI(?:'m| am) (?:sorry|afraid)\b",
    r"\bI (?:must|have to) (?:decline|refuse)\b",
    r"\bas an? (?:AI|artificial intelligence|language model)\b",
    r"\bI do(?: not|n't) feel comfortable\b",
    r"\b(?:it is|it's|it would be) (?:not possible|impossible|inappropriate|unethical)\b",
    r"\bcannot (?:be determined|determine|make (?:a|that) (?:judgment|judgement|determination))\b",
)
"""Case-insensitive regular expressions."""

_PATTERN = re.compile("|".join(PHRASES), re.IGNORECASE)


def declines(text: str) -> bool:
    """Whether a reply without a label reads as a refusal.

    >>> declines("I’m sorry, but I can’t judge that.")
    True
    >>> declines("Perhaps.")
    False
    """
    return _PATTERN.search(text.replace("’", "'")) is not None
