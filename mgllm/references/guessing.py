"""The guesses of one reference over all folds, with everybody and without each person, and their
scores.

Shape suffixes: N items, T items learned from, M items guessed, R features, L labels, K fits; `1S`
has one value with everybody, then S with a person (or a group of people) left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints
from mgllm.references.folds import Fold, Folding

TIE = 1e-5
"""Log-odds that differ by less are equal: fits end within a hundredth of it."""
STRENGTH = 1.0
"""C of the penalty, scikit-learn's default: loss · C + |coefficients|² / 2."""
STILL = 1e-7
"""A fit ends when no coefficient moves by more."""
MOST_STEPS = 2000
"""Steps of a fit; separable features need some hundred."""

FLAT = 1e-9
"""Curvature added for the intercept, so that a fit from one class alone, whose items weigh nothing,
can be made."""


@dataclass(slots=True)
class Tally:
    """Counts of guesses; each fold adds its own."""

    target_N: Ints
    folding: Folding
    credit_N1S: Floats = field(init=False)
    """Sum over draws of 1 for a right guess; a tie of labels shares it."""
    chance_NL: Floats = field(init=False)
    """Sum over draws of the probability of each label, by the fit with everybody."""
    pairs_2L1S: Floats = field(init=False)
    """Pairs (with the label, without it) of items of a fold in the right order, and all of them."""
    draws_N: Ints = field(init=False)
    """How often each item was guessed."""

    def __post_init__(self) -> None:
        n, columns, labels = len(self.target_N), self.folding.groups + 1, int(self.target_N.max()) + 1
        self.credit_N1S, self.chance_NL = np.zeros((n, columns)), np.zeros((n, labels))
        self.pairs_2L1S, self.draws_N = np.zeros((2, labels, columns)), np.zeros(n, np.int64)

    def add(self, x_NR: Floats, fold: Fold) -> None:
        """Fit a fold and guess its items."""
        at_LM1S = self._log_odds(x_NR, fold)
        right_M1S, chance_ML = shared_credit(at_LM1S, self.target_N[fold.test_M])
        self.credit_N1S[fold.test_M] += right_M1S
        self.chance_NL[fold.test_M] += chance_ML
        self.draws_N[fold.test_M] += 1
        here_M1S = self._here(fold.test_M)
        for label in range(1 if len(at_LM1S) == 2 else 0, len(at_LM1S)):  # of two, one ranks all pairs
            positive_M = self.target_N[fold.test_M] == label
            self.pairs_2L1S[:, label] += ordered_pairs(at_LM1S[label], positive_M, here_M1S)

    def recall(self, *, by_label: bool) -> Floats:
        """Share of right guesses: mean over labels (UAR) or over items (accuracy) [1 + S]."""
        items = np.flatnonzero(self.draws_N)
        right_M1S = self.credit_N1S[items] / self.draws_N[items][:, None]
        here_M1S, target_M = self._here(items), self.target_N[items]
        sets = [target_M == label for label in np.unique(target_M)] if by_label else [target_M >= 0]
        with np.errstate(invalid="ignore"):  # nobody else has the label: no number
            each = [(right_M1S * here_M1S)[of].sum(axis=0) / here_M1S[of].sum(axis=0) for of in sets]
        return np.asarray(np.mean(each, axis=0))

    def auc(self) -> Floats:
        """Mean over labels of the share of pairs in the right order [1 + S]; NaN without pairs."""
        ranked_2L1S = self.pairs_2L1S[:, 1:] if self.pairs_2L1S.shape[1] == 2 else self.pairs_2L1S
        with np.errstate(invalid="ignore"):
            return np.asarray((ranked_2L1S[0] / ranked_2L1S[1]).mean(axis=0))

    def _here(self, items: Ints) -> Bools:
        """Which items are there, with everybody and without each group [M, 1 + S]."""
        here: Bools = self.folding.group_N[items][:, None] != np.arange(-1, self.folding.groups)
        here[:, 0] = True
        return here

    def _log_odds(self, x_NR: Floats, fold: Fold) -> Floats:
        """Log-odds of each label against the others [L, M, 1 + S]. Leaving out who is not among
        the items learned from changes nothing, so that fit is not made again."""
        group_T = self.folding.group_N[fold.train_T]
        gone = np.unique(group_T[group_T >= 0])
        kept_TK = np.column_stack([np.ones(len(group_T), bool), group_T[:, None] != gone])
        fit_1S = np.zeros(self.folding.groups + 1, np.int64)
        fit_1S[gone + 1] = np.arange(1, len(gone) + 1)
        return log_odds(x_NR, fold, self.target_N, kept_TK)[:, :, fit_1S]


def log_odds(x_NR: Floats, fold: Fold, target_N: Ints, kept_TK: Bools) -> Floats:
    """Log-odds of each label against the others, by each fit [L, M, K]."""
    x_MR = np.column_stack([x_NR[fold.test_M], np.ones(len(fold.test_M))])
    labels = int(target_N.max()) + 1

    def of(label: int) -> Floats:
        return x_MR @ fit_logistic(x_NR[fold.train_T], target_N[fold.train_T] == label, kept_TK)

    if labels == 2:
        second = of(1)
        return np.stack([-second, second])
    return np.stack([of(label) for label in range(labels)])


def shared_credit(at_LMK: Floats, target_M: Ints) -> tuple[Floats, Floats]:
    """1 for a right guess, a tie of labels shares it [M, K]; probabilities by the first fit
    [M, L]."""
    top_LMK = at_LMK >= at_LMK.max(axis=0) - TIE
    right_MK = top_LMK[target_M, np.arange(len(target_M))] / top_LMK.sum(axis=0)
    chance_LM = 1 / (1 + np.exp(-at_LMK[:, :, 0]))
    return right_MK, (chance_LM / chance_LM.sum(axis=0)).T


def ordered_pairs(at_MK: Floats, positive_M: Bools, here_MK: Bools) -> Floats:
    """Pairs (positive, negative) in the right order, ties half, and all pairs [2, K].

    By ranks; who is left out has the lowest ones.
    """
    from scipy.stats import rankdata

    rank_MK = rankdata(np.where(here_MK, np.round(at_MK / TIE), -np.inf), axis=0)
    there_K = here_MK.sum(axis=0)
    rank_MK -= len(at_MK) - there_K
    positives_K = here_MK[positive_M].sum(axis=0)
    sum_K = (rank_MK * here_MK)[positive_M].sum(axis=0)
    won_K = sum_K - positives_K * (positives_K + 1) / 2
    return np.stack([won_K, positives_K * (there_K - positives_K)])


def fit_logistic(x_TR: Floats, positive_T: Bools, kept_TK: Bools) -> Floats:
    """Coefficients and, last, the intercept of each fit [R + 1, K].

    Weights are balanced: both classes weigh the same in each fit. The intercept has no penalty.
    Each step goes to the minimum of a parabola that lies above the loss of all fits (Böhning and
    Lindsay 1988), so one matrix is inverted for all of them, and none can diverge.

    Args:
        x_TR: features.
        positive_T: which items have the label.
        kept_TK: which items each fit learns from.
    """
    x_TR = np.column_stack([x_TR, np.ones(len(x_TR))])
    weight_TK = STRENGTH * balanced(positive_T, kept_TK)
    penalty_R1 = np.append(np.ones(x_TR.shape[1] - 1), 0.0)[:, None]
    above_RR = (x_TR.T * (weight_TK.max(axis=1) / 4)) @ x_TR + np.diag(np.maximum(penalty_R1[:, 0], FLAT))
    solve_RR = np.linalg.inv(above_RR)
    found_RK = np.zeros((x_TR.shape[1], kept_TK.shape[1]))
    for _ in range(MOST_STEPS):
        chance_TK = 1 / (1 + np.exp(-(x_TR @ found_RK)))
        slope_RK = x_TR.T @ (weight_TK * (positive_T[:, None] - chance_TK)) - penalty_R1 * found_RK
        step_RK = solve_RR @ slope_RK
        found_RK += step_RK
        if np.abs(step_RK).max() < STILL:
            break
    return found_RK


def balanced(positive_T: Bools, kept_TK: Bools) -> Floats:
    """The weight of each item in each fit: n / 2 over the items of its class; 0 where it is left
    out or a class has no items [T, K]."""
    positives_K, all_K = kept_TK[positive_T].sum(axis=0), kept_TK.sum(axis=0)
    both_K = (positives_K > 0) & (positives_K < all_K)
    of_class_TK = np.where(positive_T[:, None], positives_K, all_K - positives_K)
    weight_TK: Floats = kept_TK * both_K * all_K / 2 / np.maximum(of_class_TK, 1)
    return weight_TK
