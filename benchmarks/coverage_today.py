"""Accuracy over people of five items: the printed interval and p beside what else might have been
printed.

Every experiment goes through `contrast_effects`, the code that prints; beside it stand BCa and
percentile intervals of the same resamples and McNemar's exact test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from coverage_cells import PLACES, SD  # type: ignore[import-not-found]
from coverage_made import EPOCHS, answers, grid  # type: ignore[import-not-found]
from coverage_tally import COVERAGE, WRONG, Interval, Tally  # type: ignore[import-not-found]
from scipy.optimize import brentq
from scipy.special import expit

from mgllm.analysis.metric import Ints, known_metrics
from mgllm.analysis.statistics.checks import bca_interval, mcnemar_p, resampled_sums
from mgllm.analysis.statistics.effects import Contrast, contrast_effects
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.pairs import pair
from mgllm.records import Effect

POINTS = (0.0, 0.10)


@dataclass
class Cell:
    """One size and truth."""

    name: str
    truth: float
    grid: Grid
    covers: dict[str, Tally] = field(default_factory=dict)
    rejects: dict[str, Tally] = field(default_factory=dict)

    def cover(self, what: str, interval: Interval | None) -> None:
        """Count an interval, if there is one."""
        tally = self.covers.setdefault(what, Tally())
        if interval is not None:
            tally.add(interval[0] <= self.truth <= interval[1])

    def reject(self, what: str, p: float | None) -> None:
        """Count a p, if there is one; McNemar's without discordant pairs does not reject."""
        tally = self.rejects.setdefault(what, Tally())
        if p is not None:
            tally.add(p <= 0.05)


def today(replicates: int, seed: int) -> list[Cell]:
    """Every size and truth."""
    return [_run(name, points, replicates, seed) for name in PLACES for points in POINTS]


def _run(name: str, points: float, replicates: int, seed: int) -> Cell:
    sizes = PLACES[name]
    cell = Cell(name, points, grid(sizes, np.ones(sum(sizes), np.int64)))
    owner_I = np.repeat(np.arange(len(sizes)), sizes)
    shift = _shift(points)
    rng = np.random.default_rng([seed, sum(sizes), len(sizes), round(1000 * points)])
    for _ in range(replicates):
        _experiment(cell, _right(rng, owner_I, shift))
    return cell


def _shift(points: float) -> float:
    """Logit shift of the arm that moves its mean accuracy by so much, the baseline's being one
    half.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    spread = SD * np.sqrt(3.0)
    return float(brentq(lambda x: weights @ expit(x + spread * nodes) - 0.5 - points, -5.0, 5.0))


def _right(rng: np.random.Generator, owner_I: Ints, shift: float) -> Ints:
    """Correctness of baseline and arm [2, I, E]: subjects, items and the effect vary on the logit
    scale.
    """
    subjects = int(owner_I[-1]) + 1
    base_I = rng.normal(0, SD, subjects)[owner_I] + rng.normal(0, SD, len(owner_I))
    effect_I = rng.normal(shift, SD, subjects)[owner_I]
    chance_2I = expit(np.stack([base_I, base_I + effect_I]))
    right_2IE: Ints = (rng.random((*chance_2I.shape, EPOCHS)) < chance_2I[..., None]).astype(np.int64)
    return right_2IE


def _experiment(cell: Cell, right_2IE: Ints) -> None:
    one, five = (_effect(cell.grid, right_2IE[..., :epochs]) for epochs in (1, EPOCHS))
    cell.cover("printed", one.interval)
    cell.reject("printed", one.p)
    cell.cover("five epochs", five.interval)
    cell.reject("five epochs", five.p)
    cell.reject("sign-flip", one.sign_flip_p)
    for what, interval in _bootstrap(cell.grid, right_2IE[..., :1]).items():
        cell.cover(what, interval)
    baseline_IE, arm_IE = right_2IE
    b, c = int((arm_IE > baseline_IE).sum()), int((arm_IE < baseline_IE).sum())
    cell.reject("McNemar", one.mcnemar_p if one.mcnemar_p is not None else 1.0)
    cell.reject("McNemar pooled", mcnemar_p(b, c) or 1.0)


def _effect(grid: Grid, right_2IE: Ints) -> Effect:
    """What the product prints of one contrast."""
    baseline, arm = (answers(np.where(right_IE == 1, 1, 0)) for right_IE in right_2IE)
    (effect,) = contrast_effects(
        Contrast(grid, grid.row, ("text+mg", "text"), (arm, baseline)), known_metrics()[:1]
    )
    return effect


def _bootstrap(grid: Grid, right_2IE: Ints) -> dict[str, Interval | None]:
    """BCa and percentile intervals, also where the product gives none because subjects are few."""
    baseline, arm = (answers(np.where(right_IE == 1, 1, 0)) for right_IE in right_2IE)
    found = pair(grid, arm, baseline, scored=False)
    accuracy = known_metrics()[0]
    per_item = accuracy.per_item(found.arm) - accuracy.per_item(found.baseline)
    gain_S = np.bincount(found.arm.subject_N, weights=per_item[:, 0])
    size_S = np.bincount(found.arm.subject_N)
    drawn_R2 = resampled_sums(np.stack([gain_S, size_S], axis=1).astype(np.float64))
    drawn_R = drawn_R2[:, 0] / drawn_R2[:, 1]
    replicates = accuracy.replicates(found.arm) - accuracy.replicates(found.baseline)
    low, high = np.quantile(drawn_R, (0.025, 0.975))
    return {"BCa": bca_interval(replicates, drawn_R), "percentile": (float(low), float(high))}


def tables(cells: Sequence[Cell], replicates: int) -> list[str]:
    """Coverage, then size and power."""
    covers = ("printed", "five epochs", "BCa", "percentile")
    rejects = ("printed", "five epochs", "sign-flip", "McNemar", "McNemar pooled")
    lines = ["### Coverage of 95 % intervals, %", "", _head(["no interval", *covers])]
    for cell in cells:
        none = 100 * (1 - cell.covers["printed"].of / replicates)
        lines.append(_line(cell, [f"{none:.1f}", *(str(cell.covers[what]) for what in covers)]))
    lines += ["", "### p ≤ .05, %: size at +0, power at +10", "", _head(rejects)]
    return [*lines, *(_line(cell, [str(cell.rejects[what]) for what in rejects]) for cell in cells)]


def misses(cells: Sequence[Cell]) -> list[str]:
    """Where the printed numbers miss."""
    found = []
    for cell in cells:
        where = f"accuracy, {cell.name}, {100 * cell.truth:+.0f} points"
        covered = cell.covers["printed"]
        if not COVERAGE[0] <= covered.share <= COVERAGE[1]:
            found.append(f"{where}: the interval covers {covered} %")
        if cell.truth == 0 and cell.rejects["printed"].at_least > WRONG:
            found.append(f"{where}: p is at most .05 in {cell.rejects['printed']} %")
    return found


def _head(names: Sequence[str]) -> str:
    return f"| subjects × items | truth | {' | '.join(names)} |\n|---|--:|{'--:|' * len(names)}"


def _line(cell: Cell, cells: Sequence[str]) -> str:
    return f"| {cell.name} | {100 * cell.truth:+.0f} | {' | '.join(cells)} |"
