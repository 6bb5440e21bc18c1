"""BCa intervals by person, from our own draws: each number as a function of how often a person is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.stats

from tests.analysis import by_hand
from tests.analysis.by_hand import METRICS, Item, Metric

DRAWS = 3000
Weighted = Callable[[Any], float]
"""A number over items, each counted so many times."""


def bca(arm: Sequence[Item], baseline: Sequence[Item], metric: Metric) -> tuple[float, float] | None:
    """95 % bias-corrected and accelerated (Efron 1987), persons drawn with replacement; from 40 on."""
    people = sorted({item.subject for item in arm})
    if len(people) < 40 or metric is METRICS["calibration_error"]:
        return None
    owner = np.array([people.index(item.subject) for item in arm])
    one, other = (weighted(side, metric) for side in (arm, baseline))

    def at(times: Any) -> float:
        return one(times[owner]) - other(times[owner])

    rng, whole = np.random.default_rng(99), np.ones(len(people))
    drawn = np.array([at(np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people)))
                      for _ in range(DRAWS)])  # fmt: skip
    without = np.array([at(np.where(np.arange(len(people)) == left, 0, 1)) for left in range(len(people))])
    if not (np.isfinite(drawn).all() and np.isfinite(without).all()):
        return None
    value, spread = at(whole), without.mean() - without
    below = float(((drawn < value).mean() + (drawn <= value).mean()) / 2)
    if not 0 < below < 1 or not (spread**2).sum() > 0:
        return None
    bias = float(scipy.stats.norm.ppf(below))
    acceleration = float((spread**3).sum() / (6 * (spread**2).sum() ** 1.5))
    ends = []
    for part in (0.025, 0.975):
        z = bias + float(scipy.stats.norm.ppf(part))
        ends.append(float(np.quantile(drawn, scipy.stats.norm.cdf(bias + z / (1 - acceleration * z)))))
    return ends[0], ends[1]


def weighted(found: Sequence[Item], metric: Metric) -> Weighted:
    """A metric over items that count several times, or not at all."""
    if metric.of_one is not None:
        values = np.array([metric.of_one(item) for item in found])
        return lambda times: float((values * times).sum() / times.sum())
    labels = sorted({item.target for item in found})
    true = np.array([[float(item.target == label) for label in labels] for item in found])
    if metric is METRICS["auc"]:
        sure = np.array([[item.probabilities[label] for label in labels] for item in found])
        wins = (np.sign(sure[:, None, :] - sure[None, :, :]) + 1) / 2
        return lambda times: _auc(wins, true, times)
    shares = np.array([[item.shares[label] for label in labels] for item in found])
    is_f1 = metric is METRICS["macro_f1"]
    return lambda times: _of_classes(shares, true, times, is_f1)


def _auc(wins: Any, true: Any, times: Any) -> float:
    each = []
    for label in range(true.shape[1]):
        mine, rest = true[:, label] * times, (1 - true[:, label]) * times
        pairs = mine.sum() * rest.sum()
        each.append(float(mine @ wins[:, :, label] @ rest / pairs) if pairs else by_hand.NAN)
    return float(np.mean(each))


def _of_classes(shares: Any, true: Any, times: Any, is_f1: bool) -> float:
    hits = (shares * true * times[:, None]).sum(axis=0)
    rows, columns = (true * times[:, None]).sum(axis=0), (shares * times[:, None]).sum(axis=0)
    if (rows == 0).any():
        return by_hand.NAN
    return float((2 * hits / (rows + columns)).mean() if is_f1 else (hits / rows).mean())
