"""Captions of SubRip and WebVTT files, as tools write them and people edit them.

Lines of times divide such a file: what stands between two of them are the words of the first, but
for the number or name of the second. What could be a caption whose times are missing or mistyped is
refused with its line, since its words would join those of the caption before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from mgllm.errors import InputError

_CLOCK = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,9}))?"
_TIMES = re.compile(rf"{_CLOCK}\s*-->\s*{_CLOCK}((?:\s+[A-Za-z]\w*:\S+)*)")
_TIMES_AND_WORDS = re.compile(rf"{_CLOCK}\s*-->\s*{_CLOCK}\s+(\S.*)")
_TEAMS = re.compile(r"(?<!\d)\d+:\d:\d\.\d+")
"""Microsoft Teams writes each number as it is: `0:0:6.90 --> 0:0:6.500` is from 6.09 to 6.5 s."""
_LIKE_CLOCK = r"\d{1,3}\s*:\s*\d{1,2}(?:\s*[:.,;]\s*\d{1,6}){1,3}"
_LIKE_TIMES = re.compile(rf"\s*{_LIKE_CLOCK}(?:\W{{1,9}}|\s*-*&gt;\s*|\s+to\s+){_LIKE_CLOCK}.*")
"""Two clocks, whatever is between them: "10:30 - 11:45" may be said, "0:10:30 - 0:11:45" is not."""
_HALF_TIMES = re.compile(r"\s*(?:\W{1,3}\s*)?\d{1,2}:\d{2}:\d{2}[.,]\d{3}\W*")
"""One clock to the thousandth of a second, alone in its line."""
MILLI, FEWEST = 3, 4
"""Digits of a thousandth; and how many clocks must have as many digits as each other, where those
are fewer."""
SRT_EXAMPLE = "00:01:02,500 --> 00:01:04,000"
VTT_EXAMPLE = SRT_EXAMPLE.replace(",", ".")


class Cue(NamedTuple):
    """One caption."""

    line: int
    """Number of its line of times in the file."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    name: str
    """What stands above its times: a number, a name, or nothing."""
    below: tuple[str, ...]
    """All lines down to the next caption, empty ones too."""

    @property
    def text(self) -> tuple[str, ...]:
        """Its lines with words."""
        return tuple(line.strip() for line in self.below if line.strip())


Fraction = Literal["decimal", "ms"]
"""Whether 6.9 is 6.900 or 6.009 s, where a file has fewer than three digits."""


class CueFile(NamedTuple):
    """What errors about a file of captions say."""

    where: str
    """The file's name."""
    example: str
    """A line of times as it must be."""
    numbered: bool
    """Whether only a number may stand above it."""
    fraction: Fraction | None = None
    """How short fractions of a second are read; None if there should be none."""

    def bad_times(self, number: int, line: str) -> InputError:
        """A line of times is mistyped."""
        given = f"(given {line.strip()[:60]!r})"
        return InputError(f"{self.where}:{number} must have times like {self.example} {given}")

    def no_times(self, number: int, line: str) -> InputError:
        """A caption has no line of times."""
        shown = line.strip()[:40]
        return InputError(f"{self.where}:{number} has no line of times, like {self.example}: {shown!r}")


def read_cues(lines: Sequence[str], file: CueFile) -> list[Cue]:
    """The captions of a file, in its order.

    Args:
        lines: all lines; what is not a caption, such as a header, must be empty lines.
        file: what errors say.

    Raises:
        InputError: times are missing or mistyped; names the line.
    """
    file = file._replace(fraction=_fraction([line for line in lines if "-->" in line]))
    cues: list[Cue] = []
    above: list[str] = []
    begun: Cue | None = None
    for number, line in enumerate(lines, 1):
        if "-->" not in line:
            above.append(line)
            continue
        start, end = _read_times(line, number, file)
        words, name = _without_name(above, len(cues) + (begun is not None) + 1, number, file)
        if begun is None:
            _refuse_words_before(words, file)
        else:
            cues.append(begun._replace(below=tuple(words)))
        begun, above = Cue(number, start, end, name, ()), []
    if begun is None:
        _refuse_words_before(above, file)
        return []
    cues.append(begun._replace(below=tuple(above)))
    _refuse_lost_cues(cues, file)
    return cues


def _read_times(line: str, number: int, file: CueFile) -> tuple[float, float]:
    """Start and end in seconds."""
    found = _TIMES.fullmatch(line.strip())
    if found:
        start, end = found.groups()[:4], found.groups()[4:8]
        if file.fraction is None and any(len(clock[3] or "000") < MILLI for clock in (start, end)):
            raise file.bad_times(number, line)
        return _seconds(start, file.fraction), _seconds(end, file.fraction)
    if rest := _TIMES_AND_WORDS.fullmatch(line.strip()):
        what = f"has words behind its times, {rest[9][:40]!r}; put them on the next line"
        raise InputError(f"{file.where}:{number} {what}")
    raise file.bad_times(number, line)


def _fraction(lines: Sequence[str]) -> Fraction | None:
    """How a file writes fractions of a second, if not always with three digits."""
    if any(_TEAMS.search(line) for line in lines):
        return "ms"
    clocks = [found for line in lines if (found := _TIMES.fullmatch(line.strip()))]
    digits = [len(found[n] or "") for found in clocks for n in (4, 8)]
    return "decimal" if len(digits) >= FEWEST and len(set(digits)) == 1 and digits[0] else None


def _seconds(clock: Sequence[str | None], fraction: Fraction | None) -> float:
    hours, minutes, seconds, part = (one or "0" for one in clock)
    if fraction == "ms":
        part = part.zfill(MILLI)
    return round(3600 * int(hours) + 60 * int(minutes) + int(seconds) + float(f"0.{part}"), 6)


def _without_name(above: list[str], nth: int, number: int, file: CueFile) -> tuple[list[str], str]:
    """Words of the caption before, and the number or name of this one, which is the `nth`."""
    name = above[-1].strip() if above else ""
    if name:
        if not name.isdecimal() and (file.numbered or (len(above) > 1 and above[-2].strip())):
            what = f"has no caption number on the line above, and no empty line, but {name[:40]!r}"
            raise InputError(f"{file.where}:{number} {what}; put an empty line between two captions")
        return above[:-1], name
    filled = [n for n, line in enumerate(above) if line.strip()]
    if filled and above[filled[-1]].strip() == str(nth):  # a file with an empty line behind each line
        return above[: filled[-1]], str(nth)
    return above, ""


def _refuse_words_before(lines: Sequence[str], file: CueFile) -> None:
    for number, line in enumerate(lines, 1):
        if _like_times(line):
            raise file.bad_times(number, line)
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.strip().isdecimal():
            what = f"comes before the first line of times: {line.strip()[:40]!r}"
            raise InputError(f"{file.where}:{number} {what}; times are like {file.example}")


def _refuse_lost_cues(cues: Sequence[Cue], file: CueFile) -> None:
    """Refuse captions whose words hold another one, without its times or with mistyped ones."""
    names = {cue.name for cue in cues if cue.name and not cue.name.isdecimal()}
    for cue, after in zip(cues, [*cues[1:], None], strict=True):
        gap = after is not None and _number(after) > _number(cue) + 1 > 1
        behind_empty = False
        for number, line in enumerate(cue.below, cue.line + 1):
            if _like_times(line):
                raise file.bad_times(number, line)
        for number, line in enumerate(cue.below, cue.line + 1):
            words = line.strip()
            is_number = cue.name.isdecimal() and words == str(_number(cue) + 1)
            if words and ((behind_empty and (is_number or gap or names)) or (gap and is_number)):
                raise file.no_times(number, line)
            behind_empty = line == "" or (behind_empty and not words)


def _number(cue: Cue) -> int:
    """The number of a caption; -1 if it has none."""
    return int(cue.name) if cue.name.isdecimal() and len(cue.name) < 10 else -1


def holds_times(text: str) -> bool:
    """Whether a text has a line of times."""
    return any(_TIMES.fullmatch(line.strip()) for line in text.split("\n") if "-->" in line)


def _like_times(line: str) -> bool:
    bare = line.strip()  # white space at both ends would be divided in every possible way
    return bool(_LIKE_TIMES.fullmatch(bare) or _HALF_TIMES.fullmatch(bare))
