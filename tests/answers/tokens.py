"""Positions as servers show them, for the tests of what is read from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mgllm.answers.alignment import read_scores
from mgllm.answers.kept import keep_tokens
from mgllm.answers.words import read_words
from mgllm.records import CensoredReason, LabelScores, Position, Rival

Token = str | bytes
Shown = Mapping[Token, float]
WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive",)}
CALM = {"calm": ("calm",), "hesitant": ("hesitant",)}
CHINESE = {"joy": ("喜悦",), "sorrow": ("悲伤",)}
SORROW = "悲伤".encode()
SHARED = {"truthful": ("truthful",), "tense": ("tense",)}
WIN = {"win": ("win",), "winner": ("winner",)}
LETTERS = {"x": ("happy", "A"), "y": ("sad", "B")}


def at(shown: Shown, written: Token | None = None) -> Position:
    """A position with probabilities; without `written` the likeliest is."""
    token = written if written is not None else max(shown, key=lambda one: shown[one])
    return Position(_text(token), [rival(one, math.log(mass)) for one, mass in shown.items()], _raw(token))


def rival(token: Token, nats: float | None) -> Rival:
    return Rival(_text(token), nats, _raw(token))


def _text(token: Token) -> str:
    return token if isinstance(token, str) else token.decode("utf-8", "replace")


def _raw(token: Token) -> bytes | None:
    return token if isinstance(token, bytes) else None


def read(
    text: str, positions: Sequence[Position], words: Mapping[str, Sequence[str]]
) -> LabelScores | CensoredReason:
    reading = read_words(text, words)
    assert reading.label is not None, text
    kept = keep_tokens(text, positions, reading)
    return kept if isinstance(kept, str) else read_scores(text, kept, reading, words)


def masses(
    text: str, positions: Sequence[Position], words: Mapping[str, Sequence[str]]
) -> dict[str, float] | CensoredReason:
    found = read(text, positions, words)
    return found if isinstance(found, str) else {name: math.exp(nats) for name, nats in found.total.items()}
