"""Where the variance of a number comes from: the method of moments for crossed factors.

Shape suffix: N numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mgllm.analysis.metric import Floats, Ints

ITEM, CELL, ITEM_CELL, RESAMPLE = "item", "cell", "item_cell", "resample"
"""Parts that are not named like a factor: see `records.VariancePart`."""
Factors = frozenset[str]


@dataclass(frozen=True, slots=True)
class Components:
    """Variance by part."""

    parts: Mapping[str, float]
    """Never negative."""
    negative: tuple[str, ...]
    """Parts that came out negative."""


def components(values_N: Floats, levels: Mapping[str, Ints]) -> Components | None:
    """Split the variance of numbers with crossed random factors; missing combinations are allowed.

    Half the mean squared difference between numbers that share exactly the factors T estimates the
    sum of all parts that do not lie inside T. From these means each part follows. With complete
    data these are the usual estimates from mean squares (Searle, Casella and McCulloch 1992,
    ch. 5); with missing data they stay unbiased, if nothing is missing because of its value.

    Args:
        values_N: the numbers.
        levels: by factor, the level of each number; `item` must be one of them.

    Returns:
        None with fewer than two items, or if no two numbers differ in all factors.
    """
    factors = [name for name, level_N in levels.items() if len(np.unique(level_N)) > 1]
    if ITEM not in factors:
        return None
    sets = [frozenset(some) for size in range(len(factors) + 1) for some in combinations(factors, size)]
    apart = _apart(values_N - values_N.mean(), {name: levels[name] for name in factors}, sets)
    every = frozenset(factors)
    nothing: Factors = frozenset()
    if any(some not in apart for some in sets if some != every):
        return None
    total = apart[nothing]
    shared = {some: total - value for some, value in apart.items()}
    pure = {some: _alternating(shared, some) for some in sets if some in apart and some}
    raw = _named(pure, factors)
    raw[RESAMPLE] = apart[every] if every in apart else total - sum(raw.values())
    return Components(
        {name: max(value, 0.0) for name, value in raw.items()},
        tuple(name for name, value in raw.items() if value < -1e-12 * max(total, 1e-300)),
    )


def _named(pure: Mapping[Factors, float], factors: list[str]) -> dict[str, float]:
    """Each factor alone; the rest summed by whether items are in it."""
    raw = {name: pure.get(frozenset([name]), 0.0) for name in factors}
    several = {some: value for some, value in pure.items() if len(some) > 1}
    without_item = [value for some, value in several.items() if ITEM not in some]
    with_item = [value for some, value in several.items() if ITEM in some]
    raw |= {CELL: sum(without_item)} if without_item else {}
    return raw | ({ITEM_CELL: sum(with_item)} if with_item else {})


def _apart(values_N: Floats, levels: Mapping[str, Ints], sets: list[Factors]) -> dict[Factors, float]:
    """Half the mean squared difference of two numbers that share exactly these factors; left out if
    no two numbers do."""
    at_least = {some: _sums(values_N, [levels[name] for name in sorted(some)]) for some in sets}
    found = {}
    for some in sets:
        above = [other for other in sets if other >= some]
        signs = {other: (-1) ** (len(other) - len(some)) for other in above}
        squares = sum(signs[other] * at_least[other][0] for other in above)
        pairs = round(sum(signs[other] * at_least[other][1] for other in above))
        if pairs > 0:
            found[some] = squares / pairs / 2
    return found


def _sums(values_N: Floats, shared: list[Ints]) -> tuple[float, float]:
    """Summed squared differences of all pairs that share at least these factors, and their
    number."""
    if not shared:
        group_N = np.zeros(len(values_N), np.int64)
    else:
        group_N = np.unique(np.stack(shared, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    size_G = np.bincount(group_N).astype(np.float64)
    sum_G, square_G = np.bincount(group_N, values_N), np.bincount(group_N, values_N**2)
    return float((size_G * square_G - sum_G**2).sum()), float((size_G * (size_G - 1) / 2).sum())


def _alternating(shared: Mapping[Factors, float], some: Factors) -> float:
    """The part of a set of factors itself: what it shares, less what its subsets do."""
    subsets = [other for other in shared if other <= some]
    return float(sum((-1) ** (len(some) - len(other)) * shared[other] for other in subsets))
