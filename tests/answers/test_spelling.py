"""Bytes of tokens, and where tokens stand in a text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.spelling import (
    place_tokens,
    spelled_in_bytes,
    spelled_in_pieces,
    spelled_plainly,
    token_bytes,
)
from mgllm.records import Position


@pytest.mark.parametrize(
    ("token", "raw", "found"),
    [
        ("calm", None, b"calm"),
        ("calm", b" calm", b" calm"),
        ("\ufffd", b"\xe6\x82", b"\xe6\x82"),
        ("\\xe6\\x82", None, b"\xe6\x82"),
        ("bytes:\\xe6\\x82", None, b"\xe6\x82"),
        ("bytes: \\xf0\\x9f", None, b" \xf0\x9f"),
        ("<0xE6>", None, b"\xe6"),
        ("\\xe6 calm", None, b"\\xe6 calm"),
        ("<0xE6>x", None, b"<0xE6>x"),
        ("悲", None, "悲".encode()),
    ],
)
def test_the_bytes_of_a_token(token: str, raw: bytes | None, found: bytes) -> None:
    assert token_bytes(token, raw, spelled_plainly) == found


@pytest.mark.parametrize(
    ("token", "in_pieces", "in_bytes"),
    [
        ("▁calm", b" calm", "▁calm".encode()),
        ("Ġcalm", "Ġcalm".encode(), b" calm"),
        ("Ċ", "Ċ".encode(), b"\n"),
        ("æĤ²", "æĤ²".encode(), "悲".encode()),
        ("calm", b"calm", b"calm"),
        ("悲", "悲".encode(), "悲".encode()),
    ],
)
def test_spellings_of_vocabularies(token: str, in_pieces: bytes, in_bytes: bytes) -> None:
    assert spelled_in_pieces(token) == in_pieces
    assert spelled_in_bytes(token) == in_bytes


def placed(text: str, *tokens: str | bytes) -> list[int] | None:
    return place_tokens(
        text,
        [
            Position("\ufffd" if isinstance(one, bytes) else one, [], one if isinstance(one, bytes) else None)
            for one in tokens
        ],
    )


@pytest.mark.parametrize(
    ("text", "tokens", "starts"),
    [
        ("calm", ["calm"], [0]),
        ("so calm", ["so", " calm"], [0, 2]),
        ("so calm", ["▁so", "▁calm"], [-1, 2]),
        ("so calm", ["so", "Ġcalm"], [0, 2]),
        (" calm", ["calm"], [1]),
        ("calm", [" ", "calm", "\n"], [-1, 0, 4]),
        ("悲伤", [b"\xe6\x82", b"\xb2\xe4", b"\xbc\xa4"], [0, 2, 4]),
        ("calm", ["calm", "<|im_end|>"], [0, 4]),
        ("calm", ["calm", "", "</s>"], [0, 4, 4]),
        ("calm", ["calm", "[EOS]"], [0, 4]),
        ("calm", ["<think>", "calm", "</think>", "calm"], [-19, -12, -8, 0]),
        ("calm", ["tense", "calm"], None),
        ("calm", ["calm", "ly"], None),
        ("calm", ["cal"], None),
        ("calm", [], None),
        ("  ", [" ", " "], None),
        ("calm", ["<think>", "calm"], None),
    ],
)
def test_where_tokens_stand(text: str, tokens: list[str | bytes], starts: list[int] | None) -> None:
    assert placed(text, *tokens) == starts


@given(st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip())), st.data())
def test_any_cut_of_a_text_into_bytes_is_placed(text: str, data: st.DataObject) -> None:
    whole = text.encode("utf-8", "surrogatepass")
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(whole) - 1)), max_size=5)))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert placed(text, *pieces) == edges[:-1]
