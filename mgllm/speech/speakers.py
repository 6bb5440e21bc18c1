"""Speakers that stand in front of their words, `Ann Lee: It was.` or `[SPEAKER_00]: It was.`

Zoom, WhisperX and people write them so. A name is taken off the words only where it is clear that
it is one: "Note: …" and "10:30" are words, and where it is not clear, the user is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mgllm.errors import InputError, some
from mgllm.records import Turn
from mgllm.speech.words import NOBODY

ALL, NONE = "all", "none"
"""Values of `--speakers` besides names."""
FROM_SHARE, FROM_COUNT = 0.1, 3
"""A name is a speaker if it begins a tenth of the captions, but two or more, or three of them."""
MOST_WORDS, LONGEST = 5, 50
"""Words and characters of a speaker's name."""
LOOKED_AT = 200
"""Characters of a line in which a name, a time and what is between them must stand."""

_CLOCK = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])]?\s*(?:[-–—|]\s*)?)?"
_DASH = r"(?:>>+|[-–—])?"
_LABEL = r"(?:SPEAKER|SPK|PERSON|PARTICIPANT|VOICE)[ _-]?\d{1,3}"
_MARKED = re.compile(
    rf"\s*{_DASH}\s*{_CLOCK}(?:\[([^\]\n:]{{1,{LONGEST}}})\]\s*[:：]|\[({_LABEL})\]|({_LABEL})\s*[:：])\s*",
    re.IGNORECASE,
)
"""`[Name]:`, and what programs call people whom they do not know."""
_NAMED = re.compile(
    rf"\s*{_DASH}\s*{_CLOCK}([^\W\d_][^\n:：\[\]<>\"!?;,]{{0,{LONGEST}}}?)\s*(?:\([^()\n]{{1,30}}\)\s*)?[:：](?!//)"
    r"(?=\s|$|[\"“„'‘]|[^\W\d_])\s*"
)
_HEADING = re.compile(
    rf"\s*(?:\[([^\]\n:]{{1,{LONGEST}}})\]|([^\W\d_][^\n:：\[\]<>\"!?;,()]{{0,{LONGEST}}}?))"
    r"\s+[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]?\s*"
)
"""`[Name] 10:02:11` or `Name  0:03`, alone in a line above the words, as Zoom and Otter write."""
_PARTICLES = frozenset(
    re.findall(
        r"\S+",
        """
        al bin da de del della den der di do dos du el la le of op ten the van von y
        """,
    )
)
_NOT_NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        a.k.a. achtung aka also although and announcement answers anyway attention aufgabe because
        beispiel bemerkung but caption chapter chorus clue comment conclusion correction date day
        disclaimer edit either ejemplo episode essentially example examples exemple exercise fact facts
        fazit finally first fourth frage fragen from goal guess hence here hey hint hinweis how however
        idea imagine important info instead item key lesson like listen location look lyrics meaning
        merke music nb next no nope nota note noted notes now obviously oh ok okay or p.s. part place
        plan please plus point pro problem proof ps quote re reason reasons recap remark remarque
        remember result results rule rules scene second section see since so solution song sorry source
        sources spoiler step still stop story subject subtitles summary surprise task that then there
        therefore third this thought time tip tips title to today topic transcript translation true
        truth update verse wait warning watch well what when where which who why yes yet you
        """,
    )
)
"""First words that stand before a colon and are not people."""


class Line(NamedTuple):
    """A line of speech, and the name that may stand before it."""

    name: str
    """Empty if there is none."""
    words: str
    """The line behind the name."""
    clear: bool
    """Whether the line alone says that it is a speaker."""
    is_word: bool
    """Whether it is one of the known words that are not people."""


def named_line(line: str) -> Line:
    """A line, parted at the name before its words.

    >>> named_line("[SPEAKER_00]: It was.")
    Line(name='SPEAKER_00', words='It was.', clear=True, is_word=False)
    """
    bare = line.strip()
    head = bare[:LOOKED_AT]
    if found := _MARKED.match(head):
        name = next(group for group in found.groups() if group)
        return Line(" ".join(name.split()), _behind(line, found.end()), True, _is_word(name))
    if len(bare) <= LOOKED_AT and (found := _HEADING.fullmatch(bare)):
        name = " ".join((found[1] or found[2]).split())
        if _could_be_name(name):
            return Line(name, "", bool(found[1]), _is_word(name))
    found = _NAMED.match(head)
    name = " ".join(found[1].split()) if found else ""
    if not found or not _could_be_name(name):
        return Line("", line, False, False)
    return Line(name, _behind(line, found.end()), False, _is_word(name))


def _behind(line: str, end: int) -> str:
    """What stands behind a place of the line, counted from its first letter."""
    return line.lstrip()[end:].lstrip()


def _could_be_name(name: str) -> bool:
    words = name.split()
    named = [word for word in words if word.casefold() not in _PARTICLES]
    return len(words) <= MOST_WORDS and bool(named) and not any(word[0].islower() for word in named)


def _is_word(name: str) -> bool:
    return name.split(maxsplit=1)[0].casefold().strip(".") in _NOT_NAMES or name.casefold() in _NOT_NAMES


class Speakers:
    """Which names before words are speakers, in one file."""

    def __init__(self, lines: Sequence[str], where: str, choice: str | None) -> None:
        """Decide.

        Args:
            lines: the first line of each caption, or all lines of a text.
            where: what errors call the file.
            choice: what the user says: names, `all`, `none`, or nothing.

        Raises:
            InputError: it is not clear whether a name is a speaker; names it.
        """
        self.choice = choice
        self.given = _given_names(choice)
        self.split: list[str] = []
        self.left: list[str] = []
        read = [named_line(line) for line in lines if line.strip()]
        names = Counter(line.name for line in read if line.name and not line.is_word and not line.clear)
        self._most = len(read) > 0 and 2 * sum(bool(one.name) and not one.is_word for one in read) >= len(
            read
        )
        self.known = {name for name in names if self._is_known(name, names, len(read))}
        if choice is None and (unclear := [name for name in names if name not in self.known]):
            raise InputError(_question(where, unclear, names))

    def _is_known(self, name: str, names: Counter[str], lines: int) -> bool:
        if self._most and (names.total() > 1 or " " in name):
            return True
        return names[name] >= FROM_COUNT or names[name] >= max(2, FROM_SHARE * lines)

    def parts(self, text: str) -> Iterable[tuple[str, str]]:
        """Speaker and words of a caption with line breaks; who speaks first may not be said."""
        speaker, said = NOBODY, list[str]()
        for line in text.split("\n"):
            one = named_line(line)
            if one.name and self._is_speaker(one):
                yield speaker, "\n".join(said)
                speaker, said = one.name, [one.words]
                self.split.append(one.name)
                continue
            said.append(line)
            self.left += [f"{one.name}:"] if one.name else []
        yield speaker, "\n".join(said)

    def _is_speaker(self, line: Line) -> bool:
        if self.choice is not None:
            return self.choice == ALL or line.name.casefold() in self.given
        return not line.is_word and (line.clear or line.name in self.known or self._most)

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """What was split off and what was left, in the form of `Said.notes`."""
        return {
            what: tuple(names)
            for what, names in (
                ("stretches of speech begin with a speaker's name, which is taken off the words", self.split),
                ("names or words before a colon are left in the speech", self.left),
            )
            if names
        }


def named_turn(turn: Turn, names: Speakers) -> Turn:
    """A turn of one line, with a name before its words taken off."""
    speaker, words = list(names.parts(turn.text))[-1]
    said = words.split()
    if speaker == NOBODY or not said:
        return turn
    timed = turn.words[len(turn.words) - len(said) :] if turn.words else ()
    return Turn(speaker=speaker, text=" ".join(said), start=turn.start, end=turn.end, words=timed)


def _given_names(choice: str | None) -> frozenset[str]:
    if choice is None or choice in (ALL, NONE):
        return frozenset()
    return frozenset(" ".join(name.split()).casefold().removesuffix(":") for name in choice.split(","))


def _question(where: str, unclear: Sequence[str], names: Counter[str]) -> str:
    shown = [f"'{name}:'" for name in unclear]
    times = "once" if len(unclear) == 1 and names[unclear[0]] == 1 else "a few times"
    example = ",".join(unclear[:2])
    return (
        f"{where} has lines that begin with {some(shown)} {times}: speakers, or words? Give "
        f"--speakers {NONE} if they are words, --speakers {ALL} if all are speakers, or the speakers, "
        f"as --speakers '{example}'"
    )
