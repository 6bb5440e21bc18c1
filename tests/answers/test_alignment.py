"""Probabilities at the written answer, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from mgllm.answers.alignment import keep_tokens, read_scores, shares_first_token
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
    return Position(_text(token), [_rival(one, math.log(mass)) for one, mass in shown.items()], _raw(token))


def _rival(token: Token, nats: float | None) -> Rival:
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


PREAMBLE = [
    at({"The": 0.97, "Based": 0.02, "truth": 0.002, "I": 0.001}),
    at({" answer": 0.9}),
    at({" is": 0.9}),
]


@pytest.mark.parametrize(
    ("text", "positions", "words", "found"),
    [
        (
            "The answer is deceptive",
            [*PREAMBLE, at({" deceptive": 0.9, " truthful": 0.03, "truth": 0.01})],
            WORDS,
            {"truthful": 0.04, "deceptive": 0.9},
        ),
        ("The answer is deceptive", [*PREAMBLE, at({" deceptive": 0.95})], WORDS, "not_shown"),
        (
            "He is calm.",
            [
                at({"He": 0.7, "calm": 0.2}),
                at({" is": 0.9}),
                at({" calm": 0.8, " hes": 0.1, " He": 0.05}),
                at({".": 1}),
            ],
            CALM,
            {"calm": 0.8, "hesitant": 0.1},
        ),
        ("calm", [at({"calm": 0.6, "He": 0.3})], CALM, "not_shown"),
        (
            "悲伤",
            [at({SORROW[:2]: 0.9, "喜".encode(): 0.08}), at({SORROW[2:]: 1})],
            CHINESE,
            {"joy": 0.08, "sorrow": 0.9},
        ),
        (
            "悲伤",
            [at({"\\xe6\\x82": 0.9, "喜": 0.08}), at({"\\xb2": 1}), at({"伤": 1})],
            CHINESE,
            {"joy": 0.08, "sorrow": 0.9},
        ),
        (
            "悲伤",
            [at({"<0xE6>": 0.9, "喜": 0.08}), at({"<0x82>": 1}), at({"<0xB2>": 1}), at({"伤": 1})],
            CHINESE,
            {"joy": 0.08, "sorrow": 0.9},
        ),
        (
            "tense",
            [at({"t": 0.9, "te": 0.05}), at({"ense": 0.9, "ruth": 0.08})],
            SHARED,
            {"tense": 0.86, "truthful": 0.072},
        ),
        ("tense", [at({"t": 0.9, "te": 0.05})], SHARED, "misaligned"),
        ("deceptive", [at({"de": 1.0}), at({"ceptive": 0.9, "truth": 0.03})], WORDS, "not_shown"),
        (
            "deceptive",
            [at({"deceptive": 0.8, "truthful": 0.1, " truthful": 0.05, "Deceptive": 0.02, "TRUTH": 0.01})],
            WORDS,
            {"deceptive": 0.82, "truthful": 0.16},
        ),
        ("deceptive", [at({"Ġdeceptive": 0.8, "Ġtruth": 0.2})], WORDS, {"deceptive": 0.8, "truthful": 0.2}),
        (
            "deceptive",
            [at({"▁de": 0.8, "▁truth": 0.2}), at({"ceptive": 1})],
            WORDS,
            {"deceptive": 0.8, "truthful": 0.2},
        ),
        ("deceptive", [at({"other": 0.8})], WORDS, "misaligned"),
        ("deceptive", [], WORDS, "no_tokens"),
        ("deceptive", [Position("deceptive", [])], WORDS, "no_tokens"),
        (
            "**deceptive**",
            [
                at({"**": 0.9, "truthful": 0.05, "deceptive": 0.03}),
                at({"dece": 0.9, "truth": 0.1}),
                at({"ptive": 1}),
                at({"**": 1}),
            ],
            WORDS,
            {"deceptive": 0.9, "truthful": 0.1},
        ),
        ("win", [at({"win": 0.9, "winner": 0.05})], WIN, "not_parted"),
        (
            "win.",
            [at({"win": 0.9, "winner": 0.05}), at({".": 0.7, "ner": 0.2})],
            WIN,
            {"win": 0.63, "winner": 0.23},
        ),
        (
            "winner",
            [at({"win": 0.9, "winner": 0.05}), at({".": 0.3, "ner": 0.7})],
            WIN,
            {"win": 0.27, "winner": 0.68},
        ),
        ("B", [at({"B": 0.7, "A": 0.2})], LETTERS, {"y": 0.7, "x": 0.2}),
        (
            "Answer: B",
            [at({"Answer": 0.7, "A": 0.2}), at({":": 1}), at({" B": 0.6, " A": 0.3})],
            LETTERS,
            {"y": 0.6, "x": 0.3},
        ),
        ("deceptive", [at({"truthful": 0.93, "deceptive": 0.04}, "deceptive")], WORDS, "unlikely"),
    ],
)
def test_the_written_answer_is_where_probabilities_are_read(
    text: str,
    positions: Sequence[Position],
    words: Mapping[str, Sequence[str]],
    found: dict[str, float] | CensoredReason,
) -> None:
    got = masses(text, positions, words)
    assert got == (found if isinstance(found, str) else pytest.approx(found))


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        (["truthful", "deceptive"], False),
        (["relaxed", "stressed"], False),
        (["Happy", "hateful"], True),
        (["win", "winner"], True),
        (["a", "ab"], True),
        (["A", "B", "C"], False),
        ([" won", " lost"], False),
    ],
)
def test_labels_that_may_begin_alike(labels: list[str], shared: bool) -> None:
    assert shares_first_token(labels) is shared
