"""What a metric looks at: one arm over some items.

Shape suffixes: N items, S subjects, L labels, K numbers; `1S` has one value over all, then S without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mgllm.analysis.statistics.grid import Floats, Ints


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


class Metric(Protocol):
    """A number over a sample."""

    @property
    def name(self) -> str:
        """As in `Effect.metric`."""

    @property
    def scored(self) -> bool:
        """Needs probabilities."""

    @property
    def fewest(self) -> int:
        """Items from which it is given."""

    @property
    def most(self) -> float:
        """It lies in 0..most, and a difference of two in ± most; infinite where it has no bounds."""

    def per_item(self, sample: Sample) -> Floats:
        """What of each item decides the number [N, K]; equal rows in two arms are concordant."""

    def replicates(self, sample: Sample) -> Floats:
        """The number over all items, then without each subject [1 + S]; NaN where undefined."""
