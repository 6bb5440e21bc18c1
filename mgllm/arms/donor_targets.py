"""Draws the target of each item's donor, so that donors' targets are independent of the items' own.

Shapes: N items, C targets, G groups (items of one subject with one target).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
TOLERANCE = 1e-9
"""Numbers this close count as equal: rounding errors of float64 are far smaller."""
POOL = -1
"""Code of all subjects that are too small to limit any cell."""


def draw_targets(target_N: Ints, table_CC: Ints, rng: np.random.Generator) -> Ints:
    """For each item the target of its donor, drawn by chance; how many of each, the table says."""
    wanted_N = np.empty_like(target_N)
    for a, row_C in enumerate(table_CC):
        wanted_N[target_N == a] = rng.permutation(np.repeat(np.arange(len(row_C)), row_C))
    return wanted_N


def dominant_subject(subject_N: Ints) -> int | None:
    """The subject with more than half of the items, if there is one.

    Some of its items must have donors of the same subject. They are fewest if all others take their
    donors from it.
    """
    size_S = np.bincount(subject_N)
    largest = int(size_S.argmax())
    return largest if 2 * size_S[largest] > len(subject_N) else None


def nearest_possible_targets(
    subject_N: Ints, target_N: Ints, expected_CC: Floats, wanted_N: Ints, rng: np.random.Generator
) -> Ints:
    """The donor targets nearest to the wanted ones that subjects allow, with least excess over ±1.

    An integer program over groups: how many items of each group get donors of each target, and how
    many donors of each group go to items of each target. By Hall's theorem donors of other subjects
    exist if in each cell the items and donors of one subject are together at most as many as the
    cell's items: y + u ≤ table.
    """
    dominant = dominant_subject(subject_N)
    subject_N = _pooled(subject_N, target_N, expected_CC, dominant)
    pairs_G2, group_N = np.unique(np.column_stack([subject_N, target_N]), axis=0, return_inverse=True)
    group_N = group_N.reshape(-1)
    wanted_GC = np.zeros((len(pairs_G2), len(expected_CC)), dtype=np.int64)
    np.add.at(wanted_GC, (group_N, wanted_N), 1)
    program = _program(pairs_G2, np.bincount(group_N), expected_CC, wanted_GC)
    _permit_subjects(program, pairs_G2, np.bincount(group_N), dominant)
    least = program.solve(program.excess)[program.excess].sum()
    program.require({int(cell): 1.0 for cell in program.excess.ravel()}, high=float(least) + 1e-6)
    given_GC = np.rint(program.solve(program.moved)[program.y]).astype(np.int64)
    nearest_N = np.empty_like(wanted_N)
    for group, row_C in enumerate(given_GC):
        nearest_N[group_N == group] = rng.permutation(np.repeat(np.arange(len(row_C)), row_C))
    return nearest_N


def _pooled(subject_N: Ints, target_N: Ints, expected_CC: Floats, dominant: int | None) -> Ints:
    """Subjects, where all that are too small to limit a cell become POOL: it keeps the program
    small."""
    if dominant is not None:
        return np.where(subject_N == dominant, subject_N, POOL)
    size_SC = np.zeros((subject_N.max() + 1, len(expected_CC)), dtype=np.int64)
    np.add.at(size_SC, (subject_N, target_N), 1)
    needed_SCC = size_SC[:, :, None] + size_SC[:, None, :]
    small_S = ((needed_SCC <= np.ceil(expected_CC - 1 - TOLERANCE)) | (needed_SCC == 0)).all(axis=(1, 2))
    return np.where(small_S[subject_N], POOL, subject_N)


def draw_table(expected_CC: Floats, rng: np.random.Generator) -> Ints:
    """Controlled rounding by chance (Cox 1987, J. Amer. Statist. Assoc. 82).

    All margins are kept. Each cell is rounded up as often as its fraction says, so that its mean
    over draws is the expected number. As long as a cell is not an integer, cells along a closed
    walk are moved up and down in turn, until one of them is an integer. The direction is drawn so
    that no mean changes.
    """
    table_CC = np.floor(expected_CC + TOLERANCE)
    part_CC = expected_CC - table_CC
    part_CC[part_CC < TOLERANCE] = 0
    while part_CC.any():
        rows_W, columns_W = _closed_walk(part_CC > 0, rng)
        up, down = (rows_W[::2], columns_W[::2]), (rows_W[1::2], columns_W[1::2])
        rise = min((1 - part_CC[up]).min(), part_CC[down].min())
        fall = min(part_CC[up].min(), (1 - part_CC[down]).min())
        step = rise if rng.random() * (rise + fall) < fall else -fall
        part_CC[up] += step
        part_CC[down] -= step
        table_CC += part_CC > 1 - TOLERANCE
        part_CC[(part_CC < TOLERANCE) | (part_CC > 1 - TOLERANCE)] = 0
    return table_CC.astype(np.int64)


def _closed_walk(open_CC: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows and columns of open cells in a closed walk, by row and by column in turn.

    The walk goes from line to line by chance, never back, until it meets one again. It never gets
    stuck: margins are integers, so no row or column has a single open cell.
    """
    c = len(open_CC)
    lines = [int(rng.choice(np.flatnonzero(open_CC.any(axis=1))))]  # rows from 0, columns from c
    while lines[-1] not in lines[:-1]:
        here, before = lines[-1], lines[-2:-1]
        crossing = np.flatnonzero(open_CC[here]) + c if here < c else np.flatnonzero(open_CC[:, here - c])
        lines.append(int(rng.choice(np.setdiff1d(crossing, before))))
    walk_W2 = np.sort(list(pairwise(lines[lines.index(lines[-1]) :])), axis=1)
    return walk_W2[:, 0], walk_W2[:, 1] - c


def nearest_table(expected_CC: Floats, rng: np.random.Generator) -> Ints:
    """By the first rules: each cell rounded, as near as all margins allow; ties by chance."""
    low_CC, high_CC = np.floor(expected_CC + TOLERANCE), np.ceil(expected_CC - TOLERANCE)
    part_CC = expected_CC - low_CC
    return _table(expected_CC, low_CC, high_CC, 1 - 2 * part_CC + 1e-3 * rng.random(expected_CC.shape))


def table_within_one(expected_CC: Floats, rng: np.random.Generator) -> Ints:
    """A table drawn by chance, each cell within 1 of the expected number."""
    low_CC = np.maximum(np.ceil(expected_CC - 1 - TOLERANCE), 0)
    return _table(
        expected_CC, low_CC, np.floor(expected_CC + 1 + TOLERANCE), rng.normal(size=expected_CC.shape)
    )


def _table(expected_CC: Floats, low_CC: Floats, high_CC: Floats, cost_CC: Floats) -> Ints:
    """The cheapest table between bounds that keeps the margins; an optimum of this program is
    integer."""
    from scipy.optimize import linprog

    c = len(expected_CC)
    margins = np.vstack([np.kron(np.eye(c), np.ones(c)), np.kron(np.ones(c), np.eye(c))])
    sums = np.rint(np.concatenate([expected_CC.sum(axis=1), expected_CC.sum(axis=0)]))
    bounds = np.column_stack([low_CC.ravel(), high_CC.ravel()])
    found = linprog(cost_CC.ravel(), A_eq=margins, b_eq=sums, bounds=bounds, method="highs-ds")
    table_CC: Ints = np.rint(found.x).reshape(c, c).astype(np.int64)
    return table_CC


class _Program(NamedTuple):
    """An integer program: indices of its variables, and constraints as (terms, low, high)."""

    y: Ints
    """[G, C] items of a group that get donors of a target."""
    u: Ints
    """[G, C] donors of a group that go to items of a target."""
    table: Ints
    """[C, C] items by target and donor's target."""
    excess: Ints
    """[C, C] by how much a cell is further than 1 from independence."""
    moved: Ints
    """[G, C] distance of y from the draw."""
    rows: list[tuple[Mapping[int, float], float, float]]

    def require(self, terms: Mapping[int, float], low: float = -np.inf, high: float = np.inf) -> None:
        self.rows.append((terms, low, high))

    def solve(self, minimised: Ints) -> Floats:
        """The variables' values that make the sum of the `minimised` ones least."""
        from scipy.optimize import LinearConstraint, milp
        from scipy.sparse import coo_array

        size = int(self.moved.max()) + 1
        cost, integral = np.zeros(size), np.zeros(size)
        cost[minimised] = 1
        integral[self.y] = integral[self.u] = 1
        entries = [(r, v, k) for r, (terms, _, _) in enumerate(self.rows) for v, k in terms.items()]
        row, column, factor = (np.array(part) for part in zip(*entries, strict=True))
        matrix = coo_array((factor, (row, column)), shape=(len(self.rows), size)).tocsr()
        low, high = (np.array(part) for part in zip(*[entry[1:] for entry in self.rows], strict=True))
        found = milp(cost, integrality=integral, constraints=LinearConstraint(matrix, low, high))
        values: Floats = found.x
        return values


def _program(pairs_G2: Ints, size_G: Ints, expected_CC: Floats, wanted_GC: Ints) -> _Program:
    """The program: all items and donors are used, and the table and both distances follow from
    them."""
    g, c = wanted_GC.shape
    ends = np.cumsum([g * c, g * c, c * c, c * c, g * c])
    y, u, table, excess, moved = np.split(np.arange(ends[-1]), ends[:-1])
    one = _Program(
        y.reshape(g, c), u.reshape(g, c), table.reshape(c, c), excess.reshape(c, c), moved.reshape(g, c), []
    )
    for group, size in enumerate(size_G):
        one.require(_sum(one.y[group]), size, size)
        one.require(_sum(one.u[group]), size, size)
    for (a, b), expected in np.ndenumerate(expected_CC):
        cell, off = int(one.table[a, b]), int(one.excess[a, b])
        one.require({**_sum(one.y[pairs_G2[:, 1] == a, b]), cell: -1.0}, 0, 0)
        one.require({**_sum(one.u[pairs_G2[:, 1] == b, a]), cell: -1.0}, 0, 0)
        one.require({cell: 1.0, off: -1.0}, high=expected + 1)
        one.require({cell: 1.0, off: 1.0}, low=expected - 1)
    for place, wanted in np.ndenumerate(wanted_GC):
        one.require({int(one.y[place]): 1.0, int(one.moved[place]): -1.0}, high=int(wanted))
        one.require({int(one.y[place]): 1.0, int(one.moved[place]): 1.0}, low=int(wanted))
    return one


def _permit_subjects(program: _Program, pairs_G2: Ints, size_G: Ints, dominant: int | None) -> None:
    """Require donors of other subjects in each cell (as far as a dominant subject leaves any)."""
    place = {(int(s), int(t)): group for group, (s, t) in enumerate(pairs_G2)}
    c = len(program.table)
    for subject in sorted({s for s, _ in place} - {POOL}) if dominant is None else [dominant]:
        for a, b in np.ndindex(c, c):
            items, donors = place.get((subject, a)), place.get((subject, b))
            terms = {int(program.table[a, b]): -1.0}
            terms |= {int(program.y[items, b]): 1.0} if items is not None else {}
            terms |= {int(program.u[donors, a]): 1.0} if donors is not None else {}
            alone = a == b and items is not None and size_G[items] == 1
            if dominant is None:
                program.require(terms, high=0)
            else:
                program.require(terms, low=0, high=0 if alone else np.inf)


def _sum(variables: Iterable[int]) -> dict[int, float]:
    return {int(variable): 1.0 for variable in variables}
