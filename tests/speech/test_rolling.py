"""Captions that show lines again: each line is said once, and what was removed is counted."""

from __future__ import annotations

from mgllm.speech.captions import parse_srt, parse_vtt

YOUTUBE = """WEBVTT
Kind: captions

00:00:00.160 --> 00:00:02.429 align:start position:0%
{blank}
the<00:00:00.480><c> fox</c>

00:00:02.429 --> 00:00:02.439 align:start position:0%
the fox
{blank}

00:00:02.439 --> 00:00:04.749 align:start position:0%
the fox
jumps<00:00:02.800><c> on</c>
""".replace("{blank}", " ")
REMOVED = "lines of captions stood in the caption before already, and are left out"


def srt(*captions: tuple[float, float, str]) -> str:
    def clock(seconds: float) -> str:
        return f"00:00:{seconds:06.3f}".replace(".", ",")

    return "\n".join(
        f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n" for n, (a, b, text) in enumerate(captions, 1)
    )


def said(*captions: tuple[float, float, str]) -> tuple[list[tuple[str, float | None, float | None]], int]:
    read = parse_srt(srt(*captions), "talk")
    return [(turn.text, turn.start, turn.end) for turn in read.turns], len(read.notes.get(REMOVED, ()))


def test_youtubes_captions_say_each_word_once() -> None:
    read = parse_vtt(YOUTUBE, "talk")
    assert [(turn.text, turn.start, turn.end) for turn in read.turns] == [
        ("the fox", 0.16, 2.429),
        ("jumps on", 2.439, 4.749),
    ]
    assert read.notes == {REMOVED: ("the fox", "the fox")}


def test_and_as_srt() -> None:
    turns, removed = said(
        (0.16, 2.429, "the fox"), (2.429, 2.439, "the fox"), (2.439, 4.749, "the fox\njumps on")
    )
    assert turns == [("the fox", 0.16, 2.429), ("jumps on", 2.439, 4.749)]
    assert removed == 2


def test_three_lines_that_roll_up() -> None:
    turns, removed = said((0, 1, "a a"), (1, 2, "a a\nb b"), (2, 3, "a a\nb b\nc c"), (3, 4, "b b\nc c\nd d"))
    assert [text for text, _, _ in turns] == ["a a", "b b", "c c", "d d"]
    assert removed == 1 + 2 + 2


def test_a_line_that_grows() -> None:
    turns, _ = said((0, 0.5, "the"), (0.5, 1, "the fox"), (1, 1.5, "the fox jumps"))
    assert turns == [("the fox jumps", 0.0, 1.5)]


def test_what_is_there_twice_with_the_same_times() -> None:
    assert said((0, 1, "Yes."), (0, 1, "Yes.")) == ([("Yes.", 0.0, 1.0)], 1)


def test_people_may_say_the_same_twice() -> None:
    turns, removed = said((0, 1, "No."), (1, 2, "No."), (2, 3, "No, never."), (3, 4, "Why?"))
    assert [text for text, _, _ in turns] == ["No.", "No.", "No, never.", "Why?"]
    assert removed == 0
    assert [text for text, _, _ in said((0, 1, "No"), (1, 2, "No way"))[0]] == ["No", "No way"]


def test_one_line_twice_among_many_is_kept_and_counted() -> None:
    read = parse_srt(srt((0, 1, "a"), (1, 2, "b\nNo."), (2, 3, "No.\nc"), (3, 4, "d"), (4, 5, "e")), "talk")
    assert [turn.text for turn in read.turns] == ["a", "b No.", "No. c", "d", "e"]
    assert read.notes == {"captions begin with what the caption before ends with, and are kept": ("No.",)}


def test_after_a_pause_the_same_is_said_again() -> None:
    turns, _ = said((0, 1, "the fox"), (1, 2, "the fox\njumps"), (9, 10, "jumps\nhigh"))
    assert [text for text, _, _ in turns] == ["the fox", "jumps", "jumps high"]
