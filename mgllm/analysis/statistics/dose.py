"""How right gestures must be: a monotone curve of the metric by the F1 of the gestures shown.

Shape suffixes: I items, E epochs, N items kept, A arms, G points of the fit; `1S` has one value
over all subjects, then S without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, MeanMetric, known_metrics, scale_of
from mgllm.analysis.statistics.effects import without_cues
from mgllm.analysis.statistics.grid import Grid, exposed_as
from mgllm.analysis.statistics.jackknife import Clusters, Estimate, clusters, held, jackknife
from mgllm.analysis.statistics.pairs import given, sample, subject_codes
from mgllm.analysis.statistics.runs import NTH_RUN
from mgllm.records import DoseFit, DoseNeed, DosePoint, DoseResponse, Exposure, Record, RowName

NOISY = "+noisy"
"""End of the name, before the @, of an arm whose gestures are made wrong."""
STEP = 0.01
"""F1 between two points of the fit: as exact as a table shows it."""
WORST: tuple[Exposure, ...] = ("in_sample", "unknown", "held_out")
"""Exposures, the worst first."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Arms over their common items."""

    f1_AN: Floats
    """F1 of each item's gestures, of the arms with a dose."""
    value_AN: Floats
    """The metric of each item in these arms."""
    control_AN: Floats
    """The metric of each item in the controls."""
    subject_N: Ints
    """Index of each item's subject."""

    @property
    def over(self) -> Clusters:
        return clusters(self.subject_N)

    def means_1S(self, of_AN: Floats) -> Floats:  # noqa: N802  # tensors carry their shape
        """Each row's mean over all items, then without each subject [1 + S, A]."""
        counts_S = np.bincount(self.subject_N).astype(np.float64)
        sums_SA = np.stack([np.bincount(self.subject_N, weights=row) for row in of_AN], axis=1)
        total_A, n = sums_SA.sum(axis=0), counts_S.sum()
        without_SA = (total_A - sums_SA) / np.maximum(n - counts_S, 1)[:, None]
        return np.vstack([total_A / n, without_SA])


def dose_responses(grids: Sequence[Grid]) -> tuple[DoseResponse, ...]:
    """The curve of each grid with gestures made wrong, for each primary metric.

    Real points are those of all grids with the same scenario, model and manner of asking.
    """
    metrics = [one for one in known_metrics() if one.primary and isinstance(one, MeanMetric)]
    made = (_response(grid, metric, grids) for grid in grids for metric in metrics if _noisy(grid))
    return tuple(one for one in made if one is not None)


def dose_level(arm: str) -> float | None:
    """The noise level in an arm's name; null for all other arms."""
    stem, _, level = arm.partition("@")
    return float(level) if level and stem.endswith(NOISY) else None


def _noisy(grid: Grid) -> bool:
    return any(dose_level(arm) is not None for arm in grid.answers)


def _response(grid: Grid, metric: MeanMetric, others: Sequence[Grid]) -> DoseResponse | None:
    arms, controls = _dosed(grid), _controls(grid)
    kept_I = _kept(grid, (*arms, *controls), arms, metric)
    if len(arms) < 2 or not controls or not kept_I.any():
        return None
    curve = _curve(grid, arms, controls, metric, kept_I)
    points = [_point(grid, arm, curve, n, metric) for n, arm in enumerate(arms)]
    if len({point.f1 for point in points}) < 2:
        return None
    fit_G, replicates_1SG = _fitted(curve)
    needs = tuple(
        _need(control, fit_G, replicates_1SG - curve.means_1S(curve.control_AN)[:, [n]], curve.over)
        for n, control in enumerate(controls)
    )
    shown = [need.shown for need in needs]
    needed = None if None in shown else max(each for each in shown if each is not None)
    why = _why_no_band(replicates_1SG, curve.over)
    real = [p for other in others if _alike(other.row, grid.row) for p in _real(other, metric)]
    fit = [
        _fit_point(f1, column, curve.over, metric) for f1, column in zip(fit_G, replicates_1SG.T, strict=True)
    ]
    return DoseResponse(
        row=grid.row,
        metric=metric.name,
        items=curve.over.n,
        subjects=curve.over.subjects,
        effective_subjects=curve.over.effective,
        points=tuple(sorted(points, key=lambda point: point.f1 or 0.0)),
        controls=tuple(_control(grid, arm, curve, n, metric) for n, arm in enumerate(controls)),
        real=tuple(real),
        fit=tuple(fit),
        needs=needs,
        needed=needed,
        words=_words(metric, needs, needed, fit_G),
        flags=(*_leaks(grid, arms), *(() if any(one.interval for one in fit) else (why,))),
    )


def _dosed(grid: Grid) -> list[str]:
    """Arms with gestures made wrong, and the one with annotated gestures that is like them."""
    main = grid.scenario.roles.get("main")
    annotated = [
        arm
        for arm in grid.answers
        if (arm == main if grid.row.cue_source == "annotated" else _source(grid.records[arm]) == "annotated")
    ]
    return [*annotated, *(arm for arm in grid.answers if dose_level(arm) is not None)]


def _controls(grid: Grid) -> list[str]:
    wanted = (without_cues(grid.scenario), grid.scenario.roles.get("shuffled"))
    return [arm for arm in wanted if arm is not None and arm in grid.answers]


def _source(records: Sequence[Record]) -> str | None:
    return next((record.cue_source for record in records if record.cue_source), None)


def _kept(grid: Grid, arms: Sequence[str], dosed: Sequence[str], metric: MeanMetric) -> Bools:
    """Items with a target that all arms have answered, with a known F1 in those with a dose [I]."""
    if not arms:
        return np.zeros(len(grid.items), bool)
    known_I: Bools = grid.target_I >= 0
    answered = [given(grid.answers[arm], scored=metric.scored).any(axis=1) for arm in arms]
    measured = [~np.isnan(_f1(grid, arm)) for arm in dosed]
    return reduce(and_, [*answered, *measured], known_I)


def _f1(grid: Grid, arm: str) -> Floats:
    """Mean F1 of each item's gestures [I]; NaN without one."""
    found: dict[str, list[float]] = {}
    for record in grid.records[arm]:
        if record.cue_f1 is not None:
            found.setdefault(record.item, []).append(record.cue_f1)
    return np.array([np.mean(found[item]) if item in found else np.nan for item in grid.items])


def _values(grid: Grid, arm: str, metric: MeanMetric, kept_I: Bools) -> Floats:
    kept_IE: Bools = given(grid.answers[arm], scored=metric.scored) & kept_I[:, None]
    return metric.of_item(sample(grid, grid.answers[arm], kept_IE))


def _curve(
    grid: Grid, arms: Sequence[str], controls: Sequence[str], metric: MeanMetric, kept_I: Bools
) -> _Curve:
    return _Curve(
        f1_AN=np.stack([_f1(grid, arm)[kept_I] for arm in arms]),
        value_AN=np.stack([_values(grid, arm, metric, kept_I) for arm in arms]),
        control_AN=np.stack([_values(grid, arm, metric, kept_I) for arm in controls]),
        subject_N=subject_codes(grid, kept_I),
    )


def _fitted(curve: _Curve) -> tuple[Floats, Floats]:
    """F1 of the fit's points [G], and the fit there over all items, then without each subject."""
    x_1SA, y_1SA = curve.means_1S(curve.f1_AN), curve.means_1S(curve.value_AN)
    low, high = float(x_1SA[0].min()), float(x_1SA[0].max())
    inside = np.arange(np.ceil(low / STEP), np.floor(high / STEP) + 1) * STEP
    fit_G = np.unique(np.round([low, *inside, high], 6))
    return fit_G, np.stack([isotonic(x_A, y_A, fit_G) for x_A, y_A in zip(x_1SA, y_1SA, strict=True)])


def isotonic(x_A: Floats, y_A: Floats, at_G: Floats) -> Floats:
    """The rising curve nearest to the points, in least squares; straight between them.

    Barlow et al. 1972, by scikit-learn.
    """
    from sklearn.isotonic import IsotonicRegression

    return np.asarray(IsotonicRegression(out_of_bounds="clip").fit(x_A, y_A).predict(at_G), np.float64)


def _need(control: str, fit_G: Floats, gain_1SG: Floats, over: Clusters) -> DoseNeed:
    gains = [jackknife(column, over) for column in gain_1SG.T]
    return DoseNeed(
        control=control,
        crosses=_from(fit_G, [(gain.value or 0.0) > 0 for gain in gains]),
        shown=_from(fit_G, [gain.interval is not None and gain.interval[0] > 0 for gain in gains]),
    )


def _from(fit_G: Floats, holds: Sequence[bool]) -> float | None:
    """The smallest F1 from which on it holds everywhere; null if not even at the largest."""
    last_not = max((n for n, each in enumerate(holds) if not each), default=-1)
    return float(fit_G[last_not + 1]) if last_not + 1 < len(fit_G) else None


def _fit_point(f1: float, column_1S: Floats, over: Clusters, metric: MeanMetric) -> DoseFit:
    estimate = jackknife(column_1S, over)
    return DoseFit(f1=float(f1), value=float(column_1S[0]), interval=_inside(estimate, metric))


def _inside(estimate: Estimate, metric: MeanMetric) -> tuple[float, float] | None:
    """The interval, for a metric with bounds without its impossible part."""
    return held(estimate.interval, 0.0 if np.isfinite(metric.most) else -np.inf, metric.most)


def _point(grid: Grid, arm: str, curve: _Curve, n: int, metric: MeanMetric) -> DosePoint:
    estimate = jackknife(curve.means_1S(curve.value_AN)[:, n], curve.over)
    return DosePoint(
        arm=arm,
        level=dose_level(arm) or 0.0,
        cue_source="annotated" if dose_level(arm) is None else grid.row.cue_source,
        f1=round(float(curve.f1_AN[n].mean()), 6),
        value=float(curve.value_AN[n].mean()),
        interval=_inside(estimate, metric),
        items=curve.over.n,
    )


def _control(grid: Grid, arm: str, curve: _Curve, n: int, metric: MeanMetric) -> DosePoint:
    estimate = jackknife(curve.means_1S(curve.control_AN)[:, n], curve.over)
    known = [record.cue_f1 for record in grid.records[arm] if record.cue_f1 is not None]
    return DosePoint(
        arm=arm,
        f1=float(np.mean(known)) if known else None,
        value=float(curve.control_AN[n].mean()),
        interval=_inside(estimate, metric),
        items=curve.over.n,
    )


def _real(grid: Grid, metric: MeanMetric) -> Iterable[DosePoint]:
    """The main arm, if it shows what a recogniser has found, over all its items with an F1."""
    main = grid.scenario.roles.get("main", "")
    if main not in grid.answers or _source(grid.records[main]) in {None, "annotated"}:
        return
    kept_I = _kept(grid, [main], [main], metric)
    if not kept_I.any():
        return
    curve = _curve(grid, [main], [main], metric, kept_I)
    found = _point(grid, main, curve, 0, metric)
    records = grid.records[main]
    worst = next((each for each in WORST if any(exposed_as(record, each) for record in records)), None)
    yield found.model_copy(update={"level": None, "cue_source": _source(records), "exposure": worst})


def _alike(row: RowName, other: RowName) -> bool:
    """Whether two rows ask the same model the same question in the same manner."""
    return _question(row) == _question(other)


def _question(row: RowName) -> Mapping[str, object]:
    free = {"cue_source": None, "run": None, "model": row.model.partition(NTH_RUN)[0]}
    return row.model_copy(update=free).model_dump()


def _words(metric: MeanMetric, needs: Sequence[DoseNeed], needed: float | None, fit_G: Floats) -> str:
    names = " and ".join(need.control for need in needs)
    what, by = "the accuracy a recogniser needs", f"judged by {scale_of(metric.name).name}"
    if needed is not None:
        return f"{what} is F1 {needed:.2f} ({by}): from there on a gain over {names} is shown"
    missed = " and ".join(need.control for need in needs if need.shown is None)
    up_to = f"up to F1 {fit_G[-1]:.2f}, the largest asked"
    return f"{what} is not reached ({by}): {up_to}, no gain over {missed} is shown"


def _leaks(grid: Grid, arms: Sequence[str]) -> Iterable[str]:
    """That the curve's own gestures are from a recogniser that may have learned from the people."""
    records = [record for arm in arms for record in grid.records[arm]]
    for exposure in WORST[:2]:
        if count := sum(exposed_as(record, exposure) for record in records):
            words = exposure.replace("_", "-")
            yield f"{words} gestures are what is made wrong in {count} of {len(records)} records"


def _why_no_band(replicates_1SG: Floats, over: Clusters) -> str:
    flags = [jackknife(column, over).flag for column in replicates_1SG.T]
    return next((flag for flag in flags if flag), "no interval")
