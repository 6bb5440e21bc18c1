"""Streams of random numbers by name."""

from __future__ import annotations

import numpy as np

from mgllm.seeds import number, stream, unit


def test_numbers_stay_what_they_were() -> None:
    # results of earlier runs hang on these
    assert number(0) == 0x5FECEB66FFC86F38  # sha256 of '0'
    assert number(7, "noise", "item-1", 3) == 0x7F74DF2FF9DA06A0


def test_seed_and_each_name_matter() -> None:
    assert (
        len({number(0, "a", "b"), number(1, "a", "b"), number(0, "ab"), number(0, "b", "a"), number(0, "a")})
        == 5
    )


def test_whole_numbers_may_be_names() -> None:
    assert number(0, "gesture", 12) == number(0, "gesture", "12")


def test_units_are_spread_evenly() -> None:
    units = np.array([unit(3, "item", k) for k in range(20_000)])
    assert units.min() >= 0
    assert units.max() < 1
    counts = np.histogram(units, bins=20, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 50  # chi-square, 19 degrees of freedom: p = 1e-4


def test_streams_are_repeatable_and_independent() -> None:
    same, again, other = stream(0, "x").random(1000), stream(0, "x").random(1000), stream(0, "y").random(1000)
    assert (same == again).all()
    assert abs(np.corrcoef(same, other)[0, 1]) < 0.15
