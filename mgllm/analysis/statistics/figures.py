"""What the page draws beside the summary: calibration, and what was taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mgllm.analysis.statistics.calibration import CalibrationError
from mgllm.analysis.statistics.grid import Grid, grids
from mgllm.analysis.statistics.pairs import given, sample
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.records import Calibration, CalibrationBin, Confusion, Figures


def figures(runs: Sequence[RunRecords]) -> Figures:
    """Calibration over items, and confusion over single records, of every arm but `none`.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    every = [(grid, arm) for run in runs for grid in grids(run) for arm in grid.answers]
    told = [(grid, arm) for grid, arm in every if (grid.target_I >= 0).any()]
    return Figures(
        calibrations=tuple(c for grid, arm in told if (c := calibration(grid, arm)) is not None),
        confusions=tuple(confusion(grid, arm) for grid, arm in told),
    )


def calibration(grid: Grid, arm: str) -> Calibration | None:
    """The bins behind the table's expected calibration error; null where labels were not scored."""
    answers = grid.answers[arm]
    kept_IE = given(answers, scored=True) & (grid.target_I >= 0)[:, None]
    if not kept_IE.any():
        return None
    bins = tuple(
        CalibrationBin(confidence=float(part[:, 0].mean()), right=float(part[:, 1].mean()), n=len(part))
        for part in CalibrationError().bins(sample(grid, answers, kept_IE))
    )
    return Calibration(row=grid.row, arm=arm, n=sum(each.n for each in bins), bins=bins)


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
