"""The part of a picture that is looked at: `--crop X,Y,W,H` in pixels or percent."""

from __future__ import annotations

import re

from mgllm.errors import InputError
from mgllm.records import Frozen

_PART = re.compile(r"(\d+(?:\.\d+)?)(%?)")
SMALLEST = 32
"""Pixels to a side; a person cannot be seen in less."""


class Box(Frozen):
    """A part of a picture in whole pixels."""

    x: int
    """Its left side."""
    y: int
    """Its upper side."""
    width: int
    """From left to right."""
    height: int
    """From top to bottom."""


class Crop(Frozen):
    """What the user asked for; percents wait for a picture."""

    text: str
    """As it was written, without blanks."""
    values: tuple[float, float, float, float]
    """X, Y, W, H."""
    percent: tuple[bool, bool, bool, bool]
    """Which of them are shares of the picture."""

    def within(self, size: tuple[int, int], where: str) -> Box:
        """The box in a picture of a size (width, height).

        Raises:
            InputError: it reaches beyond the picture, or is too small to see a person in.
        """
        sides = (size[0], size[1], size[0], size[1])
        pixels = [
            value * side / 100 if percent else value
            for value, percent, side in zip(self.values, self.percent, sides, strict=True)
        ]
        x, y = round(pixels[0]), round(pixels[1])
        width, height = round(pixels[0] + pixels[2]) - x, round(pixels[1] + pixels[3]) - y
        picture = f"the picture of {where}, {size[0]} x {size[1]} pixels"
        if x + width > size[0] or y + height > size[1]:
            raise InputError(f"--crop {self.text} reaches beyond {picture}")
        if min(width, height) < SMALLEST:
            raise InputError(
                f"--crop {self.text} is {width} x {height} pixels of {picture}; "
                f"a person needs {SMALLEST} to a side"
            )
        return Box(x=x, y=y, width=width, height=height)


def parse_crop(text: str) -> Crop:
    """`X,Y,W,H`, each a number of pixels or a share of the picture such as 25%.

    Raises:
        InputError: it is something else.

    >>> parse_crop("25%, 0, 50%, 480").percent
    (True, False, True, False)
    """
    parts = [_PART.fullmatch(part.strip()) for part in text.split(",")]
    found = [part for part in parts if part is not None]
    if len(parts) != 4 or len(found) != 4:
        raise InputError(f"--crop '{text:.60}' is not X,Y,W,H in pixels or percent, such as 25%,0,50%,100%")
    x, y, width, height = (float(part[1]) for part in found)
    a, b, c, d = (part[2] == "%" for part in found)
    return Crop(text=",".join(part[0] for part in found), values=(x, y, width, height), percent=(a, b, c, d))
