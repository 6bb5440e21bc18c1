"""AUC: over all items, with each subject left out, and over resampled subjects.

Shape suffixes: N items, P positives, M negatives, T ties + 1, S subjects, L labels, R resamples;
`1S` has one value over all, then S without one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, Metric, Sample, Scale, metric
from mgllm.analysis.statistics.checks import DRAWS, drawn_counts

WORK = 200_000_000
"""At most so many items × rankings × resamples of one arm, but not fewer than 2,000 resamples."""
AT_ONCE = 400_000
"""Weights in memory at once: items × resamples."""
KEPT = 8
"""Arms whose resamples are kept: an arm is in several contrasts, mostly over the same items."""


@metric("auc")
class Auc(Metric):
    """Chance that P(label) is higher where the label is true; ties count half; mean over true
    labels."""

    scale, header, order = Scale("AUC", 1, 3), "AUC", 40
    scored = ranked = needs_both = by_class = True

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

    def resampled(self, sample: Sample) -> Floats:
        """AUC over each resample of the subjects [R]."""
        return resampled_auc(sample)


def _auc_replicates(score_N: Floats, positive_N: Bools, subject_N: Ints) -> Floats:
    """Mann–Whitney's U divided by the product of class sizes; all subjects are left out in one
    pass."""
    subjects = int(subject_N.max()) + 1
    _, rank_N = np.unique(score_N, return_inverse=True)
    positives_S = np.bincount(subject_N[positive_N], minlength=subjects)
    negatives_S = np.bincount(subject_N[~positive_N], minlength=subjects)
    zero_N = np.zeros_like(subject_N)
    wins_N = _wins(rank_N, positive_N, zero_N)
    own_N = _wins(rank_N, positive_N, subject_N)
    u_all = wins_N[positive_N].sum()
    # Pairs with a positive of the subject, and pairs with a negative of it, minus those counted
    # twice.
    touched_S = np.bincount(subject_N, weights=wins_N - np.where(positive_N, own_N, 0.0), minlength=subjects)
    u_1S = np.concatenate([[u_all], u_all - touched_S])
    positives_1S = np.concatenate([[positives_S.sum()], positives_S.sum() - positives_S])
    negatives_1S = np.concatenate([[negatives_S.sum()], negatives_S.sum() - negatives_S])
    cells_1S = positives_1S * negatives_1S
    return np.where(cells_1S > 0, u_1S / np.maximum(cells_1S, 1), np.nan)


def _wins(rank_N: Ints, positive_N: Bools, group_N: Ints) -> Floats:
    """For each item, the correctly ordered pairs (positive, negative) of its group with it; ties
    half [N]."""
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


def resampled_auc(sample: Sample) -> Floats:
    """AUC over each resample of the subjects, the same draws as for every number [R]; NaN if
    undefined.

    Up to 10,000 resamples; fewer (at least 2,000) if items × labels to rank exceed 20,000.
    """
    asked = (sample.probabilities_NL, sample.target_N, sample.subject_N)
    return _resampled(sample.probabilities_NL.shape[1], *(np.ascontiguousarray(x).tobytes() for x in asked))


@lru_cache(maxsize=KEPT)
def _resampled(labels: int, probabilities: bytes, target: bytes, subject: bytes) -> Floats:
    probabilities_NL = np.frombuffer(probabilities, np.float64).reshape(-1, labels)
    target_N, subject_N = np.frombuffer(target, np.int64), np.frombuffer(subject, np.int64)
    rankings = _rankings(probabilities_NL, target_N, subject_N)
    n, subjects = len(subject_N), int(subject_N.max()) + 1
    draws = int(np.clip(WORK / (n * len(rankings)), 2_000, DRAWS))
    blocks = drawn_counts(subjects, draws, at_once=max(1, AT_ONCE // n))
    found = [np.mean([ranking.auc(counts_RS) for ranking in rankings], axis=0) for counts_RS in blocks]
    return np.concatenate(found)


def _rankings(probabilities_NL: Floats, target_N: Ints, subject_N: Ints) -> list[_Ranking]:
    """One for each true label; of two labels the other ranks the same pairs in reverse, so one is
    enough."""
    labels = [int(label) for label in np.unique(target_N)]
    ranks = {label: np.unique(probabilities_NL[:, label], return_inverse=True)[1] for label in labels}
    if len(labels) == 2 and np.array_equal(ranks[labels[0]], ranks[labels[1]].max() - ranks[labels[1]]):
        labels = labels[:1]
    return [_Ranking(ranks[label], target_N == label, subject_N) for label in labels]


class _Ranking:
    """The items by rising probability of one label; some of them have it as target."""

    def __init__(self, rank_N: Ints, positive_N: Bools, subject_N: Ints) -> None:
        order_P = np.flatnonzero(positive_N)[np.argsort(rank_N[positive_N], kind="stable")]
        order_M = np.flatnonzero(~positive_N)[np.argsort(rank_N[~positive_N], kind="stable")]
        self.subject_P, self.subject_M = subject_N[order_P], subject_N[order_M]
        self.below_P = np.searchsorted(rank_N[order_M], rank_N[order_P], "left")
        self.up_to_P = np.searchsorted(rank_N[order_M], rank_N[order_P], "right")

    def auc(self, counts_RS: Ints) -> Floats:
        """Weighted share of correctly ordered pairs, ties half [R]."""
        counts_SR = np.ascontiguousarray(counts_RS.T, dtype=np.float64)
        weight_PR, weight_MR = counts_SR[self.subject_P], counts_SR[self.subject_M]
        passed_MR = np.zeros((len(weight_MR) + 1, weight_MR.shape[1]))
        np.cumsum(weight_MR, axis=0, out=passed_MR[1:])
        wins_PR = passed_MR[self.below_P]
        wins_PR += passed_MR[self.up_to_P]
        right_R = np.einsum("pr,pr->r", weight_PR, wins_PR) / 2
        pairs_R = weight_PR.sum(axis=0) * passed_MR[-1]
        return np.where(pairs_R > 0, right_R / np.maximum(pairs_R, 1), np.nan)
