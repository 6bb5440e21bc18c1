"""Logistic regression for many people at once: one fit with everybody, and one without each of
them.

Shape suffixes: T items to learn from, R features, K fits.
"""

from __future__ import annotations

import numpy as np

from mgllm.analysis.metric import Bools, Floats

STRENGTH = 1.0
"""C of the penalty, scikit-learn's default: loss · C + |coefficients|² / 2."""
STILL = 1e-7
"""A fit ends when no coefficient moves by more."""
MOST_STEPS = 2000
"""Steps of a fit; separable features need some hundred."""

FLAT = 1e-9
"""Curvature added for the intercept, so that a fit from one class alone, whose items weigh nothing,
can be made."""


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
