"""Two runs on one grid: the items and epochs that both asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Bools
from mgllm.analysis.statistics.grid import Answers, Grid, answers_of
from mgllm.errors import InputError
from mgllm.records import Record


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two runs' answers over the same items and epochs."""

    grid: Grid
    """Items, subjects and targets, with the first run's answers."""
    other: dict[str, Answers]
    """The second run's answers, by arm."""


def on_common_items(first: Grid, second: Grid) -> Aligned:
    """Both runs' arms over the items and epochs that both asked.

    Raises:
        InputError: an item has another target or subject in the other run, or the labels differ.
    """
    facts = dict(zip(second.items, zip(second.subjects, _targets(second), strict=True), strict=True))
    kept = [n for n, item in enumerate(first.items) if item in facts]
    own = list(zip(first.subjects, _targets(first), strict=True))
    for n in kept:
        mine = own[n]
        if facts[first.items[n]] != mine:
            raise InputError(
                f"{first.row.scenario}: item '{first.items[n]}' has subject and target {mine} in one run and "
                f"{facts[first.items[n]]} in the other; compare runs that use the same items"
            )
    grid = replace(
        first,
        items=tuple(first.items[n] for n in kept),
        epochs=tuple(epoch for epoch in first.epochs if epoch in second.epochs),
        subjects=tuple(first.subjects[n] for n in kept),
        target_I=np.array([first.target_I[n] for n in kept], np.int64),
    )
    return Aligned(replace(grid, answers=_over(grid, first)), _over(grid, second))


def _over(grid: Grid, run: Grid) -> dict[str, Answers]:
    items, epochs = set(grid.items), set(grid.epochs)
    records: dict[str, Sequence[Record]] = {
        arm: [record for record in run.records[arm] if record.item in items and record.epoch in epochs]
        for arm in run.answers
    }
    return {
        arm: answers_of(found, grid.labels, grid.items, grid.epochs)
        for arm, found in records.items()
        if found
    }


def _targets(grid: Grid) -> list[str | None]:
    return [grid.labels[n] if n >= 0 else None for n in grid.target_I]


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
        censored_IEK=answers.censored_IEK[kept_I],
        leaked_IE=answers.leaked_IE[kept_I],
        unknown_IE=answers.unknown_IE[kept_I],
        draws_I=None if answers.draws_I is None else answers.draws_I[kept_I],
    )
