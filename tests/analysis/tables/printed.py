"""Printed cells against numbers: what a cell must look like, and how near its digits must be."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.analysis.by_hand import METRICS

SHOWN = r"(<\.0+1|[+−]?\d*\.?\d+)"
"""A number in a cell."""


class Number(NamedTuple):
    """One number of a cell, as it is before it is printed."""

    value: float
    digits: int
    plus: bool = False
    """A sign stands before it where it is above 0."""
    within: float = 0.0
    """How far it may be off beside rounding: what rests on random draws."""
    is_p: bool = False


def differs(cell: str, template: str, *numbers: Number) -> str | None:
    """Why a cell is not the template with these numbers in the places of {}; None if it is."""
    pattern = re.escape(template.replace(" ", "")).replace(r"\{\}", SHOWN)
    found = re.fullmatch(pattern, cell.replace(" ", ""))
    if found is None:
        return f"{cell!r} is not like {template!r}"
    for shown, number in zip(found.groups(), numbers, strict=True):
        if (why := _off(shown, number)) is not None:
            return f"{cell!r}: {why}"
    return None


def _off(shown: str, number: Number) -> str | None:
    if shown.startswith("<"):
        least = 0.5 * 10**-number.digits
        is_least = number.is_p and len(shown) == number.digits + 2 and number.value < least + number.within
        return None if is_least else f"{shown} is not {number.value}"
    told = float(shown.replace("−", "-"))
    places = len(shown.partition(".")[2])
    if abs(told - number.value) > 0.5 * 10**-number.digits + 1e-7 + number.within or places != number.digits:
        return f"{shown} is not {number.value} in {number.digits} decimals"
    if (shown[0] == "+") != (number.plus and told > 0):
        return f"{shown} has the wrong sign before it"
    return None


def of(name: str, value: float | None, *, plus: bool = False, within: float = 0.0) -> tuple[Number, ...]:
    """A value in a metric's own scale; nothing where there is none."""
    if value is None:
        return ()
    factor, digits = METRICS[name].printed
    return (Number(factor * value, digits, plus, factor * within),)


def span(name: str, interval: tuple[float, float] | None, within: float = 0.0) -> tuple[Number, ...]:
    """Both ends."""
    return (
        ()
        if interval is None
        else (*of(name, interval[0], within=within), *of(name, interval[1], within=within))
    )


def p(value: float | None, within: float = 0.0) -> tuple[Number, ...]:
    """A p-value."""
    return () if value is None else (Number(value, 3, within=within, is_p=True),)
