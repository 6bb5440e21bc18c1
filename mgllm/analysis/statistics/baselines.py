"""What is possible without a model: the target guessed from one covariate, such as a person's
sex."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from mgllm.analysis.metric import Floats, Ints
from mgllm.analysis.statistics.jackknife import Clusters, clusters, jackknife
from mgllm.errors import InputError, unknown
from mgllm.records import Frozen, Item

Example = tuple[str, str, str]
"""Subject, value of the covariate, target."""


class BaselineResult(Frozen):
    """How well a covariate alone predicts the target."""

    covariate: str
    """Name of the covariate."""
    n: int
    """Items with a target and the covariate."""
    left_out: int
    """Items without one of them."""
    subjects: int
    """Distinct subjects."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    largest_cluster: int
    """Items of the subject that has most."""
    accuracy: float
    """Leave one subject out: the covariate's commonest target among the other subjects is the
    guess."""
    interval: tuple[float, float] | None
    """95 %, by the delete-one-subject jackknife over the guesses; null if it gives none."""
    in_sample: float
    """The same with the guess from all items, including the guessed one: too high."""
    majority: float
    """Share of the most frequent target: the accuracy of a constant answer."""


def covariate_baseline(items: Iterable[Item], covariate: str = "sex") -> BaselineResult:
    """Guess each item's target from one covariate, its own subject left out.

    Ties, and values that no other subject has, go to the commonest target among the same other
    subjects, and further ties to the first in the alphabet.

    Raises:
        InputError: no item has both, or there is a single subject.
    """
    given = tuple(items)
    examples = [
        (item.subject, str(item.covariates[covariate]), item.target)
        for item in given
        if item.target is not None and item.covariates.get(covariate) is not None
    ]
    if not examples:
        known = {name for item in given for name in item.covariates}
        raise InputError(f"{unknown('covariate', covariate, known)} (on items with a target)")
    over, subject_N = _clusters(examples)
    if over.subjects < 2:
        raise InputError("a baseline needs at least two subjects; all items have the same subject")
    right_N = np.array([_guess_without(e[0], e[1], examples) == e[2] for e in examples], dtype=float)
    return BaselineResult(
        covariate=covariate,
        n=over.n,
        left_out=len(given) - over.n,
        subjects=over.subjects,
        effective_subjects=over.effective,
        largest_cluster=over.largest,
        accuracy=float(right_N.mean()),
        interval=jackknife(_replicates(right_N, subject_N), over).interval,
        in_sample=sum(_guess(examples, value) == target for _, value, target in examples) / over.n,
        majority=max(Counter(target for _, _, target in examples).values()) / over.n,
    )


def _clusters(examples: Sequence[Example]) -> tuple[Clusters, Ints]:
    """How many examples each subject has, and the subject index of each example."""
    subjects = sorted({subject for subject, _, _ in examples})
    subject_N = np.array([subjects.index(subject) for subject, _, _ in examples], np.int64)
    return clusters(subject_N), subject_N


def _replicates(right_N: Floats, subject_N: Ints) -> Floats:
    """Mean over all, then without each subject; the guesses stay the same."""
    right_S, size_S = np.bincount(subject_N, right_N), np.bincount(subject_N)
    without_S = (right_N.sum() - right_S) / (len(right_N) - size_S)
    return np.concatenate([[right_N.mean()], without_S])


def _guess_without(subject: str, value: str, examples: Sequence[Example]) -> str:
    return _guess([example for example in examples if example[0] != subject], value)


def _guess(examples: Sequence[Example], value: str) -> str:
    overall = Counter(target for _, _, target in examples)
    among = Counter(target for _, other, target in examples if other == value)
    return min(overall, key=lambda target: (-among[target], -overall[target], target))
