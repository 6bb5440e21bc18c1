"""Words of caution that stand beside a number wherever it is shown: in arm rows, effects and claims alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mgllm.analysis.metric import Sample
from mgllm.analysis.statistics.grid import Grid

LEAKED, UNKNOWN = "leaked", "exposure unknown"
SINGLE_LABEL, TARGETS = "single label", "targets missing"
STOPPED, CONSTANT = "stopped", "constant answer"
"""Kinds of caution: what stands before the colon."""
MOST_LACKING, MOST_APART = 0.05, 0.02
"""Share of pairs without probabilities, and its difference between the arms, up to which a number of
probabilities may stand without a word: with more, what is missing may make it. Our choice."""


def kind(flag: str) -> str:
    """What a caution is about: what stands before its colon."""
    return flag.partition(":")[0]


def exposure_flags(leaked: int, unknown: int, n: int, what: str) -> Iterable[str]:
    """How many of `n` were told gestures of a recogniser that had, or may have, learned from the person."""
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
    """Whether an arm was asked less than was planned: the run was stopped, or is not finished."""
    asked = [f"{arm} {grid.stopped[arm]}" for arm in arms if arm in grid.stopped]
    if asked:
        yield f"{STOPPED}: asked {', '.join(asked)} times"


def only_answer(over: Sample) -> int | None:
    """Index of the label that is every answer; null where answers differ, or there are fewer than two."""
    if len(over.shares_NL) < 2:
        return None
    everywhere_L = (over.shares_NL == 1).all(axis=0)
    return int(everywhere_L.argmax()) if everywhere_L.any() else None


def constant_flag(arm: str, label: str, says_nothing: str = "") -> str:
    """That an arm gives one answer to everything, and which number then says nothing."""
    what = f", so {says_nothing} says nothing" if says_nothing else ""
    return f"{CONSTANT}: {arm} always says '{label}'{what}"
