"""Names inside our ELAN files, which the reader and the writer share.

Annotations of one ELAN tier cannot overlap, but gestures can. So a transcript is spread over as
many tiers as it needs. These are called NAME, NAME (2), NAME (3) … and have the linguistic type
`GESTURES`. Confidences are in tiers below them with the linguistic type `CONFIDENCES`, one for each
annotation.
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
