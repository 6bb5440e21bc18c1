"""Whether people who read the same item in the same arm say the same: Krippendorff's alpha.

Shape suffixes: I items, R ratings, L labels, S subjects.
"""

from __future__ import annotations

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid
from mgllm.analysis.statistics.jackknife import Estimate, clusters, jackknife
from mgllm.analysis.statistics.pairs import subject_codes


def agreement(grid: Grid, answers: Answers) -> Estimate:
    """Alpha for nominal data (Krippendorff 2004, ch. 11) over items with at least two answers.

    "I cannot tell" is no answer. The interval leaves out one subject at a time, like all others.
    """
    counts_IL = _counts(answers, len(grid.labels))
    kept_I: Bools = counts_IL.sum(axis=1) > 1
    if not kept_I.any():
        return Estimate(None)
    subject_N, counts_NL = subject_codes(grid, kept_I), counts_IL[kept_I]
    left_out = [_alpha(counts_NL[subject_N != subject]) for subject in range(int(subject_N.max()) + 1)]
    replicates_1S: Floats = np.array([_alpha(counts_NL), *left_out])
    return jackknife(replicates_1S, clusters(subject_N))


def _counts(answers: Answers, labels: int) -> Ints:
    """How often each label is answered for an item [I, L]."""
    items = answers.answer_IEK.shape[0]
    answer_IR = answers.answer_IEK.reshape(items, -1)
    given_IR: Bools = (answers.outcome_IEK == ANSWERED).reshape(items, -1)
    return np.stack([((answer_IR == label) & given_IR).sum(axis=1) for label in range(labels)], axis=1)


def _alpha(counts_NL: Ints) -> float:
    """NaN where all answers are one label: then nothing could have differed."""
    import krippendorff

    if len(counts_NL) == 0 or (counts_NL.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts_NL, level_of_measurement="nominal"))
