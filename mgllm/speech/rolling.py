"""Captions that roll: each shows lines of the one before again, and adds to them.

Automatic captions of YouTube, as yt-dlp saves them, and live captions are made so. Each line is
kept once, with the time of the caption that shows it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mgllm.speech.cues import Cue

CONTIGUOUS = 0.5
"""Seconds between two captions up to which the second can go on with the first."""
TRANSITION = 0.05
"""Seconds: shorter captions cannot be read; YouTube's last a hundredth of a second."""
MOST = 0.5
"""Share of captions that must show what the one before shows: two people may well say "No."
after each other."""
MOST_LINES = 20
"""Lines that a caption can share with the one before: more are not seen at once."""
GROWN = 0.75
"""What one line with more words than before counts as a sign, where a new line counts as 1: "No."
and "No. Never." are also said after each other, so that one such line alone is not enough."""


class Shown(NamedTuple):
    """Lines that are said from one time to another."""

    line: int
    """Number of the caption's line of times."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    """Lines of one caption, with line breaks."""


class Rolled(NamedTuple):
    """Captions in which each line stands once."""

    shown: tuple[Shown, ...]
    """In the file's order."""
    removed: tuple[str, ...]
    """Lines that stood in the caption before already."""
    kept: tuple[str, ...]
    """Lines that stand in the caption before too, in a file that does not roll."""


def unrolled(cues: Sequence[Cue], *, timed_words: bool = False) -> Rolled:
    """Each line once, if the captions roll; else all of them.

    Args:
        cues: captions in the file's order, their text without tags.
        timed_words: whether the file has times inside of captions, as automatic captions have.
    """
    cues, removed = _without_copies(sorted(cues, key=lambda cue: cue.start))
    overlaps = [_overlap(*pair) for pair in zip([None, *cues], cues, strict=False)]
    signs = [_sign(cues[n - 1], cues[n], lines) for n, lines in enumerate(overlaps) if lines]
    sure = sum(signs)
    if sure <= GROWN or not (timed_words or sure >= MOST * (len(cues) - 1)):
        kept = [cue.text[0] for cue, lines in zip(cues, overlaps, strict=True) if lines]
        return Rolled(tuple(_shown(cue, cue.text) for cue in cues), tuple(removed), tuple(kept))
    shown: list[Shown] = []
    for n, (cue, lines) in enumerate(zip(cues, overlaps, strict=True)):
        grown = lines and _grown(cues[n - 1].text[-1], cue.text[lines - 1])
        if grown and shown:
            before = shown[-1]
            text = "\n".join([*before.text.split("\n")[:-1], cue.text[lines - 1]])
            shown[-1] = Shown(before.line, before.start, max(before.end, cue.end), text)
        removed += cue.text[:lines]
        if cue.text[lines:]:
            shown.append(_shown(cue, cue.text[lines:]))
    return Rolled(tuple(shown), tuple(removed), ())


def _without_copies(cues: Sequence[Cue]) -> tuple[list[Cue], list[str]]:
    """Captions without those that are there twice, with the same times and words."""
    seen: set[tuple[float, float, tuple[str, ...]]] = set()
    once, copies = list[Cue](), list[str]()
    for cue in cues:
        if not cue.text:
            continue
        key = (cue.start, cue.end, cue.text)
        if key in seen:
            copies += cue.text
        else:
            once.append(cue)
        seen.add(key)
    return once, copies


def _overlap(before: Cue | None, cue: Cue) -> int:
    """How many lines of a caption are the last lines of the one before, or go on with them."""
    if before is None or cue.start - before.end > CONTIGUOUS:
        return 0
    for lines in range(min(len(before.text), len(cue.text), MOST_LINES), 0, -1):
        *old, last = before.text[-lines:]
        *new, end = cue.text[:lines]
        if old == new and (last == end or _grown(last, end)):
            return lines
    return 0


def _grown(before: str, line: str) -> bool:
    """Whether a line is another one with more words behind."""
    return line.startswith(f"{before} ")


def _sign(before: Cue, cue: Cue, lines: int) -> float:
    """How clear it is that two captions roll: something new comes, or one is too short to be read.

    Two equal captions, one after the other, may be said twice: no sign.
    """
    if _grown(before.text[-1], cue.text[lines - 1]):
        return GROWN
    short = min(before.end - before.start, cue.end - cue.start) <= TRANSITION
    return 1.0 if short or cue.text[lines:] else 0.0


def _shown(cue: Cue, lines: Sequence[str]) -> Shown:
    return Shown(cue.line, cue.start, cue.end, "\n".join(lines))
