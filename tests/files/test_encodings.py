"""Text that is not UTF-8 is said to be what it looks like."""

from __future__ import annotations

import pytest

from mgllm.files.encodings import encoding_problem

GERMAN = "1\nEine müde Größe – so war es.\n" * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "ascii"])
def test_utf8_has_no_problem(encoding: str) -> None:
    assert encoding_problem(GERMAN.encode(encoding, "ignore")) is None


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1252", "is not UTF-8 text (byte 9 is 0xfc); it looks like Windows-1252 ('Eine müde Größe –'"),
        ("utf-16", "is UTF-16 text; save the file as UTF-8"),
        ("utf-16-le", "is UTF-16 text without a byte order mark (little-endian); save it as UTF-8"),
        ("utf-16-be", "is UTF-16 text without a byte order mark (big-endian); save it as UTF-8"),
        ("utf-32", "is UTF-32 text; save the file as UTF-8"),
    ],
)
def test_other_encodings_are_named(encoding: str, said: str) -> None:
    problem = encoding_problem(GERMAN.encode(encoding))
    assert problem is not None
    assert problem.startswith(said.removesuffix("–'"))


def test_what_is_not_western_is_not_guessed() -> None:
    problem = encoding_problem("Это был долгий день".encode("cp1251"))
    assert problem == "is not UTF-8 text (byte 1 is 0xdd); save it as UTF-8"


def test_bytes_that_are_no_text() -> None:
    assert (
        encoding_problem(b"PK\x03\x04\0\0abc")
        == "contains NUL bytes, so it is not a text file; save it as UTF-8 text"
    )
