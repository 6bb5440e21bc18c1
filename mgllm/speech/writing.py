"""Turns as captions, which `parse_srt` reads back."""

from __future__ import annotations

from collections.abc import Iterable

from mgllm.records import Turn


def srt_text(turns: Iterable[Turn]) -> str:
    """SubRip text with a caption for each turn; all turns have times. Speakers have no place in it.

    >>> print(srt_text([Turn(text="It was.", start=0.5, end=2)]), end="")
    1
    00:00:00,500 --> 00:00:02,000
    It was.
    """
    captions = []
    for number, turn in enumerate(turns, 1):
        times = f"{_clock(turn.start or 0.0)} --> {_clock(turn.end or 0.0)}"
        words = " ".join(turn.text.split()).replace("-->", "→")  # which would be read as times
        captions.append(f"{number}\n{times}\n{words}\n")
    return "\n".join(captions)


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{thousandths:03}"
