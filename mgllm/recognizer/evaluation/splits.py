"""Which clips the recogniser learns from and is tested on, by the flags of its commands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split, check_split, folds, named_split, select


class SplitOptions(Frozen):
    """What the user said about training and test clips."""

    split: str | None = None
    """`--split`: a split of dataset.json."""
    train_on: str | None = None
    """`--train-on`: a condition such as subject=1,3."""
    test_on: str | None = None
    """`--test-on`: a condition; without it all other clips."""
    folds: int | None = Field(default=None, ge=2)
    """`--folds`: number of splits; each clip is tested once."""
    by: str = "subject"
    """`--by`: a column; clips with the same value stay in one fold."""
    shared_subjects: bool = False
    """`--shared-subjects`: people may be on both sides."""


def training_side(dataset: SkeletonDataset, options: SplitOptions) -> NDArray[np.int64]:
    """Clips to learn from: those that the flags name, else all.

    Raises:
        InputError: they are named in two ways, or no clip fits.
    """
    _one_way(options)
    if options.split is not None:
        side = named_split(dataset, options.split, shared_subjects=options.shared_subjects).train
    elif options.train_on is not None:
        side = select(dataset, options.train_on)
    else:
        side = np.arange(len(dataset))
    return np.asarray(side, np.int64)


def both_sides(dataset: SkeletonDataset, options: SplitOptions, seed: int) -> tuple[Split, ...]:
    """The split, or the folds.

    Raises:
        InputError: none is named and the data set has none or several, a side is empty, or a person
            is on both.
    """
    _one_way(options)
    if options.folds is not None:
        made = folds(dataset, options.folds, by=options.by, seed=seed)
        for split in made:
            check_split(dataset, split, shared_subjects=options.shared_subjects)
        return made
    if options.train_on is None and options.test_on is None:
        return (named_split(dataset, _the_split(dataset, options), shared_subjects=options.shared_subjects),)
    split = _ad_hoc(dataset, options)
    check_split(dataset, split, shared_subjects=options.shared_subjects)
    return (split,)


def tested_side(dataset: SkeletonDataset, options: SplitOptions) -> Split:
    """Only the test side, for a checkpoint that learns nothing more; without flags all clips."""
    _one_way(options)
    nothing = np.array([], np.int64)
    if options.split is not None:
        rule = named_split(dataset, options.split, shared_subjects=options.shared_subjects)
        return Split(rule.name, nothing, rule.test)
    if options.train_on is None and options.test_on is None:
        return Split("all clips", nothing, np.arange(len(dataset)))
    split = _ad_hoc(dataset, options)
    return Split(split.name, nothing, split.test)


def check_labelled(dataset: SkeletonDataset, split: Split, sides: Sequence[str] = ("train", "test")) -> None:
    """Refuse a split with a side without labels.

    Raises:
        InputError: no clip of a side has a label.
    """
    for side in sides:
        if not len(labelled(dataset, getattr(split, side))):
            what = f"no clip of the {side} side has a label; choose another split"
            raise InputError(f"{dataset.path} split '{split.name}': {what}")


def _the_split(dataset: SkeletonDataset, options: SplitOptions) -> str:
    if options.split is not None:
        return options.split
    names = list(dataset.meta.splits)
    if len(names) == 1:
        return names[0]
    known = f"its splits are {', '.join(names)}" if names else "it defines no split"
    raise InputError(
        f"which clips of {dataset.path} are tested? {known}; "
        "name one with --split, or use --train-on subject=1,3, or --folds 5"
    )


def _ad_hoc(dataset: SkeletonDataset, options: SplitOptions) -> Split:
    everyone = np.arange(len(dataset))
    if options.train_on is None:
        test = select(dataset, str(options.test_on))
        return Split(f"test {options.test_on}", np.setdiff1d(everyone, test), test)
    train = select(dataset, options.train_on)
    if options.test_on is None:
        return Split(options.train_on, train, np.setdiff1d(everyone, train))
    return Split(f"{options.train_on} / {options.test_on}", train, select(dataset, options.test_on))


def _one_way(options: SplitOptions) -> None:
    said = {
        "--split": options.split,
        "--train-on or --test-on": options.train_on or options.test_on,
        "--folds": options.folds,
    }
    named = [flag for flag, value in said.items() if value is not None]
    if len(named) > 1:
        raise InputError(f"{' and '.join(named)} both choose clips; give only one")
