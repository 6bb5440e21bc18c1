"""Logistic GEE over several models or scenarios: is the arm's effect larger in one than in another?

Shape suffixes: R rows (item × arm × model), C coefficients.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from mgllm.analysis.metric import Floats, Ints
from mgllm.analysis.statistics.claims import adjust
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.jackknife import FEWEST, Clusters, clusters, t_interval, t_tail
from mgllm.analysis.statistics.pairs import given, sample, some
from mgllm.records import Gee, GeeTerm

SUBJECTS = 20
"""Fewest subjects for a fit."""
MOST = 3_000
"""Most rows of one subject: its working correlation is a square matrix of them."""
BEYOND = 15.0
"""Larger log odds ratios come from separated answers."""
STILL = 1e-9
"""Standard errors up to this are 0: the rest is rounding in the iterations."""

Cell = tuple[str, str, str]
"""Arm, model, scenario."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the regression."""

    correct_R: Floats
    """Share of right answers of an item in an arm."""
    subject_R: Ints
    """Index of the subject."""
    cells: tuple[Cell, ...]
    """Arm, model and scenario of each row."""
    arms: tuple[str, ...]
    """Arms that all grids have, the baseline first."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One coefficient, for the rows with this arm, model and scenario (None: any)."""

    name: str
    arm: str | None = None
    model: str | None = None
    scenario: str | None = None

    def holds(self, cell: Cell) -> bool:
        """Whether a row is one of these."""
        wanted = (self.arm, self.model, self.scenario)
        return all(want is None or want == have for want, have in zip(wanted, cell, strict=True))


def regressions(grids: Sequence[Grid]) -> tuple[Gee, ...]:
    """One regression for each form, reasoning, score and effort that has several models or
    scenarios."""
    found = []
    by_manner = sorted(enumerate(grids), key=lambda pair: (*_manner(pair[1]), pair[0]))
    for _, group in groupby(by_manner, key=lambda pair: _manner(pair[1])):
        together = [grid for _, grid in group if (grid.target_I >= 0).any() and grid.answers]
        if len({(grid.row.model, grid.row.scenario) for grid in together}) > 1:
            found.append(_regress(together))
    return tuple(found)


def _manner(grid: Grid) -> tuple[str, str, str, str]:
    return (grid.row.form, grid.row.reasoning, grid.row.score, grid.row.reasoning_effort or "")


def _regress(grids: Sequence[Grid]) -> Gee:
    rows = _rows(grids)
    models, scenarios = (tuple(dict.fromkeys(cell[n] for cell in rows.cells)) for n in (1, 2))
    over = clusters(rows.subject_R)
    factors = [name for name, levels in (("model", models), ("scenario", scenarios)) if len(levels) > 1]
    gee = Gee(
        formula=f"correct ~ arm × {factors[0] if len(factors) == 1 else '(model + scenario)'}",
        reference=" · ".join([*rows.arms[:1], *models[:1], *scenarios[:1]]),
        rows=over.n,
        subjects=over.subjects,
        effective_subjects=over.effective,
        flags=_flags(grids),
    )
    columns = _columns(rows.arms, models, scenarios)
    why_not = _why_not(rows, columns, over)
    return gee.model_copy(update={"why_not": why_not}) if why_not else _fit(gee, rows, columns, over)


def _flags(grids: Sequence[Grid]) -> tuple[str, ...]:
    """What else differs between models of a scenario."""
    by_scenario = [
        [grid for grid in grids if grid.row.scenario == name]
        for name in dict.fromkeys(grid.row.scenario for grid in grids)
    ]
    differ = {
        "cue sources differ": [len({grid.row.cue_source for grid in found}) for found in by_scenario],
        "item sets differ": [len({grid.scenario.items_sha256 for grid in found}) for found in by_scenario],
        "templates differ": [
            len({tuple(sorted(grid.scenario.templates.items())) for grid in found}) for found in by_scenario
        ],
    }
    return tuple(words for words, kinds in differ.items() if max(kinds) > 1)


def _rows(grids: Sequence[Grid]) -> _Rows:
    common = set.intersection(*(set(grid.answers) for grid in grids))
    baseline = grids[0].scenario.baseline
    arms = [arm for arm in grids[0].answers if arm in common]
    correct: list[Floats] = []
    owners: list[str] = []
    cells: list[Cell] = []
    for grid in grids:
        for arm in arms:
            kept_IE = given(grid.answers[arm], scored=False) & (grid.target_I >= 0)[:, None]
            over = sample(grid, grid.answers[arm], kept_IE)
            correct.append(over.correct_N)
            owners += [grid.subjects[n] for n in np.flatnonzero(some(kept_IE, 1))]
            cells += [(arm, grid.row.model, grid.row.scenario)] * len(over.target_N)
    number = {subject: n for n, subject in enumerate(sorted(set(owners)))}
    return _Rows(
        np.concatenate(correct) if correct else np.zeros(0),
        np.array([number[owner] for owner in owners], np.int64),
        tuple(cells),
        tuple(sorted(arms, key=lambda arm: arm != baseline)),
    )


def _columns(arms: Sequence[str], models: Sequence[str], scenarios: Sequence[str]) -> list[_Column]:
    """Intercept, arms, models, scenarios, and each arm in each model and each scenario."""
    places = [
        *(_Column(model, model=model) for model in models[1:]),
        *(_Column(scenario, scenario=scenario) for scenario in scenarios[1:]),
    ]
    return [
        _Column("intercept"),
        *(_Column(arm, arm) for arm in arms[1:]),
        *places,
        *(_Column(f"{arm} × {p.name}", arm, p.model, p.scenario) for arm in arms[1:] for p in places),
    ]


def _why_not(rows: _Rows, columns: Sequence[_Column], over: Clusters) -> str | None:
    if len(rows.arms) < 2:
        return "models and scenarios have fewer than two arms in common"
    if over.subjects < SUBJECTS or over.effective < FEWEST:
        return f"{over.subjects} subjects ({over.effective:.1f} effective); {SUBJECTS} are needed"
    if over.largest > MOST:
        return f"one subject has {over.largest:,} answers; the limit is {MOST:,}"
    if np.linalg.matrix_rank(_matrix(sorted(set(rows.cells)), columns)) < len(columns):
        return "models and scenarios cannot be separated: no scenario was asked of several models"
    right: dict[Cell, list[float]] = {}
    for cell, correct in zip(rows.cells, rows.correct_R, strict=True):
        right.setdefault(cell, []).append(float(correct))
    for (arm, model, scenario), values in sorted(right.items()):
        if min(values) == max(values) and values[0] in {0.0, 1.0}:
            word = "right" if values[0] else "wrong"
            return f"answers are separated: {arm} of {model} in {scenario} is always {word}"
    return None


def _matrix(cells: Sequence[Cell], columns: Sequence[_Column]) -> Floats:
    return np.array([[column.holds(cell) for column in columns] for cell in cells], np.float64)


def _fit(gee: Gee, rows: _Rows, columns: Sequence[_Column], over: Clusters) -> Gee:
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    known = {cell: _matrix([cell], columns)[0] for cell in set(rows.cells)}
    design_RC = np.array([known[cell] for cell in rows.cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is checked below
        try:
            model = GEE(
                rows.correct_R, design_RC, rows.subject_R, family=Binomial(), cov_struct=Exchangeable()
            )
            fitted = model.fit(maxiter=100, cov_type="bias_reduced")
            # Errors are computed when they are read: the root of a variance below 0 warns here.
            estimates, errors = np.asarray(fitted.params), np.asarray(fitted.bse)
        except (np.linalg.LinAlgError, ValueError):
            return gee.model_copy(update={"why_not": "the regression cannot be solved"})
    shown = [n for n, column in enumerate(columns) if column.arm is not None]
    why_not = _unsound(fitted.converged, estimates, {columns[n].name: float(errors[n]) for n in shown})
    if why_not is not None:
        return gee.model_copy(update={"why_not": why_not})
    terms = [_term(columns[n], float(estimates[n]), float(errors[n]), over.effective) for n in shown]
    q = adjust([term.p for term in terms], "fdr_bh")
    return gee.model_copy(
        update={
            "correlation": float(model.cov_struct.dep_params),
            "terms": tuple(t.model_copy(update={"q": each}) for t, each in zip(terms, q, strict=True)),
        }
    )


def _unsound(converged: bool, estimates: Floats, shown: Mapping[str, float]) -> str | None:
    """Why a fit is not shown; errors of terms that are not shown (the intercept's) may be 0."""
    if not converged:
        return "the regression does not converge"
    if np.abs(estimates).max() > BEYOND:
        return "answers are separated: a log odds ratio is infinite"
    unknown = [name for name, error in shown.items() if not np.isfinite(error)]
    if unknown:
        return f"it converges, but the variance of {', '.join(unknown)} is below 0"
    alike = [name for name, error in shown.items() if error <= STILL]
    if alike:
        names = ", ".join(alike)
        return f"it converges, but all subjects differ by the same amount: the standard error of {names} is 0"
    return None


def _term(column: _Column, estimate: float, se: float, effective: float) -> GeeTerm:
    return GeeTerm(
        term=column.name,
        interaction=column.model is not None or column.scenario is not None,
        estimate=estimate,
        se=se,
        interval=t_interval(estimate, se, effective - 1),
        p=min(1.0, 2 * t_tail(abs(estimate) / se, effective - 1)),
    )
