"""Times of words beside the text of a turn.

Programs split text into words in their own ways ("twenty", "-five"). A turn counts its words as
the text writes them, between spaces, so their pieces are put together here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mgllm.records import SpokenWord, Turn


class Piece(Protocol):
    """A word, or a part of one, as a file has it."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> float | None: ...
    @property
    def end(self) -> float | None: ...


def with_word_times(turn: Turn, pieces: Iterable[Piece]) -> Turn:
    """The turn with the times of its words; without them where the pieces are not its text.

    A word made of several pieces begins with the first and ends with the last that has a time.
    """
    rest = [piece for piece in pieces if piece.text.strip()]
    words = []
    for said in turn.text.split():
        taken = _taken(said, rest)
        if not taken:
            return turn
        rest = rest[len(taken) :]
        words.append(_word(said, taken))
    if rest or not any(word.start is not None for word in words):
        return turn
    return Turn(speaker=turn.speaker, text=turn.text, start=turn.start, end=turn.end, words=tuple(words))


def _taken(said: str, pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The first pieces, if together they are the word; else none."""
    read = ""
    for count, piece in enumerate(pieces, 1):
        read += "".join(piece.text.split())
        if read == said:
            return pieces[:count]
        if not said.startswith(read):
            break
    return ()


def _word(said: str, pieces: Sequence[Piece]) -> SpokenWord:
    timed = [(one.start, one.end) for one in pieces if one.start is not None and one.end is not None]
    if not timed:
        return SpokenWord(text=said)
    start = max(0.0, min(start for start, _ in timed))
    return SpokenWord(text=said, start=start, end=max(start, *(end for _, end in timed)))
