"""A part of a grid's items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mgllm.analysis.statistics.grid import Answers, Bools, Grid


def narrowed(grid: Grid, kept_I: Bools) -> Grid:
    """The grid over these items alone; arms without a record among them are left out."""
    kept = np.flatnonzero(kept_I)
    items = tuple(grid.items[n] for n in kept)
    wanted = set(items)
    records = {arm: [r for r in found if r.item in wanted] for arm, found in grid.records.items()}
    return replace(
        grid,
        items=items,
        subjects=tuple(grid.subjects[n] for n in kept),
        target_I=grid.target_I[kept_I],
        answers={arm: _rows(answers, kept_I) for arm, answers in grid.answers.items() if records[arm]},
        records={arm: found for arm, found in records.items() if found},
    )


def _rows(answers: Answers, kept_I: Bools) -> Answers:
    return replace(
        answers,
        outcome_IEK=answers.outcome_IEK[kept_I],
        answer_IEK=answers.answer_IEK[kept_I],
        probabilities_IEKL=answers.probabilities_IEKL[kept_I],
        log_odds_IEK=answers.log_odds_IEK[kept_I],
    )
