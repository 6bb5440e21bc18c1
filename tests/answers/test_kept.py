"""Tokens that a record keeps say the same again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.kept import MOST_KEPT, keep_tokens
from mgllm.answers.verdict import judge
from mgllm.answers.words import read_words
from mgllm.records import AnswerToken, Choice, Position, Prompt, Question, Record, Reply, Rival
from tests.answers.tokens import CHINESE, SORROW, WIN, WORDS, at

THREE = {"r": ("relaxed",), "v": ("reserved",), "g": ("resigned",)}


def scored(text: str, tokens: Sequence[Position] = (), kept: Sequence[AnswerToken] = ()) -> Reply:
    return Reply(text=text, tokens=tuple(tokens), kept=tuple(kept), finish_reason="stop")


QUESTION = Question(
    prompt=Prompt(form="chat", messages=(), sha256="0" * 64),
    choices=(Choice(label="a", text="a"), Choice(label="b", text="b")),
    score="logprob",
)


@pytest.mark.parametrize(
    ("text", "positions", "words"),
    [
        (
            "The answer is deceptive.",
            [at({"The answer is": 1.0}), at({" deceptive": 0.9, " truthful": 0.03}), at({".": 1})],
            WORDS,
        ),
        (
            "<think>é, truthful?</think>\n\nresigned",
            [
                at({"<think>é, truthful?</think>\n\n": 1}),
                at({"re": 0.9, "relaxed": 0.05}),
                at({"s": 0.6, "lax": 0.3}),
                at({"igned": 0.7, "erved": 0.3}),
            ],
            THREE,
        ),
        ("悲伤", [at({SORROW[:2]: 0.9, "喜".encode(): 0.08}), at({SORROW[2:]: 1})], CHINESE),
        ("deceptive", [at({"Ġdeceptive": 0.8, "Ġtruth": 0.2})], WORDS),
        (
            '{"answer": "deceptive"}',
            [
                at({'{"answer":': 1}),
                at({' "': 1}),
                at({"de": 0.8, "truth": 0.2}),
                at({"ceptive": 1}),
                at({'"}': 1}),
            ],
            WORDS,
        ),
        ("win.", [at({"win": 0.9, "winner": 0.05}), at({".": 0.7, "ner": 0.2})], WIN),
        ("deceptive", [at({"deceptive": 0.9, "x": 0.1})], WORDS),
        (
            "deceptive",
            [Position("deceptive", [Rival("deceptive", math.nan), Rival("truthful", -math.inf)])],
            WORDS,
        ),
    ],
)
def test_tokens_that_a_record_keeps_say_the_same_again(
    text: str, positions: Sequence[Position], words: Mapping[str, Sequence[str]]
) -> None:
    fresh = judge(scored(text, positions), QUESTION, None, words)
    assert fresh.outcome == "answered"
    record = Record(
        scenario="s",
        item="i",
        subject="p",
        arm="a",
        model="m",
        form="chat",
        reasoning="direct",
        score="logprob",
        label_order=("a", "b"),
        outcome="answered",
        prompt_sha256="0",
        text=text,
        answer_tokens=fresh.answer_tokens,
    )
    stored = Record.model_validate_json(record.model_dump_json())
    again = judge(scored(text, kept=stored.answer_tokens), QUESTION, None, words)
    assert again == fresh
    assert fresh.answer_tokens


@given(
    st.lists(
        st.builds(
            Position,
            st.text(max_size=4),
            st.lists(
                st.builds(Rival, st.text(max_size=4), st.none() | st.floats() | st.integers()), max_size=4
            ),
            st.none() | st.binary(max_size=4),
        ),
        max_size=4,
    ),
    st.sampled_from(["deceptive", "Answer: truthful", "truthful."]),
)
def test_whatever_tokens_say_the_words_decide(positions: list[Position], text: str) -> None:
    spelled = [Position(text, one.tops, None) for one in positions[:1]]
    for tokens in (positions, spelled):
        verdict = judge(scored(text, tokens), QUESTION, None, WORDS)
        assert verdict.answer is not None
        assert verdict.answer in text
        assert (verdict.scores is None) != (verdict.censored is None)


def test_only_tokens_of_the_answer_are_kept() -> None:
    text = "So it is, I think: deceptive, for many reasons"
    tokens = [at({f" {word}" if index else word: 1.0}) for index, word in enumerate(text.split(" "))]
    kept = keep_tokens(text, tokens, read_words(text, WORDS))
    assert not isinstance(kept, str)
    assert [one.token for one in kept] == [" deceptive,"]
    long = "deceptive" * 3
    letters = [at({char: 1.0}) for char in long]
    assert len(keep_tokens(long, letters, read_words(long, {"d": (long,)}))) == MOST_KEPT
