"""From the bytes of a body to JSON, or to words that say what came."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from typing import Any

import pytest

from mgllm.backends.api.address import Secret
from mgllm.backends.api.bodies import MOST_BYTES, Answer, read_answer
from mgllm.backends.api.refusing import read_trouble

KEY = "sesame-Open_4711/WITH+more=0"
GOOD = b'{"choices": [{"message": {"content": "yes"}}]}'


def read(raw: bytes, status: int = 200, kind: str = "application/json", packed: str = "") -> Answer:
    return read_answer(status, {"content-type": kind, "content-encoding": packed}, raw, Secret(KEY, "KEY"))


def content(answer: Answer) -> Any:
    return answer.body["choices"][0]["message"]["content"]


def test_json_is_read() -> None:
    assert read(GOOD) == Answer(200, read(GOOD).headers, json.loads(GOOD), "")
    assert content(read(b"\xef\xbb\xbf \n" + GOOD)) == "yes"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb"a \ud83d b", "a � b"),
        (rb"a \uDC00 b", "a � b"),
        (rb"\ud83d\ud83d\ude22", "�😢"),
        (rb"\ude22\ud83d", "��"),
        (rb"\ud83d\\ude22", "�\\ude22"),
        (rb"\\ud83d", "\\ud83d"),
        (rb"\\\ud83d", "\\�"),
        (rb"\uD83D\uDE22", "😢"),
        (b"a \xed\xa0\xbd b", "a ��� b"),
        (b"a \xff b", "a � b"),
    ],
)
def test_half_a_surrogate_pair_becomes_a_mark(written: bytes, text: str) -> None:
    found = content(read(GOOD.replace(b"yes", written)))
    assert found == text
    found.encode()


def test_surrogates_in_names_and_errors_are_mended_too() -> None:
    answer = read(rb'{"error": {"message": "x \ud800", "\udfff": 1}}', 400)
    assert answer.body == {"error": {"message": "x �", "�": 1}}


STRANGE = [
    (b"", "application/json", "an empty body", False),
    (b" \n ", "application/json", "an empty body", False),
    (b"<!doctype html><title>Sign in", "text/html", "an HTML page", True),
    (b"<html>busy</html>", "application/json", "an HTML page", True),
    (b"<?xml version='1.0'?><Error/>", "text/xml", "XML", True),
    (GOOD[:-9], "application/json", 'incomplete or damaged JSON: \'{"choices"', False),
    (b"[1, 2]", "application/json", "JSON that is not an object: '[1, 2]'", False),
    (b"null", "application/json", "JSON that is not an object: 'null'", False),
    (b"upstream busy", "text/plain; charset=x", "text/plain instead of JSON: 'upstream busy'", False),
    (b"[" * 200_000, "application/json", "JSON nested too deeply", True),
    (b'{"a":' * 100_000, "application/json", "JSON nested too deeply", True),
    (b"data: [" + b"[" * 200_000, "text/event-stream", "an incomplete stream of events", False),
    (b"\x00\x01\x02", "application/octet-stream", "application/octet-stream instead of JSON", False),
]


@pytest.mark.parametrize(
    ("raw", "kind", "words", "final"), STRANGE, ids=[f"{n}-{one[2][:20]}" for n, one in enumerate(STRANGE)]
)
def test_what_is_no_reply_is_told_by_what_it_is(raw: bytes, kind: str, words: str, final: bool) -> None:
    answer = read(raw, kind=kind)
    assert answer.body == {}
    assert answer.said.startswith(words)
    assert len(answer.said) < 200
    assert answer.final is final


def test_a_reply_without_a_choice_is_shown() -> None:
    assert read(b'{"status": "loading"}').said == '{"status": "loading"}'


def test_of_an_error_its_own_words_are_kept() -> None:
    answer = read(b"<html><b>Bad\n gateway</b></html>", 502, "text/html")
    assert (answer.said, answer.final) == ("<html><b>Bad gateway</b></html>", False)
    assert read(b"", 502).said == "an empty body"


def test_geminis_errors_come_in_a_list() -> None:
    assert read(b'[{"error": {"message": "no", "code": 400}}]', 400).body["error"]["message"] == "no"


def test_an_integer_of_thousands_of_digits_spoils_nothing_else() -> None:
    raw = GOOD[:-1] + b', "usage": {"prompt_tokens": ' + b"9" * 5000 + b', "completion_tokens": 2}}'
    answer = read(raw)
    assert content(answer) == "yes"
    assert answer.body["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(
    ("packed", "raw"),
    [
        ("gzip", gzip.compress(GOOD, mtime=0)),
        ("x-gzip", gzip.compress(GOOD, mtime=0)),
        ("GZIP ", gzip.compress(GOOD, mtime=0)),
        ("deflate", zlib.compress(GOOD)),
        ("deflate", zlib.compress(GOOD)[2:-4]),
        ("identity", GOOD),
    ],
)
def test_packed_bodies_are_unpacked(packed: str, raw: bytes) -> None:
    assert content(read(raw, packed=packed)) == "yes"


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
@pytest.mark.parametrize("status", [200, 500])
def test_a_bomb_is_never_unpacked_whole(packed: str, status: int) -> None:
    large = b" " * (60 * 2**20)
    raw = gzip.compress(large, 9) if packed == "gzip" else zlib.compress(large, 9)
    answer = read(raw, status, packed=packed)
    assert answer.body == {}
    assert "more than 8 MB" in answer.said
    assert answer.final is (status == 200)


def test_a_body_just_within_the_limit_is_read() -> None:
    raw = GOOD.replace(b"yes", b"y" * (MOST_BYTES - len(GOOD) + 3))
    assert len(raw) == MOST_BYTES
    assert len(content(read(gzip.compress(raw, 1), packed="gzip"))) > 8_000_000


@pytest.mark.parametrize(
    ("packed", "raw", "words"),
    [
        ("br", b"\x0b\x02\x80", "a body compressed as 'br', which was not asked for"),
        ("gzip, gzip", GOOD, "a body compressed as 'gzip, gzip'"),
        ("gzip", GOOD, "a body that is not compressed as its header says"),
        ("gzip", gzip.compress(GOOD, mtime=0)[:-20], "incomplete or damaged JSON"),
    ],
)
def test_bodies_packed_wrongly_are_told(packed: str, raw: bytes, words: str) -> None:
    assert read(raw, packed=packed).said.startswith(words)


SPELLINGS = {
    "as it is": KEY,
    "in JSON": KEY.replace("/", "\\/"),
    "in escapes": "".join(f"\\u{ord(sign):04x}" for sign in KEY),
    "in a URL": "sesame-Open_4711%2FWITH%2Bmore%3D0",
    "without its end": KEY[:-4],
    "without its beginning": KEY[5:],
    "eight of it": KEY[9:17],
    "in hexadecimal": KEY.encode().hex(),
    "as basic": "c2VzYW1lLU9wZW5fNDcxMS9XSVRIK21vcmU9MA==",
    "as bearer": "QmVhcmVyIHNlc2FtZS1PcGVuXzQ3MTEvV0lUSCttb3JlPTA=",
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
def test_the_key_is_taken_out_of_every_string_before_it_is_read(spelt: str) -> None:
    raw = json.dumps({"choices": [{"message": {"content": "X", "refusal": "X"}, "logprobs": {"X": ["X"]}}],
                      "model": "X", "error": {"X": "X"}})  # fmt: skip
    found = str(read(raw.replace("X", f"you sent {spelt}, yes").encode()).body)
    assert found.count("you sent [key]") == 7
    plain = spelt if not spelt.startswith("\\u") else KEY
    assert not any(plain[at : at + 8] in found for at in range(len(plain) - 7))


def test_seven_characters_of_a_key_are_no_key() -> None:
    raw = GOOD.replace(b"yes", KEY[9:16].encode())
    assert content(read(raw)) == KEY[9:16]


@pytest.mark.parametrize("place", [60, 75, 79, 1980, 1999, 19_990])
@pytest.mark.parametrize("status", [200, 413])
def test_a_key_is_known_where_a_message_is_cut(place: int, status: int) -> None:
    raw = b"no json ".ljust(place, b".") + KEY.encode() + b"." * 30_000
    said = read(raw, status).said
    assert not any(KEY[at : at + 8] in said for at in range(len(KEY) - 7))


def test_a_short_stand_in_for_a_key_takes_no_word_out_of_a_reply() -> None:
    answer = read_answer(200, {}, GOOD, Secret("yes", "KEY"))
    assert content(answer) == "yes"
    assert Secret("yes", "KEY").line("the key yes is wrong") == "the key [key] is wrong"


def hostile(kind: str, size: int) -> tuple[bytes, int]:
    """A body and a status that were quadratic once, or might become so."""
    return {
        "angles": (b"<" * size, 500),
        "angles in JSON": (b'{"error": {"message": "' + b"<" * size + b'"}}', 400),
        "half a key": (b'{"choices": [{"text": "' + KEY[:7].encode() * (size // 7) + b'"}]}', 200),
        "the key": (b'{"choices": [{"text": "' + KEY.encode() * (size // 28) + b'"}]}', 200),
        "backslashes": (b'{"a": "' + b"\\\\" * (size // 2) + b"\\ud800" + b'"}', 200),
        "surrogates": (b'{"a": "' + b"\\ud800" * (size // 6) + b'"}', 200),
        "events": (b'data: {"choices": [{"text": "a"}]}\n' * (size // 34) + b"data: [DONE]", 200),
        "a long event": (b'data: {"choices": [{"text": "' + b"a" * size + b'"}]}\n'
                         + b'data: {"choices": [{"text": "a"}]}\n' * (size // 34) + b"data: [DONE]", 200),
        "lines": (b"data:\n" * (size // 6), 200),
    }[kind]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        *("angles", "angles in JSON", "half a key", "the key", "backslashes", "surrogates", "events"),
        *("a long event", "lines"),
    ],
)
def test_ten_times_the_text_takes_about_ten_times_the_time(kind: str) -> None:
    def seconds(size: int) -> float:
        raw, status = hostile(kind, size)
        began_s = time.process_time()
        read_trouble(read(raw, status))
        return time.process_time() - began_s

    small, large = min(seconds(200_000) for _ in range(2)), seconds(2_000_000)
    assert large < 40 * max(small, 0.005)
    assert large < 5
