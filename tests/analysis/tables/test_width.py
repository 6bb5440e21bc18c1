"""How wide text is, and where it is broken."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.analysis.tables.width import display_width, narrowest, wrapped


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("win", 3),
        ("微表情", 6),
        ("e\u0301", 1),
        ("a\u200bb", 2),
        ("+4.2 [−1.3, 9.7]", 16),
        ("Ｗ", 2),
    ],
)
def test_letters_take_their_columns(text: str, columns: int) -> None:
    assert display_width(text) == columns


def test_an_interval_is_one_word() -> None:
    assert wrapped("+4.2 [−1.3, 9.7]", 12, len) == ["+4.2", "[−1.3, 9.7]"]
    assert wrapped("+4.2 [−1.3, 9.7]", 16, len) == ["+4.2 [−1.3, 9.7]"]
    assert narrowest("+4.2 [−1.3, 9.7]", len) == 11


def test_a_long_name_is_cut_behind_a_joint() -> None:
    assert wrapped("meta-llama/Llama-3.1-8B-Instruct", 14, len) == [
        "meta-llama/",
        "Llama-3.1-8B-",
        "Instruct",
    ]
    assert wrapped("a" * 9, 4, len) == ["aaaa", "aaaa", "a"]


def test_later_lines_may_have_less_room() -> None:
    assert wrapped("one two three", 7, len, indent=2) == ["one two", "three"]
    assert wrapped("one two tree", 4, len, indent=1) == ["one", "two", "tre", "e"]


def test_nothing_is_one_empty_line() -> None:
    assert wrapped("", 5, len) == wrapped("   ", 5, len) == [""]


@given(text=st.text(), room=st.integers(2, 30), indent=st.integers(0, 1))
def test_lines_fit_and_nothing_is_lost(text: str, room: int, indent: int) -> None:
    lines = wrapped(text, room, display_width, indent)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(
        display_width(line) <= room - (indent if n else 0) for n, line in enumerate(lines) if len(line) > 1
    )
