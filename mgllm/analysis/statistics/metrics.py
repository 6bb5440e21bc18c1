"""Metrics of answers and probabilities that are sums over items.

Shape suffixes: N items, L labels, K sums.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from mgllm.analysis.metric import Floats, MeanMetric, Sample, Scale, SumMetric, metric
from mgllm.analysis.statistics.draws import brier_excess


@metric("accuracy")
class Accuracy(MeanMetric):
    """Share of right answers."""

    scale, header, order = Scale("accuracy", 100, 1, "points"), "accuracy [95 %]", 10
    primary = headline = few_values = True

    def of_item(self, sample: Sample) -> Floats:
        """Share of the target among its answers [N]."""
        return sample.correct_N


class OverTargets(SumMetric):
    """Mean of a per-label ratio over the labels that occur as targets.

    NaN if a label that occurs among all items was left out with its only subject: the number would
    be a mean over other labels, so another number.
    """

    by_class = True

    @abstractmethod
    def ratio(self, hits: Floats, rows: Floats, columns: Floats) -> Floats:
        """Each label's ratio, from its hits, its items and its answers."""

    def per_item(self, sample: Sample) -> Floats:
        """Fractional confusion matrix of each item, flattened [N, L·L]: row target, column
        answer."""
        labels = sample.shares_NL.shape[1]
        true_NL = np.eye(labels)[sample.target_N]
        cells_NLL = true_NL[:, :, None] * sample.shares_NL[:, None, :]
        return cells_NLL.reshape(len(true_NL), labels * labels)

    def value(self, sums: Floats, total_K: Floats) -> Floats:
        """The mean of the ratios."""
        labels = round(total_K.shape[-1] ** 0.5)
        occurs = total_K.reshape(labels, labels).sum(axis=1) > 0.5
        cells = sums.reshape(*sums.shape[:-1], labels, labels)
        hits = np.diagonal(cells, axis1=-2, axis2=-1)[..., occurs]
        rows, columns = cells.sum(axis=-1)[..., occurs], cells.sum(axis=-2)[..., occurs]
        lost = (rows < 0.5).any(axis=-1)
        mean = self.ratio(hits, np.where(rows < 0.5, 1.0, rows), columns).mean(axis=-1)
        return np.where(lost, np.nan, mean)


@metric("balanced_accuracy")
class BalancedAccuracy(OverTargets):
    """Mean recall."""

    scale, header, order = Scale("balanced accuracy", 100, 1, "points"), "balanced", 20

    def ratio(self, hits: Floats, rows: Floats, columns: Floats) -> Floats:
        """Recall."""
        return hits / rows


@metric("macro_f1")
class MacroF1(OverTargets):
    """Mean F1."""

    scale, header, order = Scale("macro-F1", 100, 1, "points"), "macro-F1", 30
    needs_both = True

    def ratio(self, hits: Floats, rows: Floats, columns: Floats) -> Floats:
        """F1."""
        return 2 * hits / (rows + columns)


@metric("log_odds")
class LogOdds(MeanMetric):
    """Mean log-odds of the target."""

    scale = Scale("log-odds", 1, 2, "nats", of=" of the target", signed=True)
    header, order = "log-odds", 50
    primary, scored, most = True, True, np.inf

    def of_item(self, sample: Sample) -> Floats:
        """In nats [N]."""
        return sample.log_odds_N


@metric("brier")
class Brier(MeanMetric):
    """Σ over labels of (P(label) − y)², y = 1 for the true label, else 0; from 0 to 2 (Brier 1950).

    From shares of K answers, what drawing them adds on average is subtracted
    (`draws.brier_excess`).
    """

    scale, header, order = Scale("Brier score", 1, 3), "Brier", 60
    scored, less_is_better, most = True, True, 2.0

    def of_item(self, sample: Sample) -> Floats:
        """The sum of squares [N]."""
        true_NL = np.eye(sample.probabilities_NL.shape[1])[sample.target_N]
        squared_N = np.asarray(((sample.probabilities_NL - true_NL) ** 2).sum(axis=1))
        if sample.draws_N is None:
            return squared_N
        return np.asarray(squared_N - brier_excess(sample.probabilities_NL, sample.draws_N))
