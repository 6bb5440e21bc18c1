"""AUC over resampled subjects: each item weighs as often as its subject is drawn.

Shape suffixes: N items, P positives, M negatives, T ties + 1, S subjects, L labels, R resamples.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mgllm.analysis.statistics.checks import DRAWS, drawn_counts
from mgllm.analysis.statistics.grid import Bools, Floats, Ints
from mgllm.analysis.statistics.sample import Sample

WORK = 200_000_000
"""Items × rankings × resamples of one arm at most, as long as 2,000 resamples are left."""
AT_ONCE = 400_000
"""Weights held at once: items × resamples."""


KEPT = 8
"""Arms whose resamples are kept: an arm stands in several contrasts, mostly over the same items."""


def resampled_auc(sample: Sample) -> Floats:
    """AUC over each resample of the subjects, the same draws as for every number [R]; NaN where undefined.

    Up to 10,000 resamples; fewer (at least 2,000) where items × labels to rank exceed 20,000.
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
    """One for each true label; of two labels the other ranks the same pairs upside down, so one is enough."""
    labels = [int(label) for label in np.unique(target_N)]
    ranks = {label: np.unique(probabilities_NL[:, label], return_inverse=True)[1] for label in labels}
    if len(labels) == 2 and np.array_equal(ranks[labels[0]], ranks[labels[1]].max() - ranks[labels[1]]):
        labels = labels[:1]
    return [_Ranking(ranks[label], target_N == label, subject_N) for label in labels]


class _Ranking:
    """One label's items from the least to the most probable, the label true of some."""

    def __init__(self, rank_N: Ints, positive_N: Bools, subject_N: Ints) -> None:
        order_P = np.flatnonzero(positive_N)[np.argsort(rank_N[positive_N], kind="stable")]
        order_M = np.flatnonzero(~positive_N)[np.argsort(rank_N[~positive_N], kind="stable")]
        self.subject_P, self.subject_M = subject_N[order_P], subject_N[order_M]
        self.below_P = np.searchsorted(rank_N[order_M], rank_N[order_P], "left")
        self.up_to_P = np.searchsorted(rank_N[order_M], rank_N[order_P], "right")

    def auc(self, counts_RS: Ints) -> Floats:
        """Weighted pairs that go right, ties half, over all pairs [R]."""
        counts_SR = np.ascontiguousarray(counts_RS.T, dtype=np.float64)
        weight_PR, weight_MR = counts_SR[self.subject_P], counts_SR[self.subject_M]
        passed_MR = np.zeros((len(weight_MR) + 1, weight_MR.shape[1]))
        np.cumsum(weight_MR, axis=0, out=passed_MR[1:])
        wins_PR = passed_MR[self.below_P]
        wins_PR += passed_MR[self.up_to_P]
        right_R = np.einsum("pr,pr->r", weight_PR, wins_PR) / 2
        pairs_R = weight_PR.sum(axis=0) * passed_MR[-1]
        return np.where(pairs_R > 0, right_R / np.maximum(pairs_R, 1), np.nan)
