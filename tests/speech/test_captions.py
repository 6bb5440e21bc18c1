"""SubRip and WebVTT into turns; nothing is lost without a word."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.captions import parse_srt, parse_vtt

SRT = """1
00:00:01,000 --> 00:00:02,500
It was a <i>long</i>
day.

2
00:00:03.250 --> 00:00:04.000
{\\an8}In

1999, that is.

3
01:00:05,000 --> 01:00:06,000 X1:40 X2:600
a < b and <font color="red">c</font>

4
01:00:07,000 --> 01:00:08,000
"""
VTT = """WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE
Nobody says this.

intro
00:01.000 --> 00:02.500 align:start
<v.loud Ann Lee>We <c.red>won</c> &amp; they
lost.</v>

00:00:03.000 --> 00:00:04.000
<v Bob>Hi. <v Ann Lee>Hello.</v> (door)

02:00:05.000 --> 02:00:06.000
No voice <02:00:05.500>here.
"""


def refusal(parse: object, text: str) -> str:
    assert callable(parse)
    with pytest.raises(InputError) as caught:
        parse(text, "talk")
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith("talk")
    return str(caught.value)


def test_subrip_captions_are_turns() -> None:
    assert parse_srt(SRT, "talk").turns == (
        Turn(text="It was a long day.", start=1.0, end=2.5),
        Turn(text="In 1999, that is.", start=3.25, end=4.0),
        Turn(text="a < b and c", start=3605.0, end=3606.0),
    )


def test_subrip_may_have_spaces_and_blank_lines_anywhere() -> None:
    loose = (
        "\n\n 1 \n 0:00:01,000  -->  0:00:02,500  \n  It was.  \n\n\n\n2\n0:00:03,000 --> 0:00:04,000\nSo."
    )
    assert [turn.text for turn in parse_srt(loose, "talk").turns] == ["It was.", "So."]


def test_captions_come_in_order_of_time() -> None:
    swapped = "1\n00:00:05,000 --> 00:00:06,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n"
    assert [turn.text for turn in parse_srt(swapped, "talk").turns] == ["a", "b"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("00:00:03.250 -->", "00:00:3.25 -->", "talk:7 must have times like 00:01:02,500"),
        ("00:00:03.250 -->", "00:00:73.250 -->", "talk:7 must have times"),
        ("\n2\n", "\ntwo\n", "talk:7 has no caption number on the line above"),
        ("1\n", "Title\n1\n", "talk:1 comes before the first line of times: 'Title'"),
        ("00:00:02,500", "00:00:00,500", "has impossible times: it is spoken from 1 s to 0.5 s"),
        (SRT, "", "has no captions"),
        (SRT, "just words\n", "comes before the first line of times"),
        (SRT, "7\n\n8\n", "has no captions"),
    ],
)
def test_what_is_no_subrip_is_refused_with_its_line(old: str, new: str, words: str) -> None:
    assert words in refusal(parse_srt, SRT.replace(old, new, 1))


def test_voices_are_speakers() -> None:
    assert parse_vtt(VTT, "talk").turns == (
        Turn(speaker="Ann Lee", text="We won & they lost.", start=1.0, end=2.5),
        Turn(speaker="Bob", text="Hi.", start=3.0, end=4.0),
        Turn(speaker="Ann Lee", text="Hello.", start=3.0, end=4.0),
        Turn(text="(door)", start=3.0, end=4.0),
        Turn(text="No voice here.", start=7205.0, end=7206.0),
    )


def test_a_file_without_captions_has_no_turns() -> None:
    assert parse_vtt("WEBVTT\n", "talk").turns == ()
    assert parse_vtt("WEBVTT\n\n00:01.000 --> 00:02.000\n", "talk").turns == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("WEBVTT", "WEBVTTX", "talk:1 must begin with WEBVTT"),
        ("00:02.500", "0:2.5", "talk:11 must have times like 00:01:02.500"),
        ("00:02.500", "00:72.500", "must have times"),
        ("00:02.500", "00:00.500", "is spoken from 1 s to 0.5 s"),
        ("00:00:03.000 -->", "00:00:03.000 ->", "talk:15 must have times like"),
        ("No voice", "\nLost words", "talk:20 has no line of times"),
        (
            "lost.</v>\n\n",
            "lost.</v>\n",
            "talk:14 has no caption number on the line above, and no empty line, but 'lost.</v>'",
        ),
    ],
)
def test_what_is_no_webvtt_is_refused(old: str, new: str, words: str) -> None:
    assert words in refusal(parse_vtt, VTT.replace(old, new, 1))


WORDS = st.text(st.sampled_from("abc .,?!’é-123"), min_size=1, max_size=20).filter(
    lambda text: text.strip() and "-->" not in text
)


@given(st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(0, 9_999), WORDS), min_size=1, max_size=6))
def test_every_caption_comes_back(captions: list[tuple[int, int, str]]) -> None:
    captions = [(start, length, f"{n} {text}") for n, (start, length, text) in enumerate(sorted(captions))]

    def clock(ms: int, point: str) -> str:
        return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{point}{ms % 1000:03d}"

    def written(point: str) -> str:
        return "\n".join(
            f"{n}\n{clock(start, point)} --> {clock(start + length, point)}\n{text}\n"
            for n, (start, length, text) in enumerate(captions, 1)
        )

    expected = tuple(
        Turn(text=" ".join(text.split()), start=start / 1000, end=(start + length) / 1000)
        for start, length, text in captions
    )
    assert parse_srt(written(","), "talk").turns == expected
    assert parse_vtt("WEBVTT\n\n" + written("."), "talk").turns == expected


@pytest.mark.parametrize("piece", ["<v ", "<v.a ", "<", "<a ", "{\\", "{\\an", " "])
@pytest.mark.parametrize(
    ("parse", "head"),
    [
        (parse_vtt, "WEBVTT\n\n00:01.000 --> 00:02.000\nyes"),
        (parse_srt, "1\n00:00:01,000 --> 00:00:02,000\nyes"),
    ],
)
def test_ten_times_the_marks_that_are_never_closed_take_ten_times_as_long(
    parse: Callable[[str, str], object], head: str, piece: str
) -> None:
    def seconds(length: int) -> float:
        began = time.process_time()
        parse(f"{head}\n{piece * (length // len(piece))}x\n", "talk")
        return time.process_time() - began

    longest = 80_000 if piece.startswith("{") else 20_000  # enough, and soon over if it grows as the square
    assert seconds(longest) < 0.1 + 30 * seconds(longest // 10)
