"""Words of caution that are beside a number wherever it is shown: in arm rows, effects and
claims."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mgllm.analysis.metric import Sample
from mgllm.analysis.statistics.grid import Grid

LEAKED, UNKNOWN = "leaked", "exposure unknown"
SINGLE_LABEL, TARGETS = "single label", "targets missing"
STOPPED, CONSTANT = "stopped", "constant answer"
METADATA = "metadata known"
"""Kinds of caution: the words before the colon. Other modules compare them."""
MOST_LACKING, MOST_APART = 0.05, 0.02
"""Up to this share of pairs without probabilities, and this difference of it between the arms, a
number of probabilities needs no caution. With more, the missing ones may have made the number. Our
choice."""


def kind(flag: str) -> str:
    """The kind of a caution: the words before its colon."""
    return flag.partition(":")[0]


def exposure_flags(leaked: int, unknown: int, n: int, what: str) -> Iterable[str]:
    """How many of `n` show gestures from a recogniser that has, or may have, learned from the
    person."""
    if leaked:
        yield f"{LEAKED}: {leaked} of {n} {what} (the recogniser has learned from the person)"
    if unknown:
        yield f"{UNKNOWN}: {unknown} of {n} {what} (the recogniser may have learned from the person)"


def grid_flags(grid: Grid) -> Iterable[str]:
    """What is true of all of a grid's numbers: one label only, targets missing."""
    known_I = grid.target_I >= 0
    labels = np.unique(grid.target_I[known_I])
    if len(labels) == 1:
        yield f"{SINGLE_LABEL}: every target is '{grid.labels[labels[0]]}'"
    if len(labels) and not known_I.all():
        yield f"{TARGETS}: {int((~known_I).sum())} of {len(known_I)} items have no target"


def stopped_flags(grid: Grid, *arms: str) -> Iterable[str]:
    """Whether an arm was asked less often than planned: the run was stopped, or is not finished."""
    asked = [f"{arm} {grid.stopped[arm]}" for arm in arms if arm in grid.stopped]
    if asked:
        yield f"{STOPPED}: asked {' and '.join(asked)} times"


def only_answer(over: Sample) -> int | None:
    """Index of the label of all answers; null if answers differ, or there are fewer than two."""
    if len(over.shares_NL) < 2:
        return None
    everywhere_L = (over.shares_NL == 1).all(axis=0)
    return int(everywhere_L.argmax()) if everywhere_L.any() else None


def constant_flag(arm: str, label: str, says_nothing: str = "") -> str:
    """That an arm gives the same answer to everything, and which number then says nothing."""
    what = f", so {says_nothing} says nothing" if says_nothing else ""
    return f"{CONSTANT}: {arm} always says '{label}'{what}"
