"""Probabilities at the written answer, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from mgllm.answers.alignment import shares_first_token
from mgllm.answers.words import read_words
from mgllm.records import (
    CensoredReason,
    Position,
)
from tests.answers.tokens import (
    CALM,
    CHINESE,
    LETTERS,
    SHARED,
    SORROW,
    WIN,
    WORDS,
    Token,
    at,
    masses,
    rival,
)

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


YES = at({"deceptive": 0.7, "truthful": 0.2})
END = at({"<|im_end|>": 1.0})


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ([], [END]),
        ([], [at({"": 1.0})]),
        ([], [at({"</s>": 1.0}), at({"\n": 1.0})]),
        ([at({"": 1.0})], []),
        ([at({"\n\n": 1.0})], []),
        ([at({"<think>": 1.0}), at({"truthful": 0.9, "deceptive": 0.05}), at({"</think>": 1.0})], [END]),
        ([at({"truthful": 0.9, "deceptive": 0.05}), at({"</think>": 1.0}), at({"\n\n": 1.0})], [END]),
        ([at({"<|channel|>": 1}), at({"final": 1}), at({"<|message|>": 1})], [at({"<|return|>": 1.0})]),
        ([at({"<|im_start|>": 1.0}), at({"assistant": 1.0}), at({"\n": 1.0})], []),
    ],
)
def test_tokens_of_thoughts_and_of_turns_stand_outside_of_the_text(
    before: list[Position], behind: list[Position]
) -> None:
    found = masses("deceptive", [*before, YES, *behind], WORDS)
    assert found == pytest.approx({"truthful": 0.2, "deceptive": 0.7})


@pytest.mark.parametrize(
    "positions",
    [
        [at({"I": 0.9, "truthful": 0.1}), YES],
        [YES, at({" indeed": 1.0})],
        [at({"truthful": 0.9, "deceptive": 0.1})],
        [at({"decep": 0.9, "truth": 0.1})],
        [at({"deceptive": 0.9, "truthful": 0.1}), at({"deceptive": 0.9, "truthful": 0.1})],
        [at({"�": 0.9, "truthful": 0.1})],
    ],
)
def test_tokens_that_do_not_spell_the_text_are_none(positions: list[Position]) -> None:
    assert masses("deceptive", positions, WORDS) == "misaligned"


def listed(*rivals: tuple[Token, float | None], written: str = "deceptive") -> list[Position]:
    return [Position(written, [rival(token, nats) for token, nats in rivals])]


BIG = -(10**400)


@pytest.mark.parametrize(
    ("rivals", "reason"),
    [
        ([("deceptive", None), ("truthful", None)], "no_numbers"),
        ([("deceptive", -0.1), ("truthful", None)], "no_numbers"),
        ([("deceptive", None), ("truthful", -0.1)], "no_numbers"),
        ([("deceptive", math.nan), ("truthful", -1.0)], "no_numbers"),
        ([("deceptive", -0.1), ("truthful", math.nan)], "no_numbers"),
        ([("deceptive", 0.9), ("truthful", 0.1)], "no_numbers"),
        ([("deceptive", math.inf), ("truthful", -1.0)], "no_numbers"),
        ([("deceptive", 0.0), ("truthful", 0.0)], "no_numbers"),
        ([("deceptive", -0.01), ("truthful", -0.01)], "no_numbers"),
        ([("deceptive", -9999.0), ("truthful", -9999.0)], "no_numbers"),
        ([("deceptive", -9999), ("truthful", -0.1)], "no_numbers"),
        ([("deceptive", BIG), ("truthful", -0.1)], "no_numbers"),
        ([("deceptive", -0.1), ("truthful", BIG)], "no_numbers"),
        ([("deceptive", 0.0), ("truthful", -9999.0)], "not_shown"),
        ([("deceptive", -0.1), ("x", -3.0)], "not_shown"),
        ([("deceptive", -0.1)], "not_shown"),
        ([("truthful", -0.1), ("x", -3.0)], "not_shown"),
        ([("deceptive", -9.0), ("truthful", -0.1)], "unlikely"),
        ([("deceptive", -3.1), ("truthful", -3.0)], "unlikely"),
    ],
)
def test_values_that_say_nothing_of_this_answer(
    rivals: list[tuple[Token, float | None]], reason: CensoredReason
) -> None:
    assert masses("deceptive", listed(*rivals), WORDS) == reason


def test_values_rounded_to_zero_are_values() -> None:
    found = masses("deceptive", listed(("deceptive", 0.004), ("truthful", -6.0)), WORDS)
    assert found == pytest.approx({"deceptive": 1.0, "truthful": math.exp(-6)})


def test_the_same_token_shown_twice_counts_once() -> None:
    rivals = listed(("deceptive", -0.4), ("deceptive", -0.4), ("truthful", -1.2))
    found = masses("deceptive", rivals, WORDS)
    assert found == pytest.approx({"deceptive": math.exp(-0.4), "truthful": math.exp(-1.2)})


def test_values_of_the_next_position_are_not_taken() -> None:
    shifted = [Position("deceptive", END.tops), Position("<|im_end|>", YES.tops)]
    assert masses("deceptive", shifted, WORDS) == "not_shown"


ASHAMED = {"ashamed": ("ashamed",), "proud": ("proud",)}


@pytest.mark.parametrize(
    ("words", "positions", "text", "found"),
    [
        # "As" begins "As an AI", "He" a sentence, "I" an excuse: none of them is a label's beginning.
        (ASHAMED, [at({"proud": 0.5, "As": 0.4, "ashamed": 0.05})], "proud", {"proud": 0.5, "ashamed": 0.05}),
        (ASHAMED, [at({"proud": 0.5, "As": 0.4})], "proud", "not_shown"),
        (CALM, [at({"calm": 0.5, "He": 0.4, "hes": 0.05})], "calm", {"calm": 0.5, "hesitant": 0.05}),
        # One that was written is a beginning as far as the next token says so.
        (
            ASHAMED,
            [at({"as": 0.6, "As": 0.3, "proud": 0.1}), at({"hamed": 0.4, " an": 0.6}, "hamed")],
            "ashamed",
            {"ashamed": 0.36, "proud": 0.1},
        ),
        (ASHAMED, [at({"as": 0.6, "proud": 0.1})], "as", None),
    ],
)
def test_short_words_that_begin_labels(
    words: Mapping[str, Sequence[str]],
    positions: list[Position],
    text: str,
    found: dict[str, float] | CensoredReason | None,
) -> None:
    if found is None:
        assert read_words(text, words).label is None
    else:
        assert masses(text, positions, words) == (found if isinstance(found, str) else pytest.approx(found))
