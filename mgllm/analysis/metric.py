"""What a metric is, and its input: one arm over some items. Each metric is registered under its
name.

Shape suffixes: N items, S subjects, L labels, K numbers, R resamples; `1S` has one value over all,
then S without one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mgllm.registry import Shelf

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One arm over N items, epochs and shuffles averaged inside the item."""

    subject_N: Ints
    """Index of the item's subject: 0 … S − 1, each occurring."""
    target_N: Ints
    """Index of the true label."""
    shares_NL: Floats
    """Share of each label among the item's answers; rows sum to 1."""
    probabilities_NL: Floats
    """Mean P(label); NaN where labels were not scored."""
    log_odds_N: Floats
    """Mean log-odds of the target in nats; NaN where labels were not scored."""
    draws_N: Floats | None = None
    """Sampled: number of answers behind each item's shares; null if probabilities are the model's
    own."""

    @property
    def correct_N(self) -> Floats:  # noqa: N802  # tensors carry their shape
        """Share of the target among each item's answers."""
        return self.shares_NL[np.arange(len(self.target_N)), self.target_N]


class Scale(NamedTuple):
    """How a metric is written."""

    name: str
    """In tables."""
    factor: float
    """What the number is multiplied by."""
    digits: int
    """Decimals."""
    unit: str = ""
    """Unit of a difference."""
    of: str = ""
    """Completes the name if there is room: " of the target"."""
    signed: bool = False
    """True: the number of a single arm has a sign too."""

    def rounds_to_zero(self, value: float) -> bool:
        """Whether a difference is printed as 0."""
        return float(f"{self.factor * value:.{self.digits}f}") == 0


class Metric(ABC):
    """A number over a sample. Tables and pages know of a metric only what is said here."""

    name: str
    """As in `Effect.metric`; its registration line gives it."""
    scale: Scale
    """How it is written."""
    header: str
    """Header of its column in the table of arms."""
    order: int = 1000
    """Its place in every table: smaller ones come first, equal ones by name."""
    primary: bool = False
    """A claim is tested on it."""
    headline: bool = False
    """The result in words and `--fail-if` use it. It has an interval in each arm, and bounds for
    missing answers."""
    scored: bool = False
    """Needs probabilities."""
    of_shares: bool = True
    """Shares of a few answers may replace probabilities in it."""
    less_is_better: bool = False
    """A negative difference is in favour of the arm."""
    ranked: bool = False
    """Only the order of the items' probabilities matters."""
    needs_both: bool = False
    """Says nothing if one of the two arms gives the same answer to everything."""
    fewest: int = 1
    """It is given from so many items on."""
    most: float = 1.0
    """It is in 0..most, and a difference of two in ± most; infinite if it has no bounds."""
    by_class: bool = False
    """A mean over the labels that occur as targets; each label has the same weight, even if few
    items have it. So the mean is known no better than the label with the fewest subjects."""

    @abstractmethod
    def per_item(self, sample: Sample) -> Floats:
        """What decides the number in each item [N, K]; equal rows in two arms are concordant."""

    @abstractmethod
    def replicates(self, sample: Sample) -> Floats:
        """The number over all items, then without each subject [1 + S]; NaN if undefined."""

    def resampled(self, sample: Sample) -> Floats | None:
        """The number over each resample of the subjects [R], with the same draws as every number;
        null if it has no bootstrap."""
        return None


class SumMetric(Metric):
    """A number that depends on sums over items alone; the bootstrap computes new sums."""

    @abstractmethod
    def value(self, sums: Floats, total_K: Floats) -> Floats:
        """The number from sums of `per_item` [..., K], and from those over all items [K], which say
        what labels occur."""

    def replicates(self, sample: Sample) -> Floats:
        """The number over all items, then without each subject [1 + S]."""
        sums_SK = self.subject_sums(sample)
        total_K = sums_SK.sum(axis=0)
        return self.value(np.vstack([total_K, total_K - sums_SK]), total_K)

    def subject_sums(self, sample: Sample) -> Floats:
        """Sums over each subject's items [S, K]."""
        columns = self.per_item(sample).T
        return np.stack([np.bincount(sample.subject_N, weights=column) for column in columns], axis=1)


class MeanMetric(SumMetric):
    """The mean of one number per item; a primary one is also tested by sign flips."""

    few_values: bool = False
    """An item's number is 0, 1 or a share of a few answers. Without a long tail Student t holds,
    even if the subjects' differences are skewed."""

    @abstractmethod
    def of_item(self, sample: Sample) -> Floats:
        """Each item's number [N]."""

    def per_item(self, sample: Sample) -> Floats:
        """Each item's number, and 1 to count it [N, 2]."""
        values_N = self.of_item(sample)
        return np.stack([values_N, np.ones_like(values_N)], axis=1)

    def value(self, sums: Floats, total_K: Floats) -> Floats:
        """The mean."""
        return np.where(sums[..., 1] > 0.5, sums[..., 0] / np.maximum(sums[..., 1], 1.0), np.nan)


M = TypeVar("M", bound=type[Metric])

metrics: Shelf[type[Metric]] = Shelf("metric", "mgllm.analysis.statistics")
"""Metrics by name."""


def metric(name: str) -> Callable[[M], M]:
    """Decorator: register a metric under `name`."""

    def put(kind: M) -> M:
        metrics.register(name)(kind)
        kind.name = name
        known_metrics.cache_clear()
        headline.cache_clear()
        return kind

    return put


@cache
def known_metrics() -> tuple[Metric, ...]:
    """All metrics, in table order."""
    found = [metrics.get(name)() for name in metrics.names()]
    return tuple(sorted(found, key=lambda each: (each.order, each.name)))


@cache
def headline() -> str:
    """The name of the headline metric."""
    return next(each.name for each in known_metrics() if each.headline)


def scale_of(name: str) -> Scale:
    """How a metric is written.

    Raises:
        InputError: there is no such metric.
    """
    return metrics.get(name).scale
