"""Selects the tokens of the written answer for the record, so that probabilities can be read
again."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mgllm.answers.spelling import place_tokens
from mgllm.answers.words import Reading
from mgllm.records import AnswerToken, CensoredReason, Position, Rival, ShownToken

MOST_KEPT = 12
"""Most tokens of an answer in a record: more than any two labels have in common."""


def keep_tokens(
    text: str, positions: Sequence[Position], reading: Reading
) -> tuple[AnswerToken, ...] | CensoredReason:
    """The tokens of the written answer with their places in the text, or why there are none.

    Args:
        text: the reply's words.
        positions: all tokens that the server shows.
        reading: the answer and its place in `text`.
    """
    if not any(position.tops for position in positions):
        return "no_tokens"
    starts = place_tokens(text, positions)
    if starts is None:
        return "misaligned"
    begin, end = (len(text[:at].encode("utf-8", "surrogatepass")) for at in (reading.start, reading.end))
    ends = [*starts[1:], math.inf]
    near = [
        i for i, (first, last) in enumerate(zip(starts, ends, strict=True)) if last > begin and first <= end
    ]
    return tuple(_kept(positions[i], starts[i]) for i in near[:MOST_KEPT]) or "misaligned"


def _kept(position: Position, start: int) -> AnswerToken:
    return AnswerToken(
        start=start,
        token=position.token,
        bytes=None if position.raw is None else tuple(position.raw),
        top=tuple(dict.fromkeys(_shown_token(rival) for rival in position.tops)),
    )


def _shown_token(rival: Rival) -> ShownToken:
    try:
        nats = None if rival.nats is None or not math.isfinite(rival.nats) else float(rival.nats)
    except OverflowError:  # an integer of hundreds of digits
        nats = None
    return ShownToken(token=rival.token, bytes=None if rival.raw is None else tuple(rival.raw), logprob=nats)
