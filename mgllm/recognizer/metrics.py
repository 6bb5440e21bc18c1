"""How well clips are classified: shares of right predictions, and calibration of probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.records import Frozen

Reals = NDArray[np.float64]
Labels = NDArray[np.int64]
BINS = 10
"""Bins of the calibration error, with the same number of clips in each."""


class Scores(Frozen):
    """Scores of a classifier on labelled clips; all are 0..1."""

    top1: float = Field(ge=0, le=1)
    """Share of clips whose most probable class is right."""
    top5: float = Field(ge=0, le=1)
    """Share of clips whose class is among the five most probable ones."""
    mean_class: float = Field(ge=0, le=1)
    """Top-1 of each class that has test clips, averaged over classes."""
    macro_f1: float = Field(ge=0, le=1)
    """F1 of each class that is tested or predicted, averaged over classes."""
    ece: float | None = Field(ge=0, le=1)
    """Expected calibration error in ten bins of equal size; None if there are no probabilities."""
    n: int = Field(ge=1)
    """Test clips."""
    classes: int = Field(ge=1)
    """Number of classes among the test clips."""


def score(p_NK: Reals, y_N: Labels) -> Scores:
    """Score probabilities of K classes for N clips whose classes are known.

    In a tie the class that comes first is taken.
    """

    from sklearn.metrics import f1_score

    order_NK = np.argsort(-p_NK, axis=1, kind="stable")
    said_N = order_NK[:, 0]
    asked = np.unique(y_N)
    present = np.unique(np.concatenate([y_N, said_N]))
    recalls = [float((said_N[y_N == k] == k).mean()) for k in asked]
    return Scores(
        top1=float((said_N == y_N).mean()),
        top5=float((order_NK[:, :5] == y_N[:, None]).any(1).mean()),
        mean_class=float(np.mean(recalls)),
        macro_f1=float(f1_score(y_N, said_N, labels=present, average="macro", zero_division=0)),
        ece=calibration_error(p_NK.max(1), said_N == y_N),
        n=len(y_N),
        classes=len(asked),
    )


def calibration_error(confidence_N: Reals, right_N: NDArray[np.bool_], bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over bins of equal size, weighted by their
    sizes.

    Naeini et al. (AAAI 2015), with quantile bins.
    """
    order_N = np.argsort(confidence_N, kind="stable")
    parts = [part for part in np.array_split(order_N, bins) if len(part)]
    gaps = [len(part) * abs(confidence_N[part].mean() - right_N[part].mean()) for part in parts]
    return float(min(1.0, sum(gaps) / len(order_N)))


def confusion_counts(p_NK: Reals, y_N: Labels) -> Labels:
    """[K, K]: number of clips of the row's class that were recognised as the column's class."""
    k = p_NK.shape[1]
    counts_KK = np.zeros((k, k), np.int64)
    np.add.at(counts_KK, (y_N, p_NK.argmax(1)), 1)
    return counts_KK
