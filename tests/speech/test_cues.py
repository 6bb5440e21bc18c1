"""Captions whose times are missing or mistyped are refused with their line; loose ones are read."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.speech.captions import parse_srt, parse_vtt

ONE = "1\n00:00:01,000 --> 00:00:02,000\none\n\n"
THREE = "3\n00:00:05,000 --> 00:00:06,000\nthree\n"


def refusal(parse: object, text: str) -> str:
    assert callable(parse)
    with pytest.raises(InputError) as caught:
        parse(text, "talk")
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    "times",
    [
        "00:00:02,500 -> 00:00:03,000",
        "00:00:02,500 → 00:00:03,000",
        "00:00:02,500 --&gt; 00:00:03,000",
        "00:00:02,500 00:00:03,000",
        "00:00:02,500 to 00:00:03,000",
        "00:00:02,500 - - > 00:00:03,000",
        "00:00:02 -> 00:00:03",
        "00:00:02,500",
    ],
)
def test_mistyped_times_do_not_become_words(times: str) -> None:
    assert refusal(parse_srt, f"{ONE}2\n{times}\ntwo\n\n{THREE}").startswith("talk:6 must have times like ")
    assert refusal(parse_srt, f"2\n{times}\ntwo\n\n{ONE}").startswith("talk:2 must have times like ")


@pytest.mark.parametrize(
    ("inside", "line"),
    [("2\ntwo\n\n", 5), ("2\n\n", 5), ("two\n\n", 5), ("\n2\n\ntwo\n\n", 6)],
)
def test_a_caption_without_its_times_does_not_join_the_one_before(inside: str, line: int) -> None:
    assert refusal(parse_srt, ONE + inside + THREE).startswith(f"talk:{line} has no line of times, like ")


def test_a_number_at_the_end_is_a_caption_that_broke_off() -> None:
    assert refusal(parse_srt, ONE + "2\n").startswith("talk:5 has no line of times")


def test_no_empty_line_before_a_lost_caption() -> None:
    assert refusal(parse_srt, ONE.rstrip() + "\n2\ntwo\n\n" + THREE).startswith("talk:4 has no line of times")


def test_words_behind_times_are_not_lost() -> None:
    said = refusal(parse_srt, "1\n00:00:01,000 --> 00:00:02,000 Hello\n")
    assert said == "talk:2 has words behind its times, 'Hello'; put them on the next line"


def test_times_that_people_say_and_numbers_are_words() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n10:30 - 11:45\n\n1999\nwas it.\n\n"
    (turn,) = parse_srt(text, "talk").turns
    assert turn.text == "10:30 - 11:45 1999 was it."


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("0:00:01.000 --> 0:00:02.500", 1.0, 2.5),
        ("1:01.000 --> 1:02,500", 61.0, 62.5),
        ("00:01,000 --> 00:02,500", 1.0, 2.5),
        ("00:00:01 --> 00:00:02", 1.0, 2.0),
        ("00:00:01.500000 --> 00:00:02.250000", 1.5, 2.25),
        ("0:0:6.90 --> 0:0:6.500", 6.09, 6.5),
    ],
)
def test_times_as_tools_write_them(times: str, start: float, end: float) -> None:
    for said in (
        parse_vtt(f"WEBVTT\n\n{times}\nIt was.\n", "talk"),
        parse_srt(f"1\n{times}\nIt was.\n", "talk"),
    ):
        (turn,) = said.turns
        assert (turn.start, turn.end) == (start, end)


def test_hundredths_are_read_where_a_file_always_has_two_digits() -> None:
    text = "WEBVTT\n\n00:01.25 --> 00:02.50\na\n\n00:03.00 --> 00:04.75\nb\n"
    assert [(t.start, t.end) for t in parse_vtt(text, "talk").turns] == [(1.25, 2.5), (3.0, 4.75)]
    assert "must have times like" in refusal(parse_vtt, text.replace("04.75", "04.750"))


def test_an_empty_line_behind_each_line() -> None:
    text = "1\n\n00:00:01,000 --> 00:00:02,000\n\none\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\ntwo\n"
    assert [turn.text for turn in parse_srt(text, "talk").turns] == ["one", "two"]


def test_webvtt_twice_and_text_behind_an_empty_line() -> None:
    first = "WEBVTT\nKind: captions\n\n00:01.000 --> 00:02.000\nIt\n\nwas.\n\n"
    text = first + "WEBVTT\n\n00:03.000 --> 00:04.000\nSo.\n"
    said = parse_vtt(text, "talk")
    assert [turn.text for turn in said.turns] == ["It was.", "So."]
    assert list(said.notes.values()) == [("was.",)]
    again = refusal(parse_vtt, text.replace("00:03.000 --> 00:04.000", "00:00.000 --> 00:01.000"))
    assert again.startswith("talk:9 begins with WEBVTT again, and times go back to 0 s: several files in one")


def test_parts_of_a_stream_that_count_from_different_times_are_refused() -> None:
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000\n\n00:0{}.000 --> 00:0{}.500\na\n\n"
    assert len(parse_vtt(part.format(9, 1, 1) + part.format(9, 2, 2), "talk").turns) == 2
    assert "X-TIMESTAMP-MAP" in refusal(parse_vtt, part.format(9, 1, 1) + part.format(8, 2, 2))


def test_what_stands_behind_a_comment_is_not_said() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nNOTE\nb\n\nc\n\n00:03.000 --> 00:04.000\nd\n"
    assert refusal(parse_vtt, text).startswith("talk:9 has no line of times")
    assert [turn.text for turn in parse_vtt(text.replace("c\n", ""), "talk").turns] == ["a", "d"]
