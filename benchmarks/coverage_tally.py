"""What simulations count: how often something held, of how many, and what that says of the true
rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scipy.special import betaincinv

Interval = tuple[float, float]
COVERAGE, ROUGHLY = (0.93, 0.97), (0.92, 0.98)
"""Shares of intervals that may hold the truth, from 2,000 intervals on and from 400 on."""
MANY, SOME = 2_000, 400
PRINTED, WRONG = 0.95, 0.05
"""Share of replicates with an interval, of those with five effective subjects a label; error rate.
"""


@dataclass
class Tally:
    """How often something held, of how many."""

    held: int = 0
    of: int = 0

    def add(self, held: bool) -> None:
        """Count one."""
        self.held += held
        self.of += 1

    @property
    def share(self) -> float:
        """Share that held; NaN of none."""
        return self.held / self.of if self.of else float("nan")

    @property
    def at_least(self) -> float:
        """Lower 95 % limit of the true share (Clopper–Pearson, one-sided); 0 of none."""
        return float(betaincinv(self.held, self.of - self.held + 1, 0.05)) if self.held else 0.0

    def __str__(self) -> str:
        return f"{100 * self.share:.1f}" if self.of else "–"


@dataclass
class Counts:
    """What is counted of one number in one cell."""

    asked: int = 0
    """Replicates."""
    covers: Tally = field(default_factory=Tally)
    """Intervals that hold the truth."""
    rejects: Tally = field(default_factory=Tally)
    """p at most .05."""
    printed: Tally = field(default_factory=Tally)
    """Replicates with an interval, of those in which five effective subjects have each label."""

    def misses(self, null: bool) -> list[str]:
        """Which targets it misses, in words."""
        found = []
        if (limits := _limits(self.covers.of)) and not limits[0] <= self.covers.share <= limits[1]:
            found.append(f"the interval covers {self.covers} %")
        if self.printed.of >= SOME and self.printed.share < PRINTED:
            found.append(f"an interval stands in {self.printed} % of the replicates that may have one")
        if null and self.rejects.at_least > WRONG:
            found.append(f"p is at most .05 in {self.rejects} %")
        return found


def _limits(intervals: int) -> Interval | None:
    if intervals < SOME:
        return None
    return COVERAGE if intervals >= MANY else ROUGHLY
