"""Tokens are spelled as servers spell them."""

from __future__ import annotations

import math

import pytest

from mgllm.testing.zoo import tokens
from mgllm.testing.zoo.tokens import Json, Raw, Spelling, Token, positions, tokens_of


@pytest.mark.parametrize(
    ("spelling", "token", "told"),
    [
        (tokens.openai, " is", {"token": " is", "bytes": [32, 105, 115]}),
        (tokens.openai, b"\xe6\x82", {"token": "\\xe6\\x82", "bytes": [230, 130]}),
        (tokens.escaped, b" \xf0", {"token": " \\xf0", "bytes": None}),
        (tokens.replaced, b"\xe6\x82", {"token": "�", "bytes": [239, 191, 189]}),
        (tokens.bare, b"\xb2", {"token": "�"}),
        (tokens.byte_level, " é", {"token": "ĠÃ©"}),
        (tokens.byte_level, b"\xe6\x82", {"token": "æĤ"}),
        (tokens.sentencepiece, " is", {"token": "▁is"}),
        (tokens.sentencepiece, b"\xe6\x82", {"token": "<0xE6><0x82>"}),
        (tokens.text_in_bytes, "is", {"token": "is", "bytes": ["105", "115"]}),
    ],
)
def test_a_token_is_spelled(spelling: Spelling, token: Token, told: Json) -> None:
    assert spelling(token) == told


def test_the_token_written_comes_first_and_rivals_by_rank() -> None:
    (entry,) = positions([{"b": 0.2, "a": 0.7, "c": 0.1}], 2)
    assert entry["token"] == "b"
    assert entry["logprob"] == pytest.approx(math.log(0.2))
    assert [one["token"] for one in entry["top_logprobs"]] == ["a", "b"]


def test_raw_values_are_told_as_they_are() -> None:
    (entry,) = positions([{"a": Raw(None), "b": Raw("x"), "c": Raw(-9999.0)}], 3)
    assert {one["token"]: one["logprob"] for one in entry["top_logprobs"]} == {
        "a": None,
        "b": "x",
        "c": -9999.0,
    }


def test_a_text_is_cut_into_tokens_that_spell_it() -> None:
    found = tokens_of("The answer, it is: **deceptive**.", {"deceptive": {" truthful": 0.04}})
    assert "".join(str(next(iter(tops))) for tops in found) == "The answer, it is: **deceptive**."
    assert {"deceptive": 0.9, " truthful": 0.04} in found
