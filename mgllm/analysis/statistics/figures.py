"""What the page draws beside the summary: calibration and confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mgllm.analysis.metric import Floats, Ints, Metric, Sample, Scale, metric
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.pairs import given, sample
from mgllm.analysis.statistics.rows import named_grids
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.records import Calibration, CalibrationBin, Confusion, Figures

BINS = 10
"""Bins of equal mass: items sorted by their largest probability, cut into tenths."""
FEWEST = 100
"""Fewest items for calibration error: ten in each bin."""


def figures(runs: Sequence[RunRecords]) -> Figures:
    """Calibration over items, and confusion over single records, of every arm but `none`.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    every = [(grid, arm) for grid in named_grids(runs) for arm in grid.answers]
    known = [(grid, arm) for grid, arm in every if (grid.target_I >= 0).any()]
    return Figures(
        calibrations=tuple(c for grid, arm in known if (c := calibration(grid, arm)) is not None),
        confusions=tuple(confusion(grid, arm) for grid, arm in known),
    )


def calibration(grid: Grid, arm: str) -> Calibration | None:
    """The bins behind the table's expected calibration error; null without probabilities of the
    model.

    A bin has at least ten items; with fewer items there is no bin.
    """
    answers = grid.answers[arm]
    kept_IE = given(answers, scored=True) & (grid.target_I >= 0)[:, None]
    if not kept_IE.any() or answers.draws_I is not None:
        return None
    parts = CalibrationError().bins(sample(grid, answers, kept_IE))
    bins = tuple(
        CalibrationBin(confidence=float(part[:, 0].mean()), right=float(part[:, 1].mean()), n=len(part))
        for part in parts
        if len(part) >= FEWEST // BINS
    )
    return Calibration(row=grid.row, arm=arm, n=sum(map(len, parts)), bins=bins)


def confusion(grid: Grid, arm: str) -> Confusion:
    """An arm's records by target and answer."""
    counts = Counter((r.target, r.answer) for r in grid.records[arm] if r.target is not None)
    return Confusion(
        row=grid.row,
        arm=arm,
        labels=grid.labels,
        counts=tuple(tuple(counts[target, answer] for answer in grid.labels) for target in grid.labels),
        missing=tuple(counts[target, None] for target in grid.labels),
    )


@metric("calibration_error")
class CalibrationError(Metric):
    """Expected calibration error over ten bins of equal mass: mean of |share right − mean
    P(answer)|.

    The answer is the most probable label; if several are equally probable, each counts by its part.
    Naeini et al. 2015, with bins of equal mass after Nguyen and O'Connor 2015. Items with equal P
    are in the items' order. In small samples it is above 0 by chance alone.
    """

    scale, header, order = Scale("calibration error", 100, 1, "points"), "ECE %", 70
    scored, less_is_better, fewest = True, True, FEWEST
    of_shares = False
    # The largest of a few shares is above the largest probability by chance alone, and may be a
    # tie.

    def per_item(self, sample: Sample) -> Floats:
        """Largest probability, and whether right [N, 2]."""
        sure_N = sample.probabilities_NL.max(axis=1)
        most_NL = sample.probabilities_NL == sure_N[:, None]
        right_N = most_NL[np.arange(len(sure_N)), sample.target_N] / most_NL.sum(axis=1)
        return np.stack([sure_N, right_N], axis=1)

    def bins(self, sample: Sample) -> list[Floats]:
        """The same in bins of equal mass, by rising probability: fewer than ten bins below 100
        items."""
        pairs_N2 = self.per_item(sample)
        pairs_N2 = pairs_N2[np.argsort(pairs_N2[:, 0], kind="stable")]
        count = min(BINS, max(1, len(pairs_N2) // (FEWEST // BINS)))
        return np.split(pairs_N2, np.arange(1, count) * len(pairs_N2) // count)

    def replicates(self, sample: Sample) -> Floats:
        """The error over all items, then without each subject [1 + S], each time cut into new
        tenths."""
        sure_N, right_N = self.per_item(sample).T
        order_N = np.argsort(sure_N, kind="stable")
        return _tenths((right_N - sure_N)[order_N], sample.subject_N[order_N])


def _tenths(gap_N: Floats, subject_N: Ints) -> Floats:
    """Σ over bins of |summed gaps| divided by n, for sorted gaps, over all and without each subject
    [1 + S].

    Without a subject, the first k items that are left end at k plus its items among or before them.
    These are found for all subjects at once, so that the work grows with items and not with items ×
    subjects.
    """
    n, subjects = len(gap_N), int(subject_N.max()) + 1
    place_N = np.argsort(subject_N, kind="stable")
    owner_N = subject_N[place_N]
    first_S = np.searchsorted(owner_N, np.arange(subjects))
    nth_N = np.arange(n) - first_S[owner_N]
    key_N = owner_N * (n + 1) + place_N - nth_N
    total = np.concatenate([[0.0], np.cumsum(gap_N)])
    own = np.concatenate([[0.0], np.cumsum(gap_N[place_N])])
    left_S = n - np.bincount(subject_N, minlength=subjects)
    edge_SB = _edges(left_S)
    taken_SB = np.searchsorted(key_N, np.arange(subjects)[:, None] * (n + 1) + edge_SB) - first_S[:, None]
    up_to_SB = total[edge_SB + taken_SB] - (own[first_S[:, None] + taken_SB] - own[first_S][:, None])
    sums_1SB = np.vstack([total[_edges(np.array([n]))], up_to_SB])
    left_1S = np.concatenate([[n], left_S])
    error_1S = np.abs(np.diff(sums_1SB, axis=1)).sum(axis=1) / np.maximum(left_1S, 1)
    return np.where(left_1S > 0, error_1S, np.nan)


def _edges(count_S: Ints) -> Ints:
    """Where each bin ends among `count` sorted items, from 0 [S, 1 + B]."""
    return np.asarray(np.arange(BINS + 1) * count_S[:, None] // BINS, dtype=np.int64)
