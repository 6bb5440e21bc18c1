"""Cells of the simulation: what the model and the people are like, and every metric's interval and
p.

An item's log-odds of its target are skill + subject + item + what the arm adds + the arm's own
logistic
noise, so that an answer is right with the chance that the logit says. Shape suffixes: N items, S
subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

import numpy as np
from coverage_tally import Counts  # type: ignore[import-not-found]
from scipy.special import expit, logit

from mgllm.analysis.metric import Floats, Ints, Metric, Sample, known_metrics
from mgllm.analysis.statistics import checks, estimating, skewed
from mgllm.analysis.statistics.estimating import estimated
from mgllm.analysis.statistics.jackknife import FEWEST, clusters, held, weakest
from mgllm.analysis.statistics.pairs import Pairs

SD = 0.8
"""Of subjects, items and the subjects' own effects, on the logit scale."""
RLTD = (21, 12, 9, 8, 6, 4, 4, *(2,) * 8, *(1,) * 41)
"""Clips of each person in the real-life trial data."""
BY_CLASS = ("balanced_accuracy", "macro_f1", "auc")
NAMES = ("accuracy", *BY_CLASS, "log_odds", "brier")
LARGE = 400_000
"""People of one item each from whom the true difference is taken."""

Targets = Callable[[np.random.Generator, Ints], Ints]
"""Each item's label, 0 or 1, from the items' subjects."""
Odds = Callable[[np.random.Generator, Ints, Ints], tuple[Floats, Floats]]
"""The target's log-odds in baseline and arm, from the items' subjects and labels."""


@dataclass(frozen=True)
class Cell:
    """One kind of data."""

    name: str
    sizes: tuple[int, ...]
    odds: Odds
    targets: Targets
    large_targets: Targets
    """Labels as frequent among people of one item each."""
    null: bool = False
    """There is no difference in any metric."""
    metrics: tuple[str, ...] = NAMES
    times: int = 1
    """How many times as many experiments as of other cells: those of means alone take little."""


def simulate(cell: Cell, replicates: int, seed: int) -> dict[str, Counts]:
    """Intervals and p of each metric over so many data sets."""
    known = [metric for metric in known_metrics() if metric.name in cell.metrics]
    truth = dict.fromkeys(cell.metrics, 0.0) if cell.null else _truth(cell, known, seed)
    owner_N = np.repeat(np.arange(len(cell.sizes)), cell.sizes)
    over, rng = clusters(owner_N), np.random.default_rng([seed, len(owner_N), len(cell.name)])
    found = {metric.name: Counts() for metric in known}
    with without_checks():
        for _ in range(replicates):
            target_N = cell.targets(rng, owner_N)
            arm, baseline = _arms(cell.odds(rng, owner_N, target_N), owner_N, target_N)
            numbers = estimated(Pairs(arm, baseline, over, 0), known)
            labels = weakest(over, owner_N, target_N, ()).effective if len(np.unique(target_N)) > 1 else 0.0
            for metric in known:
                estimate = numbers[metric.name].estimate
                interval = held(estimate.interval, -metric.most, metric.most)
                counts = found[metric.name]
                counts.asked += 1
                if interval is not None:
                    counts.covers.add(interval[0] <= truth[metric.name] <= interval[1])
                    counts.rejects.add((estimate.p or 0.0) <= 0.05)
                if (labels if metric.by_class else over.effective) >= FEWEST:
                    counts.printed.add(interval is not None)
    return found


@contextmanager
def without_checks() -> Iterator[None]:
    """Numbers beside the interval are not looked at; bootstrap-t from a tenth of its resamples, of
    which an end then moves by a thirtieth of the standard error."""
    with (
        patch.object(checks, "DRAWS", 100),
        patch.object(skewed, "MOST_DRAWS", 10_000),
        patch.object(estimating, "BOOTSTRAP_FROM", 10**9),
    ):
        yield


def _truth(cell: Cell, known: list[Metric], seed: int) -> dict[str, float]:
    """The difference over very many people, as one subject: nothing is left out."""
    rng, owner_N = np.random.default_rng([seed, 1]), np.arange(LARGE)
    target_N = cell.large_targets(rng, owner_N)
    arms = _arms(cell.odds(rng, owner_N, target_N), owner_N, target_N)
    arm, baseline = (replace(side, subject_N=np.zeros(LARGE, np.int64)) for side in arms)
    return {m.name: float(m.replicates(arm)[0] - m.replicates(baseline)[0]) for m in known}


def _arms(odds: tuple[Floats, Floats], owner_N: Ints, target_N: Ints) -> tuple[Sample, Sample]:
    """Arm and baseline, whose answer is the more probable label."""
    baseline, arm = (_side(each_N, owner_N, target_N) for each_N in odds)
    return arm, baseline


def _side(odds_N: Floats, owner_N: Ints, target_N: Ints) -> Sample:
    true_NL = np.eye(2)[target_N]
    p_N1 = expit(odds_N)[:, None]
    right_N1 = (odds_N > 0)[:, None]
    return Sample(
        owner_N,
        target_N,
        np.where(right_N1, true_NL, 1 - true_NL),
        np.where(true_NL == 1, p_N1, 1 - p_N1),
        odds_N,
    )


def varied(shift: float, lean: float = 0.0, skill: float = 0.0, rare: float = 0.0) -> Odds:
    """Everything varies by SD, as in `coverage_today`.

    Args:
        shift: what the arm adds.
        lean: what both arms add to label 0, whatever is true.
        skill: what both know.
        rare: how much more the arm adds where label 1 is true.
    """

    def made(rng: np.random.Generator, owner_N: Ints, target_N: Ints) -> tuple[Floats, Floats]:
        subjects, n = int(owner_N[-1]) + 1, len(owner_N)
        base_N = skill + rng.normal(0, SD, subjects)[owner_N] + rng.normal(0, SD, n)
        base_N += np.where(target_N == 0, lean, -lean)
        gain_N = rng.normal(shift, SD, subjects)[owner_N] + rare * target_N
        noise_2N = rng.logistic(size=(2, n))
        return base_N + noise_2N[0], base_N + gain_N + noise_2N[1]

    return made


def alike(skill: float, lean: float = 0.0) -> Odds:
    """The arm is another draw of the same: subjects differ in it, but not to one side."""

    def made(rng: np.random.Generator, owner_N: Ints, target_N: Ints) -> tuple[Floats, Floats]:
        subjects, n = int(owner_N[-1]) + 1, len(owner_N)
        base_N = skill + rng.normal(0, SD, subjects)[owner_N] + rng.normal(0, SD, n)
        base_N += np.where(target_N == 0, lean, -lean)
        own_2S, noise_2N = rng.normal(0, SD, (2, subjects)), rng.logistic(size=(2, n))
        return base_N + own_2S[0][owner_N] + noise_2N[0], base_N + own_2S[1][owner_N] + noise_2N[1]

    return made


def sure(before: float, after: float, sd: float = 0.5) -> Odds:
    """Probabilities of the target near 1 that rise from `before` to `after`: Brier scores near 0."""

    def made(rng: np.random.Generator, owner_N: Ints, _target_N: Ints) -> tuple[Floats, Floats]:
        subjects, n = int(owner_N[-1]) + 1, len(owner_N)
        spread_N = rng.normal(0, sd, subjects)[owner_N] + rng.normal(0, SD, n)
        return logit(before) + spread_N, logit(after) + spread_N + rng.normal(0, sd, subjects)[owner_N]

    return made


def skewed_gains(mean: float, noise: float = 0.5) -> Odds:
    """Most people gain a little and a few much: exponential with this mean over 1."""

    def made(rng: np.random.Generator, owner_N: Ints, _target_N: Ints) -> tuple[Floats, Floats]:
        subjects, n = int(owner_N[-1]) + 1, len(owner_N)
        base_N = rng.normal(0, 1, subjects)[owner_N] + rng.normal(0, SD, n)
        gain_N = rng.exponential(1, subjects)[owner_N] - 1 + mean
        return base_N, base_N + gain_N + rng.normal(0, noise, n)

    return made


def even(_rng: np.random.Generator, owner_N: Ints) -> Ints:
    """Both labels by turns."""
    return np.arange(len(owner_N)) % 2


def at_random(share: float) -> Targets:
    """Label 1 with this chance, of everybody."""
    return lambda rng, owner_N: (rng.random(len(owner_N)) < share).astype(np.int64)


def of_people(holders: int) -> Targets:
    """Label 1 in all items of so many people, and of them alone."""
    return lambda _rng, owner_N: (owner_N < holders).astype(np.int64)


PLACES: Mapping[str, tuple[int, ...]] = {
    **{f"{n} × 5": (5,) * n for n in (5, 10, 20, 80)},
    "RLTD": RLTD,
}
RISE = 0.5
"""Logit shift of about ten points of accuracy."""


def cells() -> list[Cell]:
    """Today's, and those in which a rule of before failed."""
    found = []
    for name, sizes in PLACES.items():
        found.append(Cell(f"{name}, both labels", sizes, alike(0.3), even, even, null=True))
        found.append(Cell(f"{name}, both labels, effect", sizes, varied(RISE, skill=0.3), even, even))
    return [*found, *_rare(), *_tails()]


def _rare() -> list[Cell]:
    """A label that few people have, with metrics by class."""
    found = []
    leans = varied(0.0, lean=1.5, rare=1.0)
    for share in (0.10, 0.15, 0.20):
        made, told = at_random(share), f"20 × 2, {100 * share:.0f} % at random, effect"
        found.append(Cell(told, (2,) * 20, varied(RISE), made, made, metrics=BY_CLASS))
        found.append(Cell(f"{told}, leans", (2,) * 20, leans, made, made, metrics=BY_CLASS))
    made = at_random(0.20)
    told = "40 × 3, 20 % at random, effect, leans"
    found.append(Cell(told, (3,) * 40, leans, made, made, metrics=BY_CLASS))
    for holders in (2, 3, 5, 6, 8):
        made, large = of_people(holders), at_random(holders / 20)
        told = f"20 × 5, label held by {holders} people"
        found.append(Cell(told, (5,) * 20, alike(0.0), made, large, null=True, metrics=BY_CLASS))
        found.append(Cell(f"{told}, effect", (5,) * 20, varied(RISE), made, large, metrics=BY_CLASS))
    return found


def _tails() -> list[Cell]:
    """Brier scores near 0 and skewed gains."""
    found = []
    near = (
        (0.90, 0.99, 8, 2), (0.90, 0.99, 12, 2), (0.90, 0.99, 20, 2), (0.80, 0.95, 12, 2),
        (0.80, 0.95, 40, 1), (0.97, 0.995, 40, 1), (0.97, 0.995, 20, 5),
    )  # fmt: skip
    for before, after, people, items in near:
        name = f"{people} × {items}, P {100 * before:g} → {100 * after:g} %"
        found.append(
            Cell(
                name,
                (items,) * people,
                sure(before, after),
                even,
                even,
                metrics=("log_odds", "brier"),
                times=2,
            )
        )
    for people in (8, 12, 20, 40):
        for mean in (0.0, 0.5):
            name = f"{people} × 2, skewed gains{', effect' if mean else ''}"
            null = not mean
            gains = skewed_gains(mean)
            found.append(Cell(name, (2,) * people, gains, even, even, null, ("log_odds",), times=3))
    uneven = Cell("RLTD, skewed gains", RLTD, skewed_gains(0.0), even, even, True, ("log_odds",), times=3)
    return [*found, uneven]
