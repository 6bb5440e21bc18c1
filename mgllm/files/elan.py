"""Names inside our ELAN files, which the reader and the writer share.

Annotations of one ELAN tier cannot overlap, but gestures can. So a transcript is spread over as
many tiers as it needs. These are called NAME, NAME (2), NAME (3) … and have the linguistic type
`GESTURES`. Confidences are in tiers below them with the linguistic type `CONFIDENCES`, one for each
annotation.
"""

from __future__ import annotations

from collections.abc import Iterable

TIER = "micro-gestures"
"""Name of the first tier."""
GESTURES = "mgllm gestures"
"""Linguistic type of tiers that are read together."""
CONFIDENCES = "mgllm confidences"
"""Linguistic type of the tiers below them."""
VOCABULARY = "mgllm:vocabulary"
"""Property of the file: name of the transcript's vocabulary."""
DURATION = "mgllm:duration"
"""Property of the file: length of the recording in seconds."""


def lane(name: str, number: int) -> str:
    """Name of the tier for the gestures of lane `number`, from 1.

    >>> lane("micro-gestures", 2)
    'micro-gestures (2)'
    """
    return name if number == 1 else f"{name} ({number})"


def called(names: Iterable[str], wanted: str) -> list[str]:
    """The tiers of a name: spelled so, or in other capitals, or for each person as NAME@PERSON.

    >>> called(["MG@Ann", "MG@Bob", "words"], "mg")
    ['MG@Ann', 'MG@Bob']
    """
    plain, known = wanted.casefold(), list(names)
    return (
        [name for name in known if name == wanted]
        or [name for name in known if name.casefold() == plain]
        or [name for name in known if name.partition("@")[0].strip().casefold() == plain]
    )
