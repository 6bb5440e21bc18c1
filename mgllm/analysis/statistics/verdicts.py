"""What rules a claim out whatever its p is, and what leaves it in doubt although its p is small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mgllm.analysis.metric import Metric
from mgllm.analysis.statistics.cautions import (
    CONSTANT,
    LEAKED,
    MOST_APART,
    MOST_LACKING,
    SINGLE_LABEL,
    STOPPED,
    UNKNOWN,
    kind,
)
from mgllm.analysis.wording import change, contrast_words, number, p_words
from mgllm.records import Effect

Both = tuple[Effect, Effect]
"""The two contrasts of a claim."""
STRICT_LEVEL = 0.05
"""Largest p of a strict gain that is distinguished from chance. Its sign alone is not enough: a
model that is silent where it would be wrong, and no better otherwise, has strict differences around
0, half of them gains. In simulations, the claim was "supported" in up to 44 % of such data
(docs/results/coverage.md)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What decides a claim besides its p."""

    outside: str | None
    """Why it is not claimed, known before any answer: it is in no family. Null if there is no such
    reason."""
    barred: str | None
    """Why it is not claimed, known from the answers: in its family it counts as failed."""
    doubt: str | None
    """Why it would be supported among the answered only."""


def judge(metric: Metric, effects: Both) -> Judged:
    """Everything but p."""
    barred = (*_cautions(effects, STOPPED), *_constant(metric, effects), *_tiny(metric, effects))
    return Judged(
        outside=next(_cautions(effects, LEAKED, UNKNOWN, SINGLE_LABEL), None),
        barred=next(iter(barred), None),
        doubt="; ".join(_doubts(metric, effects)) or None,
    )


def _cautions(effects: Both, *kinds: str) -> Iterator[str]:
    return (flag for each in kinds for effect in effects for flag in effect.flags if kind(flag) == each)


def _constant(metric: Metric, effects: Both) -> Iterator[str]:
    """A constant arm; a constant baseline if the metric then says nothing."""
    for flag in _cautions(effects, CONSTANT):
        if metric.needs_both or flag.startswith(f"{CONSTANT}: {effects[0].arm} "):
            yield flag


def _tiny(metric: Metric, effects: Both) -> Iterable[str]:
    """A difference that is not 0 but printed as 0, however sure it is."""
    for effect in effects:
        size = effect.difference
        if size and effect.p is not None and metric.scale.rounds_to_zero(size):
            yield f"{contrast_words(effect)} is too small for the printed digits"


def _doubts(metric: Metric, effects: Both) -> Iterable[str]:
    """Ways to count what is missing in which a gain is not a gain."""
    sign = -1 if metric.less_is_better else 1
    for effect in effects:
        bound = effect.bounds[0] if effect.bounds else None
        others = {"strict": effect.strict, "with all missing answers against it": bound}
        if metric.scored:
            others = {"with the worst observed difference for missing probabilities": effect.worst}
        lost = [
            f"{change(value, effect.metric)} {name}"
            for name, value in others.items()
            if value is not None and sign * value <= 0
        ]
        if lost:
            yield f"{contrast_words(effect)} is {', '.join(lost)}"
        elif (p := effect.strict_p or 0.0) > STRICT_LEVEL:
            size = change(effect.strict, effect.metric)
            yield f"{contrast_words(effect)} is {size} strict, not distinguished from chance (p {p_words(p)})"
        if metric.scored:
            yield from _lacking(effect)


def _lacking(effect: Effect) -> Iterable[str]:
    """Too many pairs without probabilities, or more in one arm than in the other."""
    if (share := effect.lacking or 0.0) > MOST_LACKING:
        yield f"{contrast_words(effect)}: {number(100 * share, 1)} % of pairs have no probabilities"
    elif abs(apart := effect.apart or 0.0) > MOST_APART:
        more, less = (effect.arm, effect.baseline) if apart > 0 else (effect.baseline, effect.arm)
        yield f"{more} has no probabilities in {number(100 * abs(apart), 1)} points more pairs than {less}"
