"""The claim "the gestures' content helps", and what many comparisons cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.wording import excluded, gain, p_words
from mgllm.records import Claim, Effect


def claims(effects_by_grid: Sequence[Sequence[Effect]]) -> tuple[Claim, ...]:
    """One claim per grid and primary metric whose two contrasts are there; Holm over all of them.

    The family counts both metrics of every scenario, model and cue source, tested or not: that is
    conservative, since the two metrics agree more often than chance.
    """
    primary = [metric.name for metric in known_metrics() if metric.primary]
    pairs = [both for effects in effects_by_grid for metric in primary if (both := _both(effects, metric))]
    raw = [_claim_p(over_text, over_shuffled) for over_text, over_shuffled in pairs]
    adjusted = adjust([1.0 if p is None else p for p in raw], "holm")
    return tuple(
        _claim(both, p, None if p is None else holm, len(pairs))
        for both, p, holm in zip(pairs, raw, adjusted, strict=True)
    )


def with_q(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects, Benjamini–Hochberg's q added to the exploratory ones that have a p."""
    tested = [n for n, effect in enumerate(effects) if not effect.primary and effect.p is not None]
    q = dict(zip(tested, adjust([effects[n].p or 0.0 for n in tested], "fdr_bh"), strict=True))
    return tuple(effect.model_copy(update={"q": q.get(n)}) for n, effect in enumerate(effects))


def _both(effects: Sequence[Effect], metric: str) -> tuple[Effect, Effect] | None:
    """The effects of the two primary contrasts, that over the text first."""
    found = [effect for effect in effects if effect.metric == metric and effect.primary]
    return (found[0], found[1]) if len(found) == 2 else None


def _claim_p(over_text: Effect, over_shuffled: Effect) -> float | None:
    if over_text.p is None or over_shuffled.p is None:
        return None
    if min(over_text.difference or 0.0, over_shuffled.difference or 0.0) <= 0:
        return 1.0
    return max(over_text.p, over_shuffled.p)


def _claim(both: tuple[Effect, Effect], p: float | None, p_holm: float | None, family: int) -> Claim:
    over_text, over_shuffled = both
    supported = p_holm is not None and p_holm <= 0.05
    return Claim(
        row=over_text.row,
        metric=over_text.metric,
        over_text=over_text.difference,
        over_shuffled=over_shuffled.difference,
        p=p,
        p_holm=p_holm,
        family=family,
        supported=supported,
        words=_words(over_text, over_shuffled, p_holm, supported),
    )


def _words(over_text: Effect, over_shuffled: Effect, p_holm: float | None, supported: bool) -> str:
    if p_holm is None:
        reasons = [
            f"{effect.arm} − {effect.baseline}: {next(iter(effect.flags), 'no p')}"
            for effect in (over_text, over_shuffled)
            if effect.p is None
        ]
        return f"not tested ({'; '.join(reasons)})"
    if supported:
        return (
            f"supported: {gain(over_text)} over the text alone and {gain(over_shuffled)} over shuffled "
            f"gestures, Holm p {p_words(p_holm)}"
        )
    return (
        f"none shown; effects beyond {excluded(over_text)} over the text alone, and beyond "
        f"{excluded(over_shuffled)} over shuffled gestures, are excluded"
    )


def adjust(p: Sequence[float], method: str) -> list[float]:
    """p corrected for there being several, by statsmodels' `method`."""
    if len(p) < 2:  # nothing to adjust, and the import takes most of a second
        return list(p)
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in np.asarray(multipletests(p, method=method)[1])]
