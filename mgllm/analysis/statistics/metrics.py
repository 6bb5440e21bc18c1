"""What is measured, over all items and with each subject left out.

Shape suffixes: N items, S subjects, L labels, K sums; `1S` has one value over all, then S without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.statistics.calibration import CalibrationError
from mgllm.analysis.statistics.grid import Bools, Floats, Ints
from mgllm.analysis.statistics.sample import Metric, Sample


@dataclass(frozen=True, slots=True)
class SumMetric:
    """A number that depends on sums over items alone."""

    name: str
    scored: bool
    columns: Callable[[Sample], Floats]
    """What is summed [N, K]."""
    value: Callable[[Floats, Floats], Floats]
    """The number from sums [..., K], and from those over all items [K], which say what labels occur."""
    fewest: int = 1
    most: float = 1.0

    def per_item(self, sample: Sample) -> Floats:
        """What of each item decides the number [N, K]."""
        return self.columns(sample)

    def replicates(self, sample: Sample) -> Floats:
        """The number over all items, then without each subject [1 + S]."""
        sums_SK = self.subject_sums(sample)
        total_K = sums_SK.sum(axis=0)
        return self.value(np.vstack([total_K, total_K - sums_SK]), total_K)

    def subject_sums(self, sample: Sample) -> Floats:
        """Sums over each subject's items [S, K]."""
        columns_NK = self.columns(sample)
        return np.stack([np.bincount(sample.subject_N, weights=column) for column in columns_NK.T], axis=1)


@dataclass(frozen=True, slots=True)
class Auc:
    """Chance that P(label) is higher where the label is true; ties count half; mean over true labels."""

    name: str = "auc"
    scored: bool = True
    fewest: int = 1
    most: float = 1.0

    def per_item(self, sample: Sample) -> Floats:
        """P(label) of each item [N, L]."""
        return sample.probabilities_NL

    def replicates(self, sample: Sample) -> Floats:
        """AUC over all items, then without each subject [1 + S]; NaN with one class."""
        each = [
            _auc_replicates(sample.probabilities_NL[:, label], sample.target_N == label, sample.subject_N)
            for label in np.unique(sample.target_N)
        ]
        mean_1S: Floats = np.mean(each, axis=0)
        return mean_1S


def correctness(sample: Sample) -> Floats:
    """Share of the target among each item's answers [N]."""
    return sample.shares_NL[np.arange(len(sample.target_N)), sample.target_N]


def _auc_replicates(score_N: Floats, positive_N: Bools, subject_N: Ints) -> Floats:
    """Mann–Whitney's U over the product of class sizes; subjects are taken off U in one pass."""
    subjects = int(subject_N.max()) + 1
    _, rank_N = np.unique(score_N, return_inverse=True)
    positives_S = np.bincount(subject_N[positive_N], minlength=subjects)
    negatives_S = np.bincount(subject_N[~positive_N], minlength=subjects)
    zero_N = np.zeros_like(subject_N)
    wins_N = _wins(rank_N, positive_N, zero_N)
    own_N = _wins(rank_N, positive_N, subject_N)
    u_all = wins_N[positive_N].sum()
    # Pairs with a positive of the subject, and pairs with a negative of it, less those counted twice.
    touched_S = np.bincount(subject_N, weights=wins_N - np.where(positive_N, own_N, 0.0), minlength=subjects)
    u_1S = np.concatenate([[u_all], u_all - touched_S])
    positives_1S = np.concatenate([[positives_S.sum()], positives_S.sum() - positives_S])
    negatives_1S = np.concatenate([[negatives_S.sum()], negatives_S.sum() - negatives_S])
    cells_1S = positives_1S * negatives_1S
    return np.where(cells_1S > 0, u_1S / np.maximum(cells_1S, 1), np.nan)


def _wins(rank_N: Ints, positive_N: Bools, group_N: Ints) -> Floats:
    """Per item, the pairs (positive, negative) of its group that include it and go right; ties half [N]."""
    span = int(rank_N.max()) + 1
    key_N = group_N * span + rank_N
    wins_N = np.zeros(len(rank_N))
    for here_N, sign in ((positive_N, 1), (~positive_N, -1)):
        others = np.sort(key_N[~here_N])
        below = np.searchsorted(others, key_N[here_N], "left") + np.searchsorted(
            others, key_N[here_N], "right"
        )
        first = np.searchsorted(others, group_N[here_N] * span, "left")
        last = np.searchsorted(others, (group_N[here_N] + 1) * span, "left")
        wins_N[here_N] = below / 2 - first if sign > 0 else last - below / 2
    return wins_N


def _brier(sample: Sample) -> Floats:
    """Σ over labels of (P(label) − 1 where it is true, 0 elsewhere)², from 0 to 2 [N] (Brier 1950)."""
    true_NL = np.eye(sample.probabilities_NL.shape[1])[sample.target_N]
    return np.asarray(((sample.probabilities_NL - true_NL) ** 2).sum(axis=1))


def _mean_columns(values_N: Floats) -> Floats:
    return np.stack([values_N, np.ones_like(values_N)], axis=1)


def _mean(sums: Floats, _total: Floats) -> Floats:
    return np.where(sums[..., 1] > 0.5, sums[..., 0] / np.maximum(sums[..., 1], 1.0), np.nan)


def _confusion_columns(sample: Sample) -> Floats:
    """Fractional confusion matrix of each item, flattened [N, L·L]: row target, column answer."""
    labels = sample.shares_NL.shape[1]
    true_NL = np.eye(labels)[sample.target_N]
    cells_NLL = true_NL[:, :, None] * sample.shares_NL[:, None, :]
    return cells_NLL.reshape(len(true_NL), labels * labels)


def _over_targets(ratio: Callable[[Floats, Floats, Floats], Floats]) -> Callable[[Floats, Floats], Floats]:
    """Mean of a per-label ratio (hits, row sums, column sums) over the labels that occur as targets.

    NaN where a label that occurs among all items has been left out with its only subject: the number
    would be a mean over other labels, thus another number.
    """

    def value(sums: Floats, total_K: Floats) -> Floats:
        labels = round(total_K.shape[-1] ** 0.5)
        occurs = total_K.reshape(labels, labels).sum(axis=1) > 0.5
        cells = sums.reshape(*sums.shape[:-1], labels, labels)
        hits = np.diagonal(cells, axis1=-2, axis2=-1)[..., occurs]
        rows, columns = cells.sum(axis=-1)[..., occurs], cells.sum(axis=-2)[..., occurs]
        lost = (rows < 0.5).any(axis=-1)
        mean = ratio(hits, np.where(rows < 0.5, 1.0, rows), columns).mean(axis=-1)
        return np.where(lost, np.nan, mean)

    return value


METRICS: tuple[Metric, ...] = (
    SumMetric("accuracy", False, lambda sample: _mean_columns(correctness(sample)), _mean),
    SumMetric("balanced_accuracy", False, _confusion_columns, _over_targets(lambda hit, row, _: hit / row)),
    SumMetric("macro_f1", False, _confusion_columns, _over_targets(lambda hit, r, c: 2 * hit / (r + c))),
    Auc(),
    SumMetric("log_odds", True, lambda sample: _mean_columns(sample.log_odds_N), _mean, most=np.inf),
    SumMetric("brier", True, lambda sample: _mean_columns(_brier(sample)), _mean, most=2.0),
    CalibrationError(),
)
"""In table order. Another metric is another entry. Of the last two, less is better."""

PRIMARY = ("accuracy", "log_odds")
"""The two primary metrics; sign flips are taken for these alone, whose effects are sums of differences."""
