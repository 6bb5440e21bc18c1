"""Who is read by which recogniser: folds of people, made here or read from a file.

A fold's recogniser learns from everybody but its people, and reads them alone. People without
labels are nobody's to learn classes from: they have a fold of their own, whose recogniser learns
from all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, some
from mgllm.items.folds import read_folds, same_as
from mgllm.records import Frozen
from mgllm.seeds import number
from mgllm.skeleton import SkeletonDataset

SUBJECT = "subject"


class Fold(Frozen):
    """The people of a fold."""

    name: str
    """What it is called in messages."""
    values: tuple[str, ...]
    """People, or values of another column that are kept together."""
    unlabelled: bool = False
    """Whether these are the people without labels."""

    @property
    def keys(self) -> frozenset[str]:
        """The values, numbers as numbers."""
        return frozenset(map(same_as, self.values))

    def outside(self, values: Iterable[str]) -> NDArray[np.int64]:
        """Places of the clips that its recogniser may learn from."""
        return np.array([n for n, value in enumerate(values) if same_as(value) not in self.keys], np.int64)

    def inside(self, values: Iterable[str]) -> NDArray[np.int64]:
        """Places of the clips that its recogniser reads."""
        return np.array([n for n, value in enumerate(values) if same_as(value) in self.keys], np.int64)


def make_folds(learn: SkeletonDataset, read: SkeletonDataset, k: int, by: str, seed: int) -> tuple[Fold, ...]:
    """`k` folds with about as many labelled clips each, and one of those without labels.

    Values are assigned largest first, each to the fold with the fewest clips; the seed decides
    ties.

    Raises:
        InputError: there are fewer values with labels than folds.
    """
    sizes = _labelled(learn, by)
    if not 2 <= k <= len(sizes):
        what = f"{k} folds by {by} cannot be made from {len(sizes)} values with labels"
        raise InputError(f"{what}; give 2 to {len(sizes)}")
    filled, folds = [0] * k, [list[str]() for _ in range(k)]
    for value in sorted(sizes, key=lambda value: (-sizes[value], number(seed, "folds", by, value))):
        place = min(range(k), key=lambda fold: (filled[fold], fold))
        folds[place].append(value)
        filled[place] += sizes[value]
    return _named(folds, by, _people_of(learn, read, by) - sizes.keys())


def given_folds(
    path: Path, learn: SkeletonDataset, read: SkeletonDataset, k: int | None
) -> tuple[tuple[Fold, ...], tuple[str, ...]]:
    """The folds of a file, with those whom the data sets have; and people whom they do not have.

    Raises:
        InputError: it cannot be used, has another number of folds than `k`, or misses somebody with
            labels.
    """
    people = read_folds(path)
    if k is not None and k != len(people):
        raise InputError(f"{path} has {len(people)} folds and --cross-fit is {k}; leave --cross-fit out")
    here, labelled = _people_of(learn, read, SUBJECT), _labelled(learn, SUBJECT).keys()
    named = {same_as(who) for fold in people for who in fold}
    if missing := sorted(labelled - named):
        raise InputError(
            f"{path}: {some(missing)} of {learn.path} is in no fold; add each person with labels"
        )
    there = [[same_as(who) for who in fold if same_as(who) in here] for fold in people]
    if sum(map(bool, there)) < 2:
        raise InputError(
            f"{path}: the people of {read.path} are all in one fold; others must be learned from"
        )
    return _named(there, SUBJECT, here - named), tuple(sorted(named - here))


def folds_content(folds: Sequence[Fold], by: str) -> list[dict[str, object]]:
    """The folds as `folds.json` has them."""
    key = "subjects" if by == SUBJECT else "values"
    return [
        {"name": one.name, key: list(one.values), **({"without_labels": True} if one.unlabelled else {})}
        for one in folds
    ]


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """The first thing that is another one now, by its place; None if all is the same."""
    for name in (*now, *(name for name in before if name not in now)):
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            if below := changed(old, new):
                return f"{name}.{below}"
        elif old != new:
            return f"{name} was {old!r:.60} and is now {new!r:.60}" if name != "folds" else "folds are others"
    return None


def _named(folds: Sequence[Sequence[str]], by: str, unlabelled: Iterable[str]) -> tuple[Fold, ...]:
    """Folds with their names; that of people without labels comes last."""
    k, rest = len(folds), _ordered(unlabelled)
    made = [Fold(name=f"fold {n}/{k} by {by}", values=_ordered(values)) for n, values in enumerate(folds, 1)]
    if rest:
        made.append(Fold(name=f"{by} values without labels", values=rest, unlabelled=True))
    return tuple(made)


def _ordered(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values, key=lambda name: (len(name), name)))


def _labelled(dataset: SkeletonDataset, by: str) -> Counter[str]:
    """Labelled clips of each value."""
    pairs = zip(dataset.column(by), dataset.labels.tolist(), strict=True)
    return Counter(same_as(value) for value, label in pairs if label >= 0)


def _people_of(learn: SkeletonDataset, read: SkeletonDataset, by: str) -> set[str]:
    return {same_as(value) for dataset in (learn, read) for value in dataset.column(by)}
