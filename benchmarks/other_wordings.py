"""How often the interval for other wordings contains the mean over all wordings: about a minute."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mgllm.analysis import others_interval
from mgllm.analysis.statistics.jackknife import t_interval

EXPERIMENTS = 1500


class Made(NamedTuple):
    """How experiments are made: every deviation is normal, around 0."""

    subjects: int
    wordings: int
    of_subjects: float
    of_wordings: float
    of_both: float
    uneven: bool = False


CELLS = (
    *(Made(s, w, 1, sd, 0.5) for s, w in ((12, 5), (20, 5), (40, 5), (40, 8)) for sd in (0, 0.1, 0.3, 0.8)),
    Made(40, 5, 0.3, 0.5, 0.2),
    Made(40, 5, 1, 0.3, 0.5, uneven=True),
    Made(20, 6, 1, 0.3, 0.5, uneven=True),
)


def covered(made: Made, rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether 0 is in the interval for other wordings, and in the one for these wordings."""
    items = rng.integers(1, 9, made.subjects) if made.uneven else np.full(made.subjects, 3)
    shape = (made.wordings, made.subjects)
    mean = rng.normal(0, made.of_subjects, made.subjects) + rng.normal(
        0, made.of_wordings, (made.wordings, 1)
    )
    mean = mean + rng.normal(0, made.of_both, shape) + rng.normal(0, 0.8, shape) / np.sqrt(items)
    sums = mean * items
    total, n = sums.sum(axis=1, keepdims=True), items.sum()
    replicates = np.hstack([total / n, (total - sums) / (n - items)])
    df = n**2 / (items**2).sum() - 1
    low, high = others_interval(replicates, float(df)).interval
    value, without = replicates.mean(axis=0)[0], replicates.mean(axis=0)[1:]
    se = np.sqrt((made.subjects - 1) / made.subjects * ((without - without.mean()) ** 2).sum())
    here = t_interval(float(value), float(se), float(df))
    return low <= 0 <= high, here[0] <= 0 <= here[1]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    for made in CELLS:
        hits = np.mean([covered(made, rng) for _ in range(EXPERIMENTS)], axis=0)
        print(f"{made}: other wordings {100 * hits[0]:.1f} %, these wordings {100 * hits[1]:.1f} %")
