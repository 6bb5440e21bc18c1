"""Tokens and their rivals, in every shape in which servers show them."""

from __future__ import annotations

import math

import pytest

from mgllm.backends.api.tokens import read_positions
from mgllm.records import Position, Rival


def entry(token: object = "a", **more: object) -> dict[str, object]:
    return {"token": token, "logprob": -1.0, "top_logprobs": [{"token": "a", "logprob": -1.0}], **more}


ONE = (Position("a", [Rival("a", -1.0)]),)


@pytest.mark.parametrize(
    "logprobs",
    [
        {"content": [entry()]},
        {"content": [entry(top_logprobs={"a": -1})]},
        [entry()],
        {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [{"a": -1}]},
        {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [[{"token": "a", "logprob": -1}]]},
        {"content": None, "tokens": ["a"], "top_logprobs": [{"a": -1}]},
    ],
)
def test_every_shape_is_read_alike(logprobs: object) -> None:
    assert read_positions({"logprobs": logprobs}) == ONE


@pytest.mark.parametrize(
    "logprobs",
    [
        *(None, {}, [], "a", 7, True),
        *({"content": None}, {"content": []}, {"content": {}}, {"content": "a"}, {"tokens": None}),
        {"tokens": {"0": "a"}},
    ],
)
def test_absent_log_probabilities_are_no_positions(logprobs: object) -> None:
    assert read_positions({"logprobs": logprobs}) == ()


@pytest.mark.parametrize("odd", [None, 7, [], {}, True])
def test_a_token_that_is_no_text_leaves_none(odd: object) -> None:
    assert read_positions({"logprobs": {"content": [entry(), entry(odd)]}}) == ()
    assert read_positions({"logprobs": {"content": [entry(), odd]}}) == ()
    assert read_positions({"logprobs": {"tokens": ["a", odd], "top_logprobs": [{"a": -1}, {"b": -1}]}}) == ()


@pytest.mark.parametrize(
    "odd", [None, 7, "b", True, [None], [{"token": None, "logprob": -1}], [{"logprob": -1}]]
)
def test_rivals_that_are_none_are_left_out(odd: object) -> None:
    assert read_positions({"logprobs": {"content": [entry(top_logprobs=odd)]}}) == (Position("a", []),)


def test_a_good_rival_beside_an_odd_one_stays() -> None:
    tops = [{"token": None, "logprob": -2}, {"token": "b", "logprob": -1}, "c"]
    found = read_positions({"logprobs": {"content": [entry(top_logprobs=tops)]}})
    assert found == (Position("a", [Rival("b", -1.0)]),)


@pytest.mark.parametrize(
    ("written", "nats"),
    [
        *((-1.5, -1.5), (0, 0.0), (0.1, 0.1), (-9999.0, -9999.0)),
        *((None, None), ("-1", None), (True, None), ({}, None), ([-1], None)),
        *((math.nan, None), (math.inf, None), (-math.inf, None), (-(10**400), None)),
    ],
)
def test_values_are_made_no_better_and_what_is_no_number_is_none(written: object, nats: float | None) -> None:
    for logprobs in (
        {"content": [entry(top_logprobs=[{"token": "b", "logprob": written}])]},
        {"tokens": ["a"], "top_logprobs": [{"b": written}]},
    ):
        assert read_positions({"logprobs": logprobs}) == (Position("a", [Rival("b", nats)]),)


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        ([97], b"a"),
        ([226, 130], b"\xe2\x82"),
        ([], b""),
        *((odd, None) for odd in (None, "a", 97, [256], [-1], [1.5], [None], [10**400], {"0": 97})),
    ],
)
def test_bytes_of_tokens_are_read_where_they_are_some(written: object, raw: bytes | None) -> None:
    tops = [{"token": "a", "logprob": -1, "bytes": written}]
    found = read_positions({"logprobs": {"content": [entry(bytes=written, top_logprobs=tops)]}})
    assert found == (Position("a", [Rival("a", -1.0, raw)], raw),)


def test_tokens_without_rivals_are_positions_all_the_same() -> None:
    old = {"tokens": ["a", "b", "c"], "top_logprobs": [None, {"b": -1}]}
    assert read_positions({"logprobs": old}) == (
        Position("a", []),
        Position("b", [Rival("b", -1.0)]),
        Position("c", []),
    )
