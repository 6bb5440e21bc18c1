"""Names inside our ELAN files, which the reader and the writer share.

Annotations of one ELAN tier cannot overlap, gestures can. So a transcript is laid on as many tiers as it
needs, called NAME, NAME (2), NAME (3) …, all of the linguistic type `GESTURES`. Confidences stand in tiers
below them, an annotation for an annotation, of the linguistic type `CONFIDENCES`.
"""

from __future__ import annotations

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
