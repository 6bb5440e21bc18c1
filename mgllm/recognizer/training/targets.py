"""Which classes are right for a clip: its label, or several that are accepted.

A clip of a person may be known only as "a hand at the forehead": then every class that would be
right is accepted, and training asks that one of them is said, not which (partial labels, Jin &
Ghahramani, NIPS 2002, with the sum of the accepted classes' probabilities as the likelihood).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mgllm.errors import InputError
from mgllm.skeleton import SkeletonDataset

ACCEPT = "accept"
"""Column of `clips.csv` with the accepted classes of a clip without a label, parted by |."""
Targets = NDArray[np.bool_]


def targets_of(dataset: SkeletonDataset, classes: tuple[str, ...]) -> Targets:
    """[N, K]: True for every class that is right for a clip; all False if nothing is known.

    Raises:
        InputError: an accepted name is not a class.
    """
    known_NK = np.zeros((len(dataset), len(classes)), dtype=bool)
    place = {name: number for number, name in enumerate(classes)}
    for number, row in enumerate(dataset.clips):
        names = [row.label] if row.label is not None else _accepted(row.more.get(ACCEPT, ""))
        for name in names:
            if name not in place:
                raise InputError(f"{dataset.path}: clip '{row.id}' accepts '{name}', which is not a class")
            known_NK[number, place[name]] = True
    return known_NK


def accepting(dataset: SkeletonDataset, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the clips that have no label but accepted classes."""
    found = [n for n in numbers.tolist() if dataset.clips[n].label is None and _has_some(dataset, n)]
    return np.array(found, np.int64)


def accepted_loss(logits_NK: Tensor, right_NK: Tensor, smoothing: float) -> Tensor:
    """Mean over clips of −log of the accepted classes' probability, with label smoothing; for one
    accepted class it is the cross-entropy."""
    logp_NK = logits_NK.log_softmax(-1)
    right_N = -logp_NK.masked_fill(~right_NK, -1e9).logsumexp(-1)
    loss: Tensor = ((1 - smoothing) * right_N - smoothing * logp_NK.mean(-1)).mean()
    return loss


def _has_some(dataset: SkeletonDataset, number: int) -> bool:
    return bool(_accepted(dataset.clips[number].more.get(ACCEPT, "")))


def _accepted(text: str) -> list[str]:
    return [name for name in text.split("|") if name]
