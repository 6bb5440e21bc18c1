"""Who is learned from and who is guessed: folds of people, or the two sides of a column.

Shape suffixes: N items, T items learned from, M items guessed, S people, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Ints
from mgllm.errors import InputError, some, unknown
from mgllm.records import Item
from mgllm.seeds import stream

DRAWS = 10
"""Draws of folds; the mean over them counts, so that the luck of one draw does not."""
MANY_ITEMS = 1000
"""Of more items one draw is enough: the luck of a draw is small, and each fit is long."""
FOLDS = 5
"""Folds of a draw, or as many as the rarest label has people. With more, what is learned turns more
often against the few people that are guessed (benchmarks/reference_coverage.py)."""
MOST_GROUPS = 100
"""Of more people, so many groups are left out in turn instead of each person."""
LEARNED, GUESSED = "train", "test"
"""Values of the column of `--split`."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Items to learn from, and items to guess, by index."""

    train_T: Ints
    test_M: Ints


@dataclass(frozen=True, slots=True)
class Folding:
    """How the items are divided."""

    draws: tuple[tuple[Fold, ...], ...]
    """Folds by draw; an item is guessed once in each draw, or never."""
    group_N: Ints
    """What is left out together with the item's person; −1: the person is never left out, because
    none of the person's items is guessed."""
    shared: int = 0
    """People on both sides of a column."""

    @property
    def groups(self) -> int:
        return int(self.group_N.max()) + 1


def deal_folds(target_N: Ints, person_N: Ints, seed: int) -> Folding:
    """Draws of folds by person, people with like targets spread evenly over the folds.

    Raises:
        InputError: only one person has a label.
    """
    labels, people = int(target_N.max()) + 1, int(person_N.max()) + 1
    count_SL = np.zeros((people, labels), np.int64)
    np.add.at(count_SL, (person_N, target_N), 1)
    fewest = int((count_SL > 0).sum(axis=0).min())
    if fewest < 2:
        raise InputError(
            "only one person has one of the targets, so nobody else shows how to guess it; references need "
            "two people for each target"
        )
    folds = min(FOLDS, fewest)
    draws = []
    for draw in range(DRAWS if len(target_N) <= MANY_ITEMS else 1):
        rng = stream(seed, "reference folds", draw)
        fold_S = np.empty(people, np.int64)
        fold_S[np.lexsort([rng.random(people), *count_SL.T])] = (np.arange(people) + draw) % folds
        fold_N = fold_S[person_N]
        draws.append(
            tuple(Fold(np.flatnonzero(fold_N != k), np.flatnonzero(fold_N == k)) for k in range(folds))
        )
    return Folding(tuple(draws), _groups(person_N, seed))


def two_sides(items: Sequence[Item], column: str, target_N: Ints, person_N: Ints, seed: int) -> Folding:
    """Learn from the items with `train` in a covariate, guess those with `test`; others are left
    out.

    Raises:
        InputError: there is no such covariate, a side is empty, or a target is missing on a side.
    """
    values = [item.covariates.get(column) for item in items]
    if all(value is None for value in values):
        known = {name for item in items for name in item.covariates}
        raise InputError(f"--split: {unknown('covariate', column, known)}")
    side_N = np.array([str(value).strip().casefold() for value in values])
    train, test = (np.flatnonzero(side_N == side) for side in (LEARNED, GUESSED))
    for side_M, name in ((train, LEARNED), (test, GUESSED)):
        if not len(side_M):
            there = some(sorted({str(value) for value in values}))
            raise InputError(
                f"--split {column}: no item has the value '{name}' there (its values: {there}); write "
                f"{LEARNED} and {GUESSED}"
            )
        if len(np.unique(target_N[side_M])) <= target_N.max():
            raise InputError(f"--split {column}: not every target is among the items of '{name}'")
    guessed = np.isin(person_N, person_N[test])
    group_N = np.full(len(person_N), -1, np.int64)
    group_N[guessed] = _groups(np.unique(person_N[guessed], return_inverse=True)[1], seed)
    shared = len(np.intersect1d(person_N[train], person_N[test]))
    return Folding(((Fold(train, test),),), group_N, shared)


def _groups(person_N: Ints, seed: int) -> Ints:
    """Each person's own group, or one of a hundred (delete-a-group jackknife, Kott 2001)."""
    people = int(person_N.max()) + 1
    if people <= MOST_GROUPS:
        return person_N
    group_S = stream(seed, "reference groups").permutation(people) % MOST_GROUPS
    return np.asarray(group_S[person_N], np.int64)
