"""Captions, SubRip (`.srt`) and WebVTT (`.vtt`): each caption is a turn, or one for each voice in
it.

webvtt-py reads both. It ignores lines that do not fit, so such lines are refused before.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.base import SpeechFormat, speech_format
from mgllm.speech.words import NOBODY, in_order, make_turn

_VTT_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_SRT_TIME = r"\d{1,3}:[0-5]\d:[0-5]\d[,.]\d{3}"
_VTT_TIMES = re.compile(rf"\s*{_VTT_TIME}\s*-->\s*{_VTT_TIME}(\s.*)?")
_SRT_TIMES = re.compile(rf"\s*{_SRT_TIME}\s*-->\s*{_SRT_TIME}(\s.*)?")
_NO_CUES = ("NOTE", "STYLE", "REGION")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t\n]+([^>]*)>|(</v>)")
_SRT_TAG = re.compile(r"</?[a-zA-Z][^>\n]*>|\{\\[^}]*\}")
"""`<i>`, and `{\\an8}`, with which some programs place a line on the screen."""


def parse_vtt(text: str, where: str) -> tuple[Turn, ...]:
    """Turns of WebVTT text; `<v Name>` says who speaks.

    Raises:
        InputError: it is not WebVTT; names the line.
    """
    if not re.match(r"WEBVTT(?=\s|$)", text):
        raise InputError(f"{where}:1 must begin with WEBVTT (begins with {text[:20]!r})")
    for number, block in list(_blocks(text))[1:]:
        if not block[0].startswith(_NO_CUES):
            _check_cue(where, number, block)
    try:
        captions = webvtt.from_string(text, strict=True)
    except (MalformedFileError, MalformedCaptionError) as error:
        raise InputError(f"{where} is not WebVTT: {error}") from None
    turns = [
        make_turn(f"{where} {caption.text[:40]!r}", speaker, html.unescape(said), *_seconds(caption))
        for caption in captions.captions
        for speaker, said in _voices(caption.raw_text)
    ]
    return in_order(turn for turn in turns if turn is not None)


def parse_srt(text: str, where: str) -> tuple[Turn, ...]:
    """Turns of SubRip text, which names no speakers.

    Raises:
        InputError: it is not SubRip text; names the line.
    """
    lines = [line.strip() for line in text.split("\n")]
    begun = False
    for number, line in enumerate(lines, 1):
        if "-->" in line:
            _check_times(f"{where}:{number}", line, _SRT_TIMES, "00:01:02,500 --> 00:01:04,000")
            if number == 1 or not lines[number - 2].isdecimal():
                raise InputError(f"{where}:{number} has no caption number on the line above")
            begun = True
        elif not begun and line and not line.isdecimal():
            raise InputError(f"{where}:{number} comes before the first line of times: {line[:40]!r}")
    if not begun:
        raise InputError(f"{where} has no captions; a caption is a number, a line of times, and text")
    captions = webvtt.from_buffer(io.StringIO("\n".join(lines).strip("\n")), format="srt")
    turns = []
    for caption in captions.captions:
        said = _SRT_TAG.sub("", caption.raw_text)
        turns.append(make_turn(f"{where} {said[:40]!r}", NOBODY, said, *_seconds(caption)))
    return in_order(turn for turn in turns if turn is not None)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and lines of each block between empty lines."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line:
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _check_cue(where: str, number: int, block: list[str]) -> None:
    """Check that a WebVTT cue has its times on the first line, or on the second below a name."""
    example = "00:01:02.500 --> 00:01:04.000"
    named = "-->" not in block[0]
    line = block[named] if len(block) > named else ""
    if "-->" not in line:
        what = f"has no line of times, like {example}: {block[0][:40]!r}"
        raise InputError(f"{where}:{number} {what}")
    _check_times(f"{where}:{number + named}", line, _VTT_TIMES, example)


def _check_times(where: str, line: str, times: re.Pattern[str], example: str) -> None:
    if not times.fullmatch(line):
        raise InputError(f"{where} must have times like {example} (given {line[:60]!r})")


def _seconds(caption: webvtt.Caption) -> tuple[float, float]:
    return caption.start_time.in_milliseconds() / 1000, caption.end_time.in_milliseconds() / 1000


def _voices(raw: str) -> Iterator[tuple[str, str]]:
    """Speaker and words of each part of a caption."""
    speaker, begin = NOBODY, 0
    for mark in _VOICE.finditer(raw):
        yield speaker, _without_tags(raw[begin : mark.start()])
        speaker, begin = html.unescape(mark[1] or NOBODY), mark.end()
    yield speaker, _without_tags(raw[begin:])


def _without_tags(text: str) -> str:
    return webvtt.Caption(text=text).text


def srt_text(turns: Iterable[Turn]) -> str:
    """SubRip text with a caption for each turn; all turns must have times. Speakers are not
    written.

    >>> print(srt_text([Turn(text="It was.", start=0.5, end=2)]), end="")
    1
    00:00:00,500 --> 00:00:02,000
    It was.
    """
    captions = []
    for number, turn in enumerate(turns, 1):
        times = f"{_clock(turn.start or 0.0)} --> {_clock(turn.end or 0.0)}"
        words = " ".join(turn.text.split()).replace("-->", "→")  # "-->" would be read as times
        captions.append(f"{number}\n{times}\n{words}\n")
    return "\n".join(captions)


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{thousandths:03}"


speech_format("srt")(
    SpeechFormat(
        suffix=".srt",
        tells="times",
        parse=parse_srt,
        title="Captions, SubRip",
        citation="The format has no paper; it comes from the program SubRip. Read with webvtt-py.",
    )
)
speech_format("vtt")(
    SpeechFormat(
        suffix=".vtt",
        tells="voices",
        parse=parse_vtt,
        title="Captions, WebVTT",
        citation="WebVTT: The Web Video Text Tracks Format. World Wide Web Consortium. Read with webvtt-py.",
    )
)
