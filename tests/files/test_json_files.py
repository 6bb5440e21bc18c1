"""Strict JSON: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError, one_line
from mgllm.files import json_files
from mgllm.files.json_files import MAX_BYTES, decode, parse_json, read_json_lines, to_model
from mgllm.records import GestureTranscript, Item


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1', "ends inside a JSON value"),
        ('{"a": "never', "ends inside a JSON value"),
        ("{'a': 1}", "is not JSON: Expecting property name"),
        ('{"a": 1} {', "is not JSON: Extra data at character 10"),
        ('{"a": 1, "a": 2}', "the key 'a' appears twice"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": -Infinity}', "-Infinity is not a JSON number"),
        ("[" * 200_000, "nested too deep"),
        ("9" * 5_000, "a number has thousands of digits"),
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ('{"\\uDFFF": 1}', "half of a surrogate pair"),
    ],
)
def test_what_is_no_strict_json_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text, "FILE:7")
    assert str(caught.value).startswith("FILE:7 ")
    assert words in str(caught.value)


def test_whole_surrogate_pairs_are_characters() -> None:
    assert parse_json('"\\ud83d\\ude00"', "x") == "\U0001f600"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PAR1\0\0", "NUL bytes"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b'{"id": "\xe9"}', "not UTF-8 text (byte 9 is 0xe9)"),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(raw, "f")
    assert words in str(caught.value)


def test_lines_carry_their_number_and_skip_blanks_comments_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf# a header\r\n\r\n1\r\n  \n  # more\n[2]")
    assert list(read_json_lines(path)) == [(f"{path}:3", 1), (f"{path}:6", [2])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_where_systems_end_them_and_nowhere_else(tmp_path: Path, end: str) -> None:
    path = tmp_path / "x.jsonl"
    odd = "a\u2028b\u2029c\x85d"
    lines = [f'"{odd}"', "", f'["{odd}"]', "3"]
    path.write_bytes(end.join(lines).encode())
    assert list(read_json_lines(path)) == [(f"{path}:1", odd), (f"{path}:3", [odd]), (f"{path}:4", 3)]
    path.write_bytes((end.join(lines) + end).encode())
    assert [value for _, value in read_json_lines(path, "mine")] == [odd, [odd], 3]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_are_seen_across_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(end.join(b"%d" % n for n in range(40)))
    for block in range(1, 8):
        monkeypatch.setattr(json_files, "_BLOCK", block)
        assert list(read_json_lines(path)) == [(f"{path}:{n + 1}", n) for n in range(40)]


def test_a_line_of_five_million_bytes_is_read_and_a_longer_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'"' + b"a" * (MAX_BYTES - 2) + b'"')
    assert len(str(next(read_json_lines(path))[1])) == MAX_BYTES - 2
    path.write_bytes(b'1\n"' + b"a" * (MAX_BYTES - 1) + b'"')
    with pytest.raises(InputError, match=r":2 is longer than 5,000,000 bytes"):
        list(read_json_lines(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([1], "F has no item: it must be an object {…} (given [1])"),
        ({"id": "a"}, "F subject: is missing; every item needs it."),
        ({"id": "a", "subjct": "s"}, "Did you mean 'subjct'?"),
        (
            {"id": "a", "subject": "s", "speach": ""},
            "F speach: unknown field. Did you mean 'speech'? Known: canary, cov",
        ),
        ({"id": "a", "subject": 5}, "F subject: must be text (given 5)"),
        ({"id": "a", "subject": "s", "speech": ["x"]}, "F speech.0: must be an object {…} (given 'x')"),
        ({"id": "a", "subject": "s", "speech": 4}, "F speech: must be a list (given 4)"),
        (
            {"id": "a", "subject": "s", "terms": "shut"},
            "F terms: must be 'open' or 'restricted' (given 'shut')",
        ),
        (
            {"id": "a", "subject": "s", "covariates": {"x": [1]}},
            "F covariates.x: must be text, a number, true",
        ),
        (
            {"id": "a", "subject": "s", "covariates": {"x": float("inf")}},
            "F covariates.x: must be text, a num",
        ),
        (
            {"id": "a", "subject": "s", "gestures": {"x": {}}},
            "F gestures.x: must be 'annotated', 'recognized'",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_was_given(content: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        to_model(Item, content, "F")
    assert words in str(caught.value)


def test_unknown_nested_fields_are_guessed_among_the_names_of_their_own_model() -> None:
    content = {
        "id": "a",
        "subject": "s",
        "gestures": {"annotated": {"gestures": [{"label": "x", "strat": 1}]}},
    }
    with pytest.raises(InputError) as caught:
        to_model(Item, content, "F")
    assert str(caught.value) == (
        "F gestures.annotated.gestures.0.strat: unknown field. "
        "Did you mean 'start'? Known: confidence, end, label, level, start"
    )


def test_a_rule_over_two_fields_speaks_without_the_libraries_words() -> None:
    with pytest.raises(InputError) as caught:
        to_model(GestureTranscript, {"gestures": [{"label": "nod", "start": 5, "end": 3}]}, "F")
    assert str(caught.value) == "F gestures.0: 'nod' ends at 3.0 s, before its start at 5.0 s"


def test_messages_stay_on_one_line_whatever_they_quote() -> None:
    assert one_line("a\nb\u2028c\x85d\ud800é ü") == "a\\nb\\u2028c\\x85d\\ud800é ü"
    assert len(one_line("x\r\ny").splitlines()) == 1
