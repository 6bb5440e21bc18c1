"""A sweep: its cells, the range over them, where the variance is, and other wordings.

Shape suffixes: I items, E epochs, S subjects, W wordings, N numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import numpy as np

from mgllm.analysis.metric import Floats, Ints, Metric, known_metrics
from mgllm.analysis.statistics.arm_rows import arm_rows
from mgllm.analysis.statistics.effects import Contrast, Pair, contrast_effects, primary_contrasts
from mgllm.analysis.statistics.grid import Answers, Grid
from mgllm.analysis.statistics.jackknife import FEWEST, t_interval
from mgllm.analysis.statistics.pairs import given, pair, sample
from mgllm.analysis.statistics.parts import narrowed
from mgllm.analysis.statistics.rows import AXES, beside
from mgllm.analysis.statistics.variance import ITEM, components
from mgllm.records import (
    FIRST_WORDING,
    Effect,
    Sweep,
    SweptCell,
    SweptContrast,
    VariancePart,
    VarianceSplit,
)

OTHER_WORDINGS_FROM = 5
"""With fewer wordings their spread is not known well enough to speak of others: with 3 there are
two degrees of freedom, and the interval would be three times as wide as it need be."""


class _Others(NamedTuple):
    """An interval that also speaks of other wordings."""

    interval: tuple[float, float]
    df: float


def sweeps(whole: Sequence[Grid], effects: Sequence[Effect]) -> tuple[Sweep, ...]:
    """One for each grid that is a mean over cells or wordings.

    Args:
        whole: all grids of a summary.
        effects: their effects.
    """
    return tuple(_sweep(grid, [e for e in effects if e.row == grid.row]) for grid in whole if grid.parts)


def _sweep(grid: Grid, effects: Sequence[Effect]) -> Sweep:
    cells = tuple(map(_cell, grid.parts))
    pairs = [names for names in primary_contrasts(grid.scenario) if set(names) <= set(grid.answers)]
    if not (grid.target_I >= 0).any():
        pairs = []
    return Sweep(
        row=grid.row,
        cells=cells if grid.scenario.cells else (),
        contrasts=tuple(_contrast(grid, effect, cells) for effect in effects if effect.primary),
        variance=tuple(_splits(grid, pairs)),
        left_out=grid.scenario.cells_left_out,
    )


def _metrics() -> list[Metric]:
    return [metric for metric in known_metrics() if metric.primary]


def _cell(part: Grid) -> SweptCell:
    """A cell's arms, and its primary contrasts in the primary metrics, as exploratory effects."""
    pairs = primary_contrasts(part.scenario) if (part.target_I >= 0).any() else ()
    effects = [
        effect.model_copy(update={"primary": False})
        for names in pairs
        if set(names) <= set(part.answers)
        for effect in contrast_effects(_as_contrast(part, names), _metrics())
    ]
    return SweptCell(row=part.row, arms=tuple(arm_rows(part)), effects=tuple(effects))


def _as_contrast(part: Grid, names: Pair) -> Contrast:
    return Contrast(part, part.row, names, (part.answers[names[0]], part.answers[names[1]]))


def cell_words(part: Grid, whole: Grid) -> str:
    """A cell by what differs between the cells: "b, lose/win, plain"."""
    rows = [each.row for each in whole.parts]
    differ = [axis for axis in AXES if len({getattr(row, axis) for row in rows}) > 1]
    names = (getattr(part.row, axis) or f"the {FIRST_WORDING}" for axis in differ)
    return ", ".join(names)


def _contrast(grid: Grid, effect: Effect, cells: Sequence[SweptCell]) -> SweptContrast:
    about = (effect.arm, effect.baseline, effect.metric)
    metric = next(each for each in known_metrics() if each.name == effect.metric)
    sign = -1 if metric.less_is_better else 1
    found = [
        (sign * each.difference, cell_words(part, grid))
        for part, cell in zip(grid.parts, cells, strict=True)
        for each in cell.effects
        if (each.arm, each.baseline, each.metric) == about and each.difference is not None
    ]
    wordings = len({part.row.wording for part in grid.parts})
    others = _other_wordings(grid, effect, metric)
    worst, best = (min(found), max(found)) if found else ((None, ""), (None, ""))
    return SweptContrast(
        row=grid.row,
        metric=effect.metric,
        arm=effect.arm,
        baseline=effect.baseline,
        difference=effect.difference,
        interval=effect.interval,
        worst=worst[0] if worst[0] is None else sign * worst[0],
        worst_cell=worst[1],
        best=best[0] if best[0] is None else sign * best[0],
        best_cell=best[1],
        above=sum(value > 0 for value, _ in found),
        cells=len(found),
        wordings=wordings,
        other_wordings=others.interval if isinstance(others, _Others) else None,
        df=others.df if isinstance(others, _Others) else None,
        why_not=others if isinstance(others, str) else None,
    )


def _other_wordings(grid: Grid, effect: Effect, metric: Metric) -> _Others | str:
    """The interval, or why there is none."""
    wordings = list(dict.fromkeys(part.row.wording for part in grid.parts))
    if len(wordings) < OTHER_WORDINGS_FROM:
        return f"{len(wordings)} of the {OTHER_WORDINGS_FROM} wordings that it needs"
    if effect.interval is None or effect.df is None:
        return next((flag for flag in effect.flags if flag.startswith("no ")), "no interval by subject")
    by_wording = [[part for part in grid.parts if part.row.wording == name] for name in wordings]
    replicates = _by_wording(grid, by_wording, effect, metric)
    if replicates is None:
        return "no items that are answered in every wording"
    return others_interval(replicates, effect.df)


def _by_wording(
    grid: Grid, by_wording: Sequence[Sequence[Grid]], effect: Effect, metric: Metric
) -> Floats | None:
    """The difference in each wording, over all subjects and without each [W, 1 + S], over the items
    that are paired in every wording; null if there are too few."""
    names = effect.arm, effect.baseline
    facts = {
        item: (subject, int(target))
        for item, subject, target in zip(grid.items, grid.subjects, grid.target_I, strict=True)
    }
    whole = [beside(parts, grid.row, names, facts) for parts in by_wording]
    kept_I = np.all([_paired(each, names, metric) for each in whole], axis=0)
    if not kept_I.any():
        return None
    found = []
    for each in whole:
        part = narrowed(each, kept_I)
        pairs = pair(part, *(part.answers[name] for name in names), scored=metric.scored)
        if pairs.over.effective < FEWEST or pairs.over.n < metric.fewest:
            return None
        found.append(metric.replicates(pairs.arm) - metric.replicates(pairs.baseline))
    replicates = np.stack(found)
    return replicates if np.isfinite(replicates).all() else None


def _paired(grid: Grid, names: Pair, metric: Metric) -> np.ndarray:
    both_IE = np.logical_and(*(given(grid.answers[name], scored=metric.scored) for name in names))
    return np.asarray(both_IE.any(axis=1) & (grid.target_I >= 0))


def others_interval(replicates_W1S: Floats, df_subjects: float) -> _Others:
    """95 % for the mean over other subjects and other wordings, both drawn at random.

    The variance of the mean is v_S + v_W − v_SW, each estimated by leaving out one subject, one
    wording, or both; never less than v_S, that of these wordings. Degrees of freedom after
    Satterthwaite 1946: those of the subjects are the effective ones less one. With equally many
    items of each subject these are the mean squares of a two-way table without repetition.

    Args:
        replicates_W1S: each wording's number over all subjects, then without each [W, 1 + S].
        df_subjects: degrees of freedom of the interval by subject.
    """
    value_W, without_WS = replicates_W1S[:, 0], replicates_W1S[:, 1:]
    wordings, subjects = without_WS.shape
    moved_WS = (subjects - 1) * (value_W[:, None] - without_WS)
    of_subject_S = moved_WS.mean(axis=0) - moved_WS.mean()
    rest_WS = moved_WS - moved_WS.mean(axis=1)[:, None] - of_subject_S
    df_w = wordings - 1
    v_s = float((of_subject_S**2).sum()) / (subjects * (subjects - 1))
    v_w = float(((value_W - value_W.mean()) ** 2).sum()) / (wordings * df_w)
    v_sw = float((rest_WS**2).sum()) / (df_w * (subjects - 1) * wordings * subjects)
    value = float(value_W.mean())
    if v_w <= v_sw:
        return _Others(t_interval(value, v_s**0.5, df_subjects), df_subjects)
    variance = v_s + v_w - v_sw
    spread = v_s**2 / df_subjects + v_w**2 / df_w + v_sw**2 / (df_subjects * df_w)
    df = variance**2 / spread
    return _Others(t_interval(value, variance**0.5, df), df)


def _splits(grid: Grid, pairs: Sequence[Pair]) -> Iterable[VarianceSplit]:
    """Of each primary contrast, then of each arm in it, in the primary metrics."""
    arms = dict.fromkeys(name for names in pairs for name in names)
    about: list[tuple[str, str | None]] = [*pairs, *((arm, None) for arm in arms)]
    for metric in _metrics():
        for arm, baseline in about:
            made = _split(grid, metric, arm, baseline)
            if made is not None:
                yield made


def _split(grid: Grid, metric: Metric, arm: str, baseline: str | None) -> VarianceSplit | None:
    if metric.scored and grid.row.score == "sample":
        return None  # shares belong to all epochs of an item and do not vary between them
    value_IE = _each(grid, grid.answers[arm], metric)
    if baseline is not None:
        value_IE = value_IE - _each(grid, grid.answers[baseline], metric)
    kept_IE = np.isfinite(value_IE)
    if kept_IE.sum() < 2:
        return None
    item_IE, levels_E = np.indices(value_IE.shape)[0], _levels(grid)
    levels = {ITEM: item_IE[kept_IE]} | {
        axis: np.broadcast_to(level_E, value_IE.shape)[kept_IE] for axis, level_E in levels_E.items()
    }
    found = components(value_IE[kept_IE], levels)
    if found is None:
        return None
    return VarianceSplit(
        row=grid.row,
        metric=metric.name,
        arm=arm,
        baseline=baseline,
        n=int(kept_IE.sum()),
        parts={cast(VariancePart, name): value for name, value in found.parts.items()},
        negative=tuple(cast(VariancePart, name) for name in found.negative),
    )


def _levels(grid: Grid) -> dict[str, Ints]:
    """By axis, the level of each epoch of the mean."""
    times = [len(part.epochs) for part in grid.parts]
    found = {}
    for axis in AXES:
        names = [getattr(part.row, axis) for part in grid.parts]
        known = list(dict.fromkeys(names))
        found[axis] = np.repeat([known.index(name) for name in names], times).astype(np.int64)
    return found


def _each(grid: Grid, answers: Answers, metric: Metric) -> Floats:
    """An arm's number in each item and epoch [I, E], shuffles averaged; NaN where there is none."""
    taken_IE = given(answers, scored=metric.scored) & (grid.target_I >= 0)[:, None]
    value_IE = np.full(taken_IE.shape, np.nan)
    for epoch in range(taken_IE.shape[1]):
        kept_IE = np.zeros_like(taken_IE)
        kept_IE[:, epoch] = taken_IE[:, epoch]
        if kept_IE.any():
            over = sample(grid, answers, kept_IE)
            value_IE[taken_IE[:, epoch], epoch] = metric.per_item(over)[:, 0]
    return value_IE
