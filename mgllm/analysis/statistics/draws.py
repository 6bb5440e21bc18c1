"""Probabilities from draws: what shares of K answers say about the model's own probabilities.

A model that shows no probabilities is asked the same question K times at temperature 1. If k of an
item's K answers say a label, its share is s = k/K; every answered epoch and shuffle of the item is
one draw. Shape suffixes: I items, N items kept, E epochs, K shuffles, L labels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints

FEWEST_DRAWS = 5
"""Answers that an item needs for a share: our choice, because one answer of four changes it by 25
points."""


class Shares(NamedTuple):
    """The shares of one arm, item by item."""

    draws_I: Ints
    """Answers of each item: its K."""
    probabilities_IL: Floats
    """s of each label; NaN if the item has too few answers."""
    log_odds_I: Floats
    """Of the target, in nats; NaN without a target or with too few answers."""


def count_draws(answer_IEK: Ints, answered_IEK: Bools, target_I: Ints, labels: int) -> Shares:
    """Every answered epoch and shuffle counts once; unparsed, refused and failed ones are not
    draws.

    Args:
        answer_IEK: index of the label answered.
        answered_IEK: where there is an answer.
        target_I: index of the true label; −1: unknown.
        labels: how many labels there are.
    """
    count_IL = np.stack(
        [((answer_IEK == label) & answered_IEK).sum(axis=(1, 2)) for label in range(labels)], axis=1
    ).astype(np.float64)
    draws_I = answered_IEK.sum(axis=(1, 2)).astype(np.int64)
    enough_I = draws_I >= FEWEST_DRAWS
    shares_IL = np.where(enough_I[:, None], count_IL / np.maximum(draws_I, 1)[:, None], np.nan)
    odds_IL = log_odds_of(count_IL, draws_I[:, None].astype(np.float64), labels)
    chosen_I = np.take_along_axis(odds_IL, np.maximum(target_I, 0)[:, None], axis=1)[:, 0]
    return Shares(draws_I, shares_IL, np.where(enough_I & (target_I >= 0), chosen_I, np.nan))


def log_odds_of(count: Floats, draws: Floats, labels: int) -> Floats:
    """log p̃ − log(1 − p̃) with p̃ = (k + ½)/(K + L/2), in nats.

    Half an answer is added for every label, so that a label that was never (or always) said has
    finite log-odds. For two labels this is the empirical logit of Haldane (1956) and Anscombe
    (1956), whose error is of the order of 1/K². The result is pulled towards 0, more so the surer
    the model and the smaller K.
    """
    return np.log(count + 0.5) - np.log(draws - count + (labels - 1) / 2)


def brier_excess(shares_NL: Floats, draws_N: Floats) -> Floats:
    """What the draws add on average to the squared error of each item's shares, summed over labels
    [N].

    With p the model's own probability of a label, and y = 1 for the true label, else 0, k is
    binomial. So E(s − y)² = (p − y)² + Var(s) = (p − y)² + p(1 − p)/K: the error of a share is too
    large by p(1 − p)/K. Because E s(1 − s) = p(1 − p)(K − 1)/K, s(1 − s)/(K − 1) estimates that
    without bias for every p. Summed over labels, it is subtracted from the Brier score, which then
    has no bias; that of a single item may be below 0.
    """
    return np.asarray(_variance(shares_NL, draws_N[:, None]).sum(axis=1))


def share_error(shares_N: Floats, draws_N: Floats) -> float:
    """Typical standard error of one item's share: the root of the mean of s(1 − s)/(K − 1).

    The mean is taken before the root, because an item whose K answers agree has an estimated error
    of 0.
    """
    return float(np.sqrt(_variance(shares_N, draws_N).mean()))


def smoothed(shares_NL: Floats, draws_N: Floats) -> Floats:
    """(k + ½)/(K + L/2) of every label [N, L]: never 0 or 1."""
    labels = shares_NL.shape[1]
    return np.asarray((shares_NL * draws_N[:, None] + 0.5) / (draws_N[:, None] + labels / 2))


def _variance(shares: Floats, draws: Floats) -> Floats:
    return np.asarray(shares * (1 - shares) / (draws - 1))
