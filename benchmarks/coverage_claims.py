"""How often a claim says "supported" where nothing may be claimed: five kinds of nothing.

Arms go through `contrast_effects` and `claims`, the code that judges. Shape suffixes: I items, S
subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from coverage_cells import PLACES, SD, without_checks  # type: ignore[import-not-found]
from coverage_made import censored, grid, scored, unparsed  # type: ignore[import-not-found]
from coverage_tally import WRONG, Tally  # type: ignore[import-not-found]

from mgllm.analysis.metric import Floats, Ints, known_metrics
from mgllm.analysis.statistics.claims import claims
from mgllm.analysis.statistics.effects import contrast_effects, grid_contrasts
from mgllm.analysis.statistics.grid import Answers
from mgllm.records import Claim

ARMS = ("text", "text+mg", "text+shuffled")
Odds = Mapping[str, Floats]
Sizes = tuple[int, ...]


@dataclass
class Nothing:
    """One kind of data without anything to claim."""

    name: str
    sizes: Sizes
    made: Callable[[np.random.Generator, Ints], tuple[Ints, Mapping[str, Answers]]]
    """Targets and each arm's answers, from the items' subjects."""
    never: bool = False
    """The rule forbids the claim, whatever its p."""
    supported: dict[str, Tally] = field(default_factory=dict)
    """By metric, and "p alone": both contrasts positive, the larger p at most .05."""

    def misses(self) -> list[str]:
        """Where it is claimed too often."""
        said = {name: tally for name, tally in self.supported.items() if "alone" not in name}
        if self.never:
            return [f"{self.name}, {name}: supported {t.held} times" for name, t in said.items() if t.held]
        return [
            f"{self.name}, {name}: supported in {tally} %"
            for name, tally in said.items()
            if tally.at_least > WRONG
        ]


def nothings() -> list[Nothing]:
    """All kinds, each over several sizes of data."""
    found = []
    for place, sizes in {"12 × 2": (2,) * 12, "20 × 5": (5,) * 20, "RLTD": PLACES["RLTD"]}.items():
        found += [
            Nothing(f"no effect, {place}", sizes, _no_effect),
            Nothing(f"skewed gains around 0, {place}", sizes, _skewed),
            Nothing(f"text+mg unparsed where it would be wrong, {place}", sizes, _unparsed),
            Nothing(f"text+mg without probabilities where it is wrong, {place}", sizes, _censored),
            Nothing(f"in-sample cues, {place}", sizes, _leaked, never=True),
            Nothing(f"one label, cues lean to it, {place}", sizes, _one_label, never=True),
        ]
    return found


def simulate(kind: Nothing, replicates: int, seed: int) -> None:
    """Count its claims."""
    owner_I = np.repeat(np.arange(len(kind.sizes)), kind.sizes)
    rng = np.random.default_rng([seed, len(owner_I), len(kind.name)])
    metrics = [metric for metric in known_metrics() if metric.primary]
    with without_checks():
        for _ in range(replicates):
            target_I, arms = kind.made(rng, owner_I)
            over = replace(grid(kind.sizes, target_I), epochs=(0,), answers=arms)
            contrasts = grid_contrasts(over)[:2]
            effects = [effect for contrast in contrasts for effect in contrast_effects(contrast, metrics)]
            # Each metric by itself: Holm over both would only be stricter.
            for metric in metrics:
                _count(kind, claims([[effect for effect in effects if effect.metric == metric.name]]))


def _count(kind: Nothing, found: Sequence[Claim]) -> None:
    for claim in found:
        name = claim.metric
        kind.supported.setdefault(name, Tally()).add(claim.verdict == "supported")
        alone = claim.p is not None and claim.p <= 0.05
        kind.supported.setdefault(f"{name}, p alone", Tally()).add(alone)


def _base(rng: np.random.Generator, owner_I: Ints) -> Floats:
    return rng.normal(0, SD, int(owner_I[-1]) + 1)[owner_I] + rng.normal(0, SD, len(owner_I))


def _arms(rng: np.random.Generator, owner_I: Ints, gain_I: Floats | float = 0.0) -> Odds:
    """Three draws of the same; text+mg with a gain."""
    base_I, subjects = _base(rng, owner_I), int(owner_I[-1]) + 1
    own = {
        arm: base_I + rng.normal(0, SD / 2, subjects)[owner_I] + rng.logistic(size=len(base_I))
        for arm in ARMS
    }
    return {**own, "text+mg": own["text+mg"] + gain_I}


def _told(odds: Odds, target_I: Ints) -> dict[str, Answers]:
    return {arm: scored(each_I, target_I) for arm, each_I in odds.items()}


def _even(owner_I: Ints) -> Ints:
    return np.arange(len(owner_I)) % 2


def _no_effect(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """text+mg is as good as the text; the shuffled arm is worse, so that one contrast alone
    decides.
    """
    odds, target_I = _arms(rng, owner_I), _even(owner_I)
    return target_I, _told({**odds, "text+shuffled": odds["text+shuffled"] - 3}, target_I)


def _skewed(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """Gains that average 0: most people lose a little, a few win much; or the reverse, by turns."""
    side = rng.choice([-1.0, 1.0])
    gain_S = side * (rng.exponential(1.5, int(owner_I[-1]) + 1) - 1.5)
    odds, target_I = _arms(rng, owner_I), _even(owner_I)
    odds = {
        "text": odds["text"],
        "text+mg": odds["text"] + gain_S[owner_I] + rng.normal(0, 0.5, len(owner_I)),
        "text+shuffled": odds["text"] - 3 + rng.normal(0, 0.5, len(owner_I)),
    }
    return target_I, _told(odds, target_I)


def _unparsed(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """With gestures the model hedges where it would be wrong, in six of ten such cases."""
    target_I, told = _no_effect(rng, owner_I)
    wrong_I = told["text+mg"].answer_IEK[:, 0, 0] != target_I
    lost_I = wrong_I & (rng.random(len(target_I)) < 0.6)
    return target_I, {**told, "text+mg": unparsed(told["text+mg"], lost_I)}


def _censored(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """Answers as without gestures; probabilities are not shown where the target is unlikely."""
    target_I, told = _no_effect(rng, owner_I)
    wrong_I = told["text+mg"].log_odds_IEK[:, 0, 0] < -0.5
    return target_I, {**told, "text+mg": censored(told["text+mg"], wrong_I)}


def _leaked(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """The recogniser had learned from the people: what it tells gives the target away."""
    target_I = _even(owner_I)
    told = _told(_arms(rng, owner_I, 2.5), target_I)
    everywhere = np.ones((len(owner_I), 1), bool)
    return target_I, {**told, "text+mg": replace(told["text+mg"], leaked_IE=everywhere)}


def _one_label(rng: np.random.Generator, owner_I: Ints) -> tuple[Ints, Mapping[str, Answers]]:
    """All are the same: whatever pulls to that label is right, and donors have the same target."""
    target_I = np.ones(len(owner_I), np.int64)
    return target_I, _told(_arms(rng, owner_I, 2.5), target_I)
