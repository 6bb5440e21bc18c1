"""Questions with the answer yes or no: is an arm worse, are two arms practically equal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from mgllm.analysis.metric import headline, scale_of
from mgllm.analysis.statistics.jackknife import t_quantile, t_tail
from mgllm.analysis.wording import contrast_words, gain, level, p_words
from mgllm.errors import InputError, unknown
from mgllm.records import Effect, Summary

GATE = re.compile(r"\s*([^<=>\s]+)\s*(<=|<)\s*([^<=>\s]+)\s*")
"""Two arms with < or <= between them."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests of a difference against ± a margin."""

    p: float | None
    """The larger of the two one-sided p-values; null if the effect has no interval."""
    words: str
    """The result as a sentence."""


def gate(summary: Summary, expression: str) -> str | None:
    """Why a gate fails, in a sentence; null if it does not fail.

    Args:
        summary: its accuracy effects are checked, each row by itself.
        expression: 'text+mg<text' fails if a whole interval is below 0; 'text+mg<=text' if an
            interval is not entirely above 0. Without an interval the first does not fail and the
            second fails.

    Raises:
        InputError: no such expression, arm, or contrast.
    """
    match = GATE.fullmatch(expression)
    if match is None:
        raise InputError(
            f"--fail-if '{expression}' is not a comparison of two arms; write 'text+mg<text' or "
            "'text+mg<=text'"
        )
    arm, sign, baseline = match.groups()
    effects = _contrast(summary, arm, baseline)
    reasons = [reason for effect in effects if (reason := _reason(effect, strictly_below=sign == "<"))]
    return f"--fail-if '{expression}': {'; '.join(reasons)}" if reasons else None


def equivalence(effect: Effect, margin: float) -> Equivalence:
    """Whether a difference is inside ± margin, by two one-sided tests with the effect's own t.

    Args:
        effect: the difference.
        margin: half width of what counts as equal, in the effect's own unit: shares (0.05 is five
            points) or nats.

    Raises:
        InputError: the margin is not positive.
    """
    if not 0 < margin < inf:
        raise InputError(
            "--margin must be a finite number above 0: it is the largest difference that would not matter"
        )
    within = f"within ±{level(margin, effect.metric).lstrip('+')} {scale_of(effect.metric).unit}".strip()
    if effect.difference is None or effect.se is None or effect.interval is None:
        return Equivalence(None, f"equivalence {within} is not tested: there is no interval")
    if effect.rule != "t":
        return Equivalence(None, f"equivalence {within} is not tested: subjects' differences are skewed")
    sides = (margin - effect.difference, margin + effect.difference)
    df = _df(effect)
    p = max(t_tail(side / effect.se, df) for side in sides)
    shown = "equivalent" if p <= 0.05 else "not shown to be equivalent"
    return Equivalence(p, f"{shown} {within} (two one-sided tests, p {p_words(p)})")


def margined(effect: Effect, margin: float) -> Effect:
    """The effect with two one-sided tests against ± margin, and the 90 % interval that shows them.

    Args:
        effect: the difference.
        margin: half width of what counts as equal, in the effect's own unit.

    Raises:
        InputError: the margin is not positive.
    """
    found = equivalence(effect, margin)
    interval = None
    if found.p is not None and effect.se is not None and effect.difference is not None:
        half = t_quantile(0.95, _df(effect)) * effect.se
        interval = (effect.difference - half, effect.difference + half)
    more = {"margin": margin, "equivalence_p": found.p, "equivalence_interval": interval}
    return effect.model_copy(update=more)


def _df(effect: Effect) -> float:
    return effect.effective_subjects - 1 if effect.df is None else effect.df


def with_margin(summary: Summary, margin: float) -> Summary:
    """The summary with two one-sided tests of every accuracy effect against ± margin. A registered
    margin stays.

    Args:
        summary: the results.
        margin: half width of what counts as equal, as a share (0.05: five points).

    Raises:
        InputError: the margin is not positive.
    """
    effects = tuple(
        margined(effect, margin) if effect.metric == headline() and effect.margin is None else effect
        for effect in summary.effects
    )
    return summary.model_copy(update={"effects": effects})


def _contrast(summary: Summary, arm: str, baseline: str) -> list[Effect]:
    arms = {row.arm for row in summary.arms}
    for name in (arm, baseline):
        if name not in arms:
            raise InputError(f"--fail-if: {unknown('arm', name, arms)}")
    accuracy = [effect for effect in summary.effects if effect.metric == headline()]
    found = [effect for effect in accuracy if (effect.arm, effect.baseline) == (arm, baseline)]
    found += [_mirrored(effect) for effect in accuracy if (effect.baseline, effect.arm) == (arm, baseline)]
    if not found:
        known = ", ".join(dict.fromkeys(contrast_words(effect) for effect in accuracy)) or "(none)"
        raise InputError(
            f"--fail-if: this table has no contrast {arm} − {baseline} (it has: {known}). "
            f"Add it with --pair {arm},{baseline}"
        )
    return found


def _mirrored(effect: Effect) -> Effect:
    """Baseline minus arm."""
    interval = (-effect.interval[1], -effect.interval[0]) if effect.interval else None
    difference = -effect.difference if effect.difference is not None else None
    changed = {"arm": effect.baseline, "baseline": effect.arm, "difference": difference, "interval": interval}
    return effect.model_copy(update=changed)


def _reason(effect: Effect, *, strictly_below: bool) -> str | None:
    where = f"{effect.row.words}: {contrast_words(effect)}"
    if effect.interval is None:
        why = next(iter(effect.flags), "no interval")
        return None if strictly_below else f"{where} is not shown to be above 0 ({why})"
    if strictly_below:
        return f"{where} is {gain(effect)}: the whole interval is below 0" if effect.interval[1] < 0 else None
    return (
        f"{where} is {gain(effect)}: the interval is not entirely above 0"
        if effect.interval[0] <= 0
        else None
    )
