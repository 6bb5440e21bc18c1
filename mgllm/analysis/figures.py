"""What the page draws beside the effects: calibration, confusion, and where answers stood in the list.

Shape suffixes: S subjects, P places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mgllm.analysis.grid import Grid, grids
from mgllm.analysis.jackknife import clusters, jackknife
from mgllm.analysis.runs import RunRecords
from mgllm.records import AnswerPlaces, Calibration, CalibrationBin, Confusion, Figures, PlaceShare, Record

BINS = 10
"""At most; each of equal mass."""
BIN_AT_LEAST = 10
"""Answers in a bin: fewer say nothing."""
ERROR_FROM = 100
"""Answers from which an expected calibration error is given."""


def figures(runs: Sequence[RunRecords]) -> Figures:
    """Calibration, confusion and places of every arm but `none`, over single records.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    every = [(grid, arm) for run in runs for grid in grids(run) for arm in grid.answers]
    told = [(grid, arm) for grid, arm in every if (grid.target_I >= 0).any()]
    return Figures(
        calibrations=tuple(c for grid, arm in told if (c := calibration(grid, arm)) is not None),
        confusions=tuple(confusion(grid, arm) for grid, arm in told),
        places=tuple(p for grid, arm in every if (p := answer_places(grid, arm)) is not None),
    )


def calibration(grid: Grid, arm: str) -> Calibration | None:
    """An arm's answers in bins of equal mass by P(answer); null where there are none with probabilities."""
    sure, right = [], []
    for record in grid.records[arm]:
        if record.correct is not None and record.probabilities is not None and record.answer is not None:
            sure.append(record.probabilities.get(record.answer, 0.0))
            right.append(record.correct)
    if not sure:
        return None
    order = np.argsort(sure, kind="stable")
    sure_N, right_N = np.asarray(sure)[order], np.asarray(right, float)[order]
    count = min(BINS, max(1, len(sure) // BIN_AT_LEAST))
    bins = tuple(
        CalibrationBin(confidence=float(s.mean()), right=float(r.mean()), n=len(s))
        for s, r in zip(np.array_split(sure_N, count), np.array_split(right_N, count), strict=True)
    )
    error = sum(abs(each.confidence - each.right) * each.n for each in bins) / len(sure)
    return Calibration(
        row=grid.row, arm=arm, n=len(sure), bins=bins, error=error if len(sure) >= ERROR_FROM else None
    )


def confusion(grid: Grid, arm: str) -> Confusion:
    """An arm's records by target and answer."""
    told = Counter((r.target, r.answer) for r in grid.records[arm] if r.target is not None)
    return Confusion(
        row=grid.row,
        arm=arm,
        labels=grid.labels,
        counts=tuple(tuple(told[target, answer] for answer in grid.labels) for target in grid.labels),
        missing=tuple(told[target, None] for target in grid.labels),
    )


def answer_places(grid: Grid, arm: str) -> AnswerPlaces | None:
    """How often each place of the list was answered; null where labels stood in one order alone."""
    orders = {record.label_order for record in grid.records[arm]}
    answered = [r for r in grid.records[arm] if r.answer in r.label_order]
    if len(orders) < 2 or not answered:
        return None
    return AnswerPlaces(
        row=grid.row, arm=arm, n=len(answered), orders=len(orders), places=_places(answered, len(grid.labels))
    )


def _places(answered: Sequence[Record], places: int) -> tuple[PlaceShare, ...]:
    codes = {subject: code for code, subject in enumerate(sorted({r.subject for r in answered}))}
    subject_N = np.array([codes[record.subject] for record in answered])
    place_N = np.array([record.label_order.index(str(record.answer)) for record in answered])
    counts_SP = np.zeros((len(codes), places))
    np.add.at(counts_SP, (subject_N, place_N), 1)
    total_P = counts_SP.sum(axis=0)
    with np.errstate(invalid="ignore"):  # one subject alone: nothing is left without it
        without_SP = (total_P - counts_SP) / (len(answered) - counts_SP.sum(axis=1, keepdims=True))
    shares_1SP = np.vstack([total_P / len(answered), without_SP])
    over = clusters(subject_N)
    found = [jackknife(shares_1S, over) for shares_1S in shares_1SP.T]
    return tuple(
        PlaceShare(
            share=float(shares_1SP[0, place]),
            interval=each.interval and (max(0.0, each.interval[0]), min(1.0, each.interval[1])),
        )
        for place, each in enumerate(found)
    )
