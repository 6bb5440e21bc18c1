"""The claim "the gestures' content helps": correction for several claims, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Metric, known_metrics
from mgllm.analysis.statistics.verdicts import Judged, judge
from mgllm.analysis.wording import excluded, gain, p_words
from mgllm.records import Claim, ClaimVerdict, Control, Effect

OVER: dict[Control, str] = {
    "text": "over the text alone",
    "shuffled": "over shuffled gestures",
    "filler": "over filler",
}
LEVEL = 0.05
"""Largest Holm-corrected p of a claim that is supported."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A claim before correction: its two contrasts, and what speaks against it."""

    metric: Metric
    effects: tuple[Effect, Effect]
    judged: Judged

    @property
    def p(self) -> float | None:
        """The larger of the two; 1 if either contrast is not a gain; null if either has no p."""
        one, other = (effect.p for effect in self.effects)
        if one is None or other is None:
            return None
        return max(one, other) if min(map(self.gained, self.effects)) > 0 else 1.0

    def gained(self, effect: Effect) -> float:
        """How much better the arm is, also for metrics where lower is better."""
        size = effect.difference or 0.0
        return -size if self.metric.less_is_better else size


def claims(effects_by_grid: Sequence[Sequence[Effect]]) -> tuple[Claim, ...]:
    """One claim per grid and primary metric that has both contrasts, with Holm over all that may be
    tested.

    The family is every scenario, model and cue source by primary metric. Claims that the data rule
    out before any p is known (leaked cues, one label) are not in it; claims that the answers rule
    out, or without p, count with p = 1.
    """
    found = [
        _Candidate(metric, both, judge(metric, both))
        for effects in effects_by_grid
        for metric in known_metrics()
        if metric.primary and (both := _both(effects, metric.name)) is not None
    ]
    family = [each for each in found if not each.judged.outside]
    raw = [1.0 if each.p is None or each.judged.barred else each.p for each in family]
    adjusted = dict(zip(map(id, family), adjust(raw, "holm"), strict=True))
    return tuple(_claim(each, adjusted.get(id(each)), len(family)) for each in found)


def with_q(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects, with Benjamini–Hochberg's q for the exploratory ones that have a p."""
    tested = [n for n, effect in enumerate(effects) if not effect.primary and effect.p is not None]
    q = dict(zip(tested, adjust([effects[n].p or 0.0 for n in tested], "fdr_bh"), strict=True))
    return tuple(effect.model_copy(update={"q": q.get(n)}) for n, effect in enumerate(effects))


def adjust(p: Sequence[float], method: str) -> list[float]:
    """p corrected for several tests, by statsmodels' `method`."""
    if len(p) < 2:  # nothing to adjust, and the import takes most of a second
        return list(p)
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in np.asarray(multipletests(p, method=method)[1])]


def _both(effects: Sequence[Effect], metric: str) -> tuple[Effect, Effect] | None:
    """The effects of the two primary contrasts, in the order of the contrasts."""
    found = [effect for effect in effects if effect.metric == metric and effect.primary]
    return (found[0], found[1]) if len(found) == 2 else None


def _claim(each: _Candidate, holm: float | None, family: int) -> Claim:
    over = {effect.control or "text": effect.difference for effect in each.effects}
    tested = each.p is not None and not each.judged.barred
    p_holm = holm if tested else None
    verdict = _verdict(each, p_holm)
    said = _said(each, p_holm, family)
    return Claim(
        row=each.effects[0].row,
        metric=each.metric.name,
        arm=each.effects[0].arm,
        over_text=over.get("text"),
        over_shuffled=over.get("shuffled"),
        over_filler=over.get("filler"),
        p=each.p,
        p_holm=p_holm,
        family=family,
        supported=verdict == "supported",
        verdict=verdict,
        reason=said.reason,
        flags=tuple(dict.fromkeys(flag for effect in each.effects for flag in effect.flags)),
        words=said.words,
    )


def _verdict(each: _Candidate, p_holm: float | None) -> ClaimVerdict:
    if p_holm is None:
        return "not_claimed"
    if p_holm > LEVEL:
        return "not_shown"
    return "supported" if each.judged.doubt is None else "supported_among_answered"


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim's result in words."""

    words: str
    reason: str | None = None


def _said(each: _Candidate, p_holm: float | None, family: int) -> _Said:
    barred = each.judged.outside or each.judged.barred
    if barred:
        return _Said(f"not claimed: {barred}", barred)
    if p_holm is None:
        why = "; ".join(_untested(each.effects))
        return _Said(f"not tested: {why}", why)
    if p_holm > LEVEL:
        why = _failed(each, p_holm, family)
        return _Said(f"none shown: {why}{_excluded(each.effects)}", why)
    sizes = " and ".join(f"{gain(effect)} {_over(effect)}" for effect in each.effects)
    alike = [effect for effect in each.effects if effect.rule == "sign_flip"]
    more = "; no interval can be computed: all subjects differ by the same amount" if alike else ""
    if each.judged.doubt is not None:
        words = f"supported among the answered only, {sizes}, Holm p {p_words(p_holm)}: {each.judged.doubt}"
        return _Said(words, each.judged.doubt)
    return _Said(f"supported: {sizes}, Holm p {p_words(p_holm)}{more}")


def _untested(effects: Sequence[Effect]) -> Iterable[str]:
    """For each contrast without a p, why."""
    for effect in effects:
        if effect.p is None:
            why = next((flag for flag in reversed(effect.flags) if flag.startswith("no ")), "no p")
            yield f"{effect.arm} − {effect.baseline}: {why}"


def _failed(each: _Candidate, p_holm: float, family: int) -> str:
    """Which of the two contrasts failed, or that only Holm's correction did."""
    lost = [effect for effect in each.effects if each.gained(effect) <= 0]
    weak = [effect for effect in each.effects if effect not in lost and (effect.p or 0.0) > LEVEL]
    parts = [f"no gain {' or '.join(map(_over, lost))}"] if lost else []
    sizes = [f"{_over(effect)} (p {p_words(effect.p)})" for effect in weak]
    parts += [f"not distinguished from chance {' and '.join(sizes)}"] if sizes else []
    if parts:
        return "; ".join(parts)
    several = f"{family} claims" if family > 1 else "1 claim"
    return f"each contrast passes alone, but not after Holm over {several} (Holm p {p_words(p_holm)})"


def _excluded(effects: Sequence[Effect]) -> str:
    """What the intervals exclude; a contrast without an interval excludes nothing."""
    parts = [f"{excluded(effect)} {_over(effect)}" for effect in effects if effect.interval is not None]
    return f"; effects beyond {', and beyond '.join(parts)}, are excluded" if parts else ""


def _over(effect: Effect) -> str:
    """What the arm is compared with, in words."""
    return OVER[effect.control or "text"]
