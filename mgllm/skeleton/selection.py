"""Which clips: by column and values, by named split, by folds over people."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError, guess, some, unknown
from mgllm.seeds import number
from mgllm.skeleton.dataset import CLIPS, META, SkeletonDataset

Numbers = NDArray[np.int64]
MOST_DIGITS = 15
"""Of a whole number: no recording has more frames."""
_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, eq=False)
class Split:
    """Numbers of the clips to learn from and of those to test on."""

    name: str
    """What the split is called in tables."""
    train: Numbers
    """Clips to learn from, ascending."""
    test: Numbers
    """Clips to test on, ascending."""


def select(dataset: SkeletonDataset, condition: str) -> Numbers:
    """Numbers of the clips that fit "column=values", such as `subject=1,3,5-7` or
    `camera=2;set=60`.

    Values are texts of the column with commas between them (in quotes if a text contains a comma),
    or ranges of whole numbers; `1` also fits `01`. Of several conditions with `;` between them all
    must hold.

    Raises:
        InputError: an unknown column, a value that no clip has, or no clip fits all conditions.
    """
    fitting = np.ones(len(dataset), dtype=bool)
    for part in condition.split(";"):
        column, equals, values = part.partition("=")
        if not equals or not values.strip():
            raise InputError(f"'{part.strip():.60}' is not a condition; write column=value,value")
        wanted = [word.strip() for word in next(csv.reader([values], skipinitialspace=True))]
        fitting &= _fits(dataset, column.strip(), wanted, strict=True)
    if not fitting.any():
        raise InputError(f"no clip of {dataset.path} fits '{condition}'")
    return np.flatnonzero(fitting)


def named_split(dataset: SkeletonDataset, name: str, *, shared_subjects: bool = False) -> Split:
    """A split of `dataset.json`.

    Args:
        dataset: the data set of the split.
        name: the split's name.
        shared_subjects: allow people on both sides, as in a split by camera.

    Raises:
        InputError: there is no such split, or its two sides do not fit.
    """
    splits = dataset.meta.splits
    if name not in splits:
        raise InputError(unknown(f"split of {dataset.path}", name, splits))
    split = Split(name, select_rule(dataset, splits[name].train), select_rule(dataset, splits[name].test))
    check_split(dataset, split, shared_subjects=shared_subjects)
    return split


def select_rule(dataset: SkeletonDataset, side: Mapping[str, tuple[str, ...]]) -> Numbers:
    """Numbers of the clips on a side of a split; values that no clip has are ignored."""
    fitting = np.ones(len(dataset), dtype=bool)
    for column, values in side.items():
        fitting &= _fits(dataset, column, values, strict=False)
    return np.flatnonzero(fitting)


def folds(dataset: SkeletonDataset, k: int, *, by: str = "subject", seed: int = 0) -> tuple[Split, ...]:
    """`k` splits in which each clip is tested once and no value of `by` is on both sides.

    Values are assigned largest first, each to the fold with the fewest clips; the seed decides
    ties.

    Raises:
        InputError: fewer than two folds, or more than there are values.
    """
    values = dataset.column(by)
    sizes = Counter(values)
    if not 2 <= k <= len(sizes):
        raise InputError(f"{k} folds by {by} cannot be made from {len(sizes)} values; give 2 to {len(sizes)}")
    order = sorted(sizes, key=lambda value: (-sizes[value], number(seed, "folds", by, value)))
    filled, fold_of = [0] * k, dict[str, int]()
    for value in order:
        fold_of[value] = min(range(k), key=lambda fold: (filled[fold], fold))
        filled[fold_of[value]] += sizes[value]
    fold = np.array([fold_of[value] for value in values])
    return tuple(
        Split(f"fold {n + 1}/{k} by {by}", np.flatnonzero(fold != n), np.flatnonzero(fold == n))
        for n in range(k)
    )


def check_split(dataset: SkeletonDataset, split: Split, *, shared_subjects: bool = False) -> None:
    """Refuse a split with an empty side, or with the same clip or (unless allowed) person on both
    sides.

    Raises:
        InputError: it is such a split; names it.
    """
    where = f"{dataset.path} split '{split.name}'"
    for side in ("train", "test"):
        if not len(getattr(split, side)):
            raise InputError(f"{where}: the {side} side is empty")
    both = np.intersect1d(split.train, split.test)
    if len(both):
        raise InputError(f"{where}: clip '{dataset.clips[both[0]].id}' is on both sides")
    shared = shared_people(dataset, split)
    if shared and not shared_subjects:
        what = (
            f"{len(shared)} subjects are on both sides: {some(shared)}; test on other people, or say "
            "--shared-subjects if the protocol wants it, such as a test by camera"
        )
        raise InputError(f"{where}: {what}")


def shared_people(dataset: SkeletonDataset, split: Split) -> list[str]:
    """Subjects that are on both sides."""
    people = [{dataset.clips[n].subject for n in side} for side in (split.train, split.test)]
    return sorted(people[0] & people[1], key=lambda name: (len(name), name))


def check_rules(dataset: SkeletonDataset) -> None:
    """Check all splits of `dataset.json`; people may be on both sides unless the split is by
    subject.

    Raises:
        InputError: an unknown column, an empty side, a clip or a subject on both sides.
    """
    for name, rule in dataset.meta.splits.items():
        for column in (*rule.train, *rule.test):
            if column not in dataset.columns:
                line = unknown("column", column, dataset.columns)
                raise InputError(f"{dataset.path / META} splits.{name}: {line}")
        named_split(dataset, name, shared_subjects="subject" not in {*rule.train, *rule.test})


def _fits(dataset: SkeletonDataset, column: str, wanted: Iterable[str], *, strict: bool) -> NDArray[np.bool_]:
    """Which clips have one of the wanted values; strict: every wanted value must occur."""
    words = dataset.column(column)
    known = set(words)
    chosen: set[str] = set()
    for value in wanted:
        found = matching(value, known)
        if strict and not found:
            where = f"{dataset.path / CLIPS}: no clip has {column} '{value:.60}'."
            raise InputError(f"{where}{guess(value, known)}")
        chosen |= found
    return np.array([word in chosen for word in words], dtype=bool)


def matching(value: str, known: set[str]) -> set[str]:
    """The known texts that `value` means: itself, a range, or the same whole number."""
    if value in known:
        return {value}
    span = _RANGE.fullmatch(value)
    if span and _is_number(span[1]) and _is_number(span[2]):
        low, high = int(span[1]), int(span[2])
        return {word for word in known if _is_number(word) and low <= int(word) <= high}
    return {word for word in known if _is_number(word) and _is_number(value) and int(word) == int(value)}


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS
