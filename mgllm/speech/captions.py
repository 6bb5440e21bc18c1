"""Captions, SubRip (`.srt`) and WebVTT (`.vtt`): each caption is a turn, or one for each voice in
it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.base import Said, SpeechFormat, speech_format
from mgllm.speech.cues import SRT_EXAMPLE, VTT_EXAMPLE, Cue, CueFile, read_cues
from mgllm.speech.rolling import Shown, unrolled
from mgllm.speech.speakers import Speakers
from mgllm.speech.words import NOBODY, in_order, make_turn

_HEADER = re.compile(r"WEBVTT(?=\s|$)")
_NOT_CUES = re.compile(r"NOTE(?=\s|$)|(?:STYLE|REGION)\s*$")
_MAP = re.compile(r"X-TIMESTAMP-MAP\s*=\s*(\S+)")
"""Where the times of a part of a stream begin (HTTP Live Streaming, RFC 8216)."""
_TIMED_WORD = re.compile(r"<(?:\d+:)?\d+:\d+[.,]\d+>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t\n]([^<>]*)>|(</v>)")
_VTT_TAG = re.compile(r"<[^<>\n]*>")
_SRT_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|\{\\[^{}]*\}")
"""`<i>`, and `{\\an8}`, with which some programs place a line on the screen. No tag holds the
beginning of another, so that each character is looked at once."""


def parse_vtt(text: str, where: str, *, speakers: str | None = None) -> Said:
    """Turns of WebVTT text; `<v Name>` and `Name: …` say who speaks.

    Raises:
        InputError: it is not WebVTT; names the line.
    """
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not _HEADER.match(first):
        raise InputError(f"{where}:1 must begin with WEBVTT (begins with {text[:20]!r})")
    file = CueFile(where, VTT_EXAMPLE, numbered=False)
    bare, headers = _without_blocks(lines, file)
    cues = read_cues(bare, file)
    _refuse_parts(cues, headers, lines, where)
    behind = [line.strip() for cue in cues for line in _behind_empty(cue)]
    timed = any(_TIMED_WORD.search(line) for cue in cues for line in cue.below)
    said = _said([_bare(cue) for cue in cues], where, speakers, timed_words=timed)
    note = {"lines stand behind an empty line, and are taken for words of the caption above": tuple(behind)}
    return Said(turns=said.turns, notes={**said.notes, **(note if behind else {})})


def parse_srt(text: str, where: str, *, speakers: str | None = None) -> Said:
    """Turns of SubRip text; `Name: …` says who speaks.

    Raises:
        InputError: it is not SubRip text; names the line.
    """
    cues = read_cues(text.split("\n"), CueFile(where, SRT_EXAMPLE, numbered=True))
    if not cues:
        raise InputError(f"{where} has no captions; a caption is a number, a line of times, and text")
    return _said([_without(cue, _SRT_TAG) for cue in cues], where, speakers)


def _without_blocks(lines: Sequence[str], file: CueFile) -> tuple[list[str], list[int]]:
    """The lines with headers and comments made empty, and where headers are.

    Raises:
        InputError: what stands behind a comment is not a caption.
    """
    bare, headers = list[str](), list[int]()
    skipping, begins, after_comment = False, True, False
    for number, line in enumerate(lines, 1):
        filled = bool(line.strip())
        is_times = "-->" in line
        if filled and begins:
            is_header, is_comment = bool(_HEADER.match(line)), bool(_NOT_CUES.match(line))
            headers += [number] if is_header else []
            skipping = is_header or is_comment
            follows = lines[number] if number < len(lines) else ""
            if after_comment and not skipping and not is_times and "-->" not in follows:
                raise file.no_times(number, line)
            after_comment = is_comment
        skipping = skipping and filled and not is_times
        bare.append("" if skipping else line)
        begins = not filled
    return bare, headers


def _refuse_parts(cues: Sequence[Cue], headers: Sequence[int], lines: Sequence[str], where: str) -> None:
    """Refuse several files in one whose times begin again."""
    places = [cue.line for cue in cues]
    for header in headers[1:]:
        after = bisect(places, header)
        if 0 < after < len(cues) and cues[after].start < cues[after - 1].start:
            what = f"begins with WEBVTT again, and times go back to {cues[after].start:g} s"
            raise InputError(f"{where}:{header} {what}: several files in one; give each its own file")
    maps = [found[1] for line in lines if (found := _MAP.match(line))]
    if len(set(maps)) > 1:
        what = "has parts whose times begin in different places (X-TIMESTAMP-MAP)"
        raise InputError(f"{where} {what}; save the captions of the recording as one file")


def _behind_empty(cue: Cue) -> Iterator[str]:
    """Lines of a caption behind a line that is quite empty; YouTube writes one space instead."""
    said = empty = False
    for line in cue.below:
        if line.strip() and said and empty:
            yield line
        said, empty = said or bool(line.strip()), line == "" or (empty and not line.strip())


def _bare(cue: Cue) -> Cue:
    """A caption without tags, except those of voices; these go on over lines."""
    raw = "\n".join(cue.below)
    voices = [*_VOICE.finditer(raw)]
    ends = [0, *(voice.end() for voice in voices)]
    begins = [*(voice.start() for voice in voices), len(raw)]
    parts = [_VTT_TAG.sub("", raw[end:begin]) for end, begin in zip(ends, begins, strict=True)]
    marks = [*(" ".join(voice[0].split()) for voice in voices), ""]
    joined = "".join(f"{part}{mark}" for part, mark in zip(parts, marks, strict=True))
    return cue._replace(below=tuple(joined.split("\n")))


def _without(cue: Cue, tag: re.Pattern[str]) -> Cue:
    return cue._replace(below=tuple(tag.sub("", line) for line in cue.below))


def _said(cues: Sequence[Cue], where: str, speakers: str | None, *, timed_words: bool = False) -> Said:
    rolled = unrolled(cues, timed_words=timed_words)
    firsts = [
        html.unescape(words).lstrip().split("\n")[0]
        for shown in rolled.shown
        for speaker, words in _voices(shown.text)
        if speaker == NOBODY
    ]
    names = Speakers(firsts, where, speakers)
    turns = [
        make_turn(f"{where}:{shown.line}", speaker, words, shown.start, shown.end)
        for shown in rolled.shown
        for speaker, words in _who_says_what(shown, names)
    ]
    notes = {
        "lines of captions stood in the caption before already, and are left out": rolled.removed,
        "captions begin with what the caption before ends with, and are kept": rolled.kept,
        **names.notes,
    }
    return Said(
        turns=in_order(turn for turn in turns if turn is not None),
        notes={what: lines for what, lines in notes.items() if lines},
    )


def _who_says_what(shown: Shown, names: Speakers) -> Iterator[tuple[str, str]]:
    """Speaker and words of each part of a caption."""
    for speaker, words in _voices(shown.text):
        said = html.unescape(words)
        yield from names.parts(said) if speaker == NOBODY else [(speaker, said)]


def _voices(raw: str) -> Iterator[tuple[str, str]]:
    """Speaker and words of each voice in a caption."""
    speaker, begin = NOBODY, 0
    for mark in _VOICE.finditer(raw):
        yield speaker, raw[begin : mark.start()]
        speaker, begin = html.unescape((mark[1] or NOBODY).strip()), mark.end()
    yield speaker, raw[begin:]


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
        heeds=frozenset({"speakers"}),
        title="Captions, SubRip",
        citation="The format has no paper; it comes from the program SubRip.",
    )
)
speech_format("vtt")(
    SpeechFormat(
        suffix=".vtt",
        tells="voices",
        parse=parse_vtt,
        heeds=frozenset({"speakers"}),
        title="Captions, WebVTT",
        citation="WebVTT: The Web Video Text Tracks Format. World Wide Web Consortium.",
    )
)
