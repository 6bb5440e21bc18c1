"""BVH motion capture files, read strictly.

The form is that of Biovision as M. Meredith and S. Maddock describe it ("Motion Capture File
Formats Explained", 2001): `HIERARCHY` with one `ROOT`, its `JOINT`s and `End Site`s, each with an
`OFFSET` and `CHANNELS`; then `MOTION` with `Frames:`, `Frame Time:` and a line of numbers for each
frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.files.json_files import decode, read_at_most

AXES = "XYZ"
POSITIONS = tuple(f"{axis}position" for axis in AXES)
ROTATIONS = tuple(f"{axis}rotation" for axis in AXES)
END = "_end"
"""What is added to a joint's name for its `End Site`."""
MAX_BYTES = 200_000_000
"""Largest file that is read; ten minutes at 120 frames a second have 60 MB."""
MOST_JOINTS = 1000
"""More than any body has; a file that asks for more is not one."""


@dataclass(frozen=True)
class Bone:
    """A joint and how it hangs on its parent."""

    name: str
    parent: int
    """Place of the parent in the list; −1 for the root."""
    offset: tuple[float, float, float]
    """From the parent, in the file's unit."""
    channels: tuple[str, ...] = ()
    """In the file's order, such as "Zrotation"."""


@dataclass(frozen=True, eq=False)
class Motion:
    """A file's content."""

    bones: tuple[Bone, ...]
    """Parents come before their children."""
    values: NDArray[np.float64]
    """[T, channels of all bones]: units and degrees."""
    seconds: float
    """Between two frames."""


class _Lines:
    """The lines of a file that are not blank, taken in order."""

    def __init__(self, path: Path) -> None:
        text = decode(read_at_most(path, MAX_BYTES, "a motion capture"), str(path)).removeprefix("\ufeff")
        texts = text.splitlines()
        self._path = path
        self._lines = [(number, text.split()) for number, text in enumerate(texts, 1) if text.strip()]
        self._next = 0

    @property
    def where(self) -> str:
        """FILE:LINE of the line that was taken last."""
        return f"{self._path}:{self._lines[self._next - 1][0] if self._next else 1}"

    def take(self, wanted: str) -> list[str]:
        """The words of the next line."""
        if self._next == len(self._lines):
            raise InputError(f"{self.where} the file ends where {wanted} must follow; copy it again")
        self._next += 1
        return self._lines[self._next - 1][1]

    def expect(self, *words: str) -> None:
        """Take a line of these words, in capitals or not."""
        given = self.take(f"'{' '.join(words)}'")
        if [word.upper() for word in given] != [word.upper() for word in words]:
            raise self.wrong(f"must be '{' '.join(words)}' (given '{' '.join(given):.40}')")

    def rest(self) -> list[tuple[int, list[str]]]:
        """All lines that are left, with their numbers."""
        rest, self._next = self._lines[self._next :], len(self._lines)
        return rest

    def wrong(self, what: str) -> InputError:
        """The error at the line that was taken last."""
        return InputError(f"{self.where} {what}")


def read_bvh(path: Path) -> Motion:
    """Read a file.

    Raises:
        InputError: it is not of this form; names the line.
    """
    lines = _Lines(path)
    lines.expect("HIERARCHY")
    bones = _read_bones(lines)
    lines.expect("MOTION")
    frames = _whole(lines, _after(lines, "Frames:"))
    seconds = _number(lines, _after(lines, "Frame", "Time:"))
    if not seconds > 0:
        raise lines.wrong(f"Frame Time must be above 0 (given {seconds:g})")
    return Motion(bones, _read_frames(lines, path, frames, sum(len(b.channels) for b in bones)), seconds)


def _read_bones(lines: _Lines) -> tuple[Bone, ...]:
    """The hierarchy: a stack of the joints whose braces are open."""
    bones: list[Bone] = []
    open_: list[int] = []
    while open_ or not bones:
        words = lines.take("a joint or '}'")
        if words == ["}"] and open_:
            open_.pop()
            continue
        name = _name(lines, words, bones, open_)
        lines.expect("{")
        offset = _offset(lines)
        end = words[0].upper() == "END"
        channels = () if end else _channels(lines)
        if any(bone.name.casefold() == name.casefold() for bone in bones):
            raise lines.wrong(f"the joint '{name:.60}' appears twice")
        bones.append(Bone(name, open_[-1] if open_ else -1, offset, channels))
        if len(bones) > MOST_JOINTS:
            raise lines.wrong(f"there are more than {MOST_JOINTS} joints")
        if end:
            lines.expect("}")
        else:
            open_.append(len(bones) - 1)
    return tuple(bones)


def _name(lines: _Lines, words: Sequence[str], bones: Sequence[Bone], open_: Sequence[int]) -> str:
    """Name of the joint that begins in a line; names may contain blanks."""
    kind, rest = words[0].upper(), " ".join(words[1:])
    if kind == "END" and open_ and rest.upper() == "SITE":
        return _end_name(bones, bones[open_[-1]].name)
    if not bones and kind == "ROOT" and rest:
        return rest
    if open_ and kind == "JOINT" and rest:
        return rest
    wanted = "'JOINT NAME', 'End Site' or '}'" if open_ else "'ROOT NAME'"
    raise lines.wrong(f"must be {wanted} (given '{' '.join(words):.40}')")


def _end_name(bones: Sequence[Bone], parent: str) -> str:
    """The first end of a joint has its name with "_end", others a number as well."""
    taken = {bone.name for bone in bones}
    name, count = f"{parent}{END}", 1
    while name in taken:
        count += 1
        name = f"{parent}{END}{count}"
    return name


def _offset(lines: _Lines) -> tuple[float, float, float]:
    words = lines.take("OFFSET")
    if len(words) != 4 or words[0].upper() != "OFFSET":
        raise lines.wrong(f"must be 'OFFSET X Y Z' (given '{' '.join(words):.40}')")
    x, y, z = (_number(lines, word) for word in words[1:])
    return x, y, z


def _channels(lines: _Lines) -> tuple[str, ...]:
    words = lines.take("CHANNELS")
    if len(words) < 2 or words[0].upper() != "CHANNELS":
        raise lines.wrong(f"must be 'CHANNELS N NAMES' (given '{' '.join(words):.40}')")
    names = tuple(word.capitalize() for word in words[2:])
    if _whole(lines, words[1]) != len(names):
        raise lines.wrong(f"says {words[1]:.10} channels, but names {len(names)}")
    for name in names:
        if name not in (*POSITIONS, *ROTATIONS):
            raise lines.wrong(f"channel '{name:.30}' is not one of {', '.join((*POSITIONS, *ROTATIONS))}")
        if names.count(name) > 1:
            raise lines.wrong(f"the channel {name} appears twice in a joint")
    return names


def _after(lines: _Lines, *words: str) -> str:
    """The one word that follows these in a line."""
    given = lines.take(f"'{' '.join(words)}'")
    if len(given) != len(words) + 1 or [w.upper() for w in given[:-1]] != [w.upper() for w in words]:
        raise lines.wrong(f"must be '{' '.join(words)} NUMBER' (given '{' '.join(given):.40}')")
    return given[-1]


def _number(lines: _Lines, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise lines.wrong(f"'{word:.30}' is not a number")
    return value


def _whole(lines: _Lines, word: str) -> int:
    if not (word.isdecimal() and len(word) < 10):
        raise lines.wrong(f"'{word:.30}' is not a whole number")
    return int(word)


def _read_frames(lines: _Lines, path: Path, frames: int, channels: int) -> NDArray[np.float64]:
    rows = lines.rest()
    if not frames or len(rows) != frames:
        raise InputError(f"{path} says {frames} frames, but has {len(rows)} lines of numbers")
    for number, words in rows:
        if len(words) != channels:
            raise InputError(f"{path}:{number} has {len(words)} numbers; the joints have {channels} channels")
    try:
        values = np.array([words for _, words in rows], dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{path} has a word that is not a number in a frame: {error}") from None
    if not np.isfinite(values).all():
        wrong = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise InputError(f"{path}:{rows[wrong][0]} has an infinite or missing value")
    return values
