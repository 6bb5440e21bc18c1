"""Differences between arms, with all that is said beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mgllm.analysis.metric import Bools, Floats, MeanMetric, Metric, SumMetric, known_metrics
from mgllm.analysis.statistics.checks import (
    BOOTSTRAP_FROM,
    bca_interval,
    bootstrap_many,
    mcnemar_p,
    sign_flip_p,
)
from mgllm.analysis.statistics.grid import Answers, Grid
from mgllm.analysis.statistics.jackknife import DETECTABLE, FEWEST, Estimate, held, jackknife
from mgllm.analysis.statistics.pairs import Pairs, discordance, flipped, lacking, pair, sensitivity
from mgllm.records import Effect, Flips, RowName, ScenarioManifest

Pair = tuple[str, str]
"""An arm, and the arm that it is taken against."""
MOST_LACKING, MOST_APART = 0.05, 0.02
"""Share of answered pairs without probabilities, and its difference between the arms, from which it is told:
what is missing may then make the number. Our choice."""
SIGN_CHANGES = "the sign changes if missing answers are counted against or for the arm, or as wrong"


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two arms' answers on the same items."""

    grid: Grid
    """Their items, subjects and targets."""
    row: RowName
    """What the rows are about."""
    names: tuple[str, str]
    """Arm and baseline."""
    answers: tuple[Answers, Answers]
    """Theirs."""
    flags: tuple[str, ...] = ()
    """Words of caution that go for every metric."""


def primary_contrasts(scenario: ScenarioManifest) -> tuple[Pair, ...]:
    """The two contrasts that the claim needs: over the text alone, and over shuffled gestures."""
    roles = scenario.roles
    if "main" not in roles:
        return ()
    shuffled = [(roles["main"], roles["shuffled"])] if "shuffled" in roles else []
    return ((roles["main"], without_cues(scenario)), *shuffled)


def without_cues(scenario: ScenarioManifest) -> str:
    """What the main arm adds gestures to: text, of text+mg; the baseline where its name adds nothing."""
    return scenario.roles.get("main", "").rpartition("+")[0] or scenario.baseline


def grid_contrasts(grid: Grid, wanted: Sequence[Pair] = ()) -> list[Contrast]:
    """All that a grid's arms allow, primary ones first, those asked for last; none without targets."""
    if not (grid.target_I >= 0).any():
        return []
    return [
        Contrast(grid, grid.row, (arm, baseline), (grid.answers[arm], grid.answers[baseline]))
        for arm, baseline in _contrasts(grid, wanted)
    ]


def grid_effects(grid: Grid, wanted: Sequence[Pair] = ()) -> list[Effect]:
    """All differences of a grid that its arms allow: the primary contrasts first, those asked for last."""
    return [effect for contrast in grid_contrasts(grid, wanted) for effect in contrast_effects(contrast)]


def contrast_effects(contrast: Contrast, metrics: Sequence[Metric] | None = None) -> list[Effect]:
    """One effect per metric; those of probabilities only where both arms have some."""
    sampled = any(side.draws_I is not None for side in contrast.answers)
    metrics = [m for m in (known_metrics() if metrics is None else metrics) if m.of_shares or not sampled]
    plain = pair(contrast.grid, *contrast.answers, scored=False)
    scored = pair(contrast.grid, *contrast.answers, scored=True)
    if scored.missing == plain.missing and not (sampled and plain.missing):
        return _effects(contrast, plain, metrics)  # they are the same pairs, resampled once
    on_answers = [metric for metric in metrics if not metric.scored]
    on_scores = [metric for metric in metrics if metric.scored]
    found = _effects(contrast, plain, on_answers) + (
        _effects(contrast, scored, on_scores) if scored.over.n else []
    )
    without = lacking(contrast.grid, *contrast.answers)
    return found if without is None else [_told_lacking(effect, metrics, without) for effect in found]


def _told_lacking(effect: Effect, metrics: Sequence[Metric], without: tuple[float, float]) -> Effect:
    """With the two shares; where they are large or apart, numbers of probabilities get a word of caution."""
    arm, baseline = without
    scored = any(metric.name == effect.metric and metric.scored for metric in metrics)
    much = max(without) > MOST_LACKING or abs(arm - baseline) > MOST_APART
    words = (
        f"of the pairs answered by both, {100 * arm:.1f} % lack the arm's probabilities and "
        f"{100 * baseline:.1f} % the baseline's"
    )
    return effect.model_copy(
        update={
            "arm_censored": arm,
            "baseline_censored": baseline,
            "flags": (*effect.flags, words) if scored and much else effect.flags,
        }
    )


def _contrasts(grid: Grid, wanted: Sequence[Pair]) -> list[Pair]:
    against = [(arm, grid.scenario.baseline) for arm in grid.answers if arm != grid.scenario.baseline]
    roles = grid.scenario.roles
    filler = [(roles["main"], roles["filler"])] if {"main", "filler"} <= set(roles) else []
    pairs = [*primary_contrasts(grid.scenario), *against, *filler, *wanted]
    return [pair for pair in dict.fromkeys(pairs) if set(pair) <= set(grid.answers)]


def _effects(contrast: Contrast, pairs: Pairs, metrics: Sequence[Metric]) -> list[Effect]:
    if not pairs.over.n:
        empty = [metric for metric in metrics if not metric.scored]
        return [
            _effect(contrast, pairs, metric, _Numbers(Estimate(None, flag="no pairs"))) for metric in empty
        ]
    metrics = [metric for metric in metrics if metric.fewest <= pairs.over.n]
    two = {m.name: (m.replicates(pairs.arm), m.replicates(pairs.baseline)) for m in metrics}
    flips = _flips(pairs, metrics)
    bca = _bca(pairs, metrics, {name: arm - baseline for name, (arm, baseline) in two.items()})
    found = []
    for metric in metrics:
        arm_1S, baseline_1S = two[metric.name]
        values = (float(arm_1S[0]), float(baseline_1S[0]))
        if not _discordant(metric, pairs):
            same = Estimate(_finite(values[0] - values[1]), flag="no interval: no discordant pair")
            found.append(_effect(contrast, pairs, metric, _Numbers(same, values)))
            continue
        numbers = _Numbers(jackknife(arm_1S - baseline_1S, pairs.over), values)
        if pairs.over.effective >= FEWEST:
            numbers = replace(numbers, sign_flip_p=flips.get(metric.name), bca=bca.get(metric.name))
        found.append(_effect(contrast, pairs, metric, numbers))
    return found


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What was worked out for one effect."""

    estimate: Estimate
    values: tuple[float, float] = (np.nan, np.nan)
    sign_flip_p: float | None = None
    bca: tuple[float, float] | None = None


def _effect(contrast: Contrast, pairs: Pairs, metric: Metric, numbers: _Numbers) -> Effect:
    estimate = numbers.estimate
    flags = [*([estimate.flag] if estimate.flag else []), *contrast.flags]
    effect = Effect(
        row=contrast.row,
        metric=metric.name,
        arm=contrast.names[0],
        baseline=contrast.names[1],
        primary=contrast.names in primary_contrasts(contrast.grid.scenario) and metric.primary,
        pairs=pairs.over.n,
        subjects=pairs.over.subjects,
        effective_subjects=pairs.over.effective,
        largest_cluster=pairs.over.largest,
        arm_value=_finite(numbers.values[0]),
        baseline_value=_finite(numbers.values[1]),
        difference=estimate.value,
        se=estimate.se,
        interval=held(estimate.interval, -metric.most, metric.most),
        p=estimate.p,
        detectable=DETECTABLE * estimate.se if estimate.se and estimate.interval else None,
        sign_flip_p=numbers.sign_flip_p,
        bca_interval=numbers.bca,
        missing=pairs.missing,
        flags=tuple(flags),
    )
    return _with_sensitivity(contrast, effect) if metric.headline else effect


def _with_sensitivity(contrast: Contrast, effect: Effect) -> Effect:
    """Accuracy alone can say what missing answers might have been, and has a McNemar table."""
    others = sensitivity(contrast.grid, *contrast.answers)
    differ = discordance(contrast.grid, *contrast.answers)
    signs = {_sign(value) for value in (others.strict, *(others.bounds or ())) if value is not None}
    changes = effect.difference is not None and bool(signs - {_sign(effect.difference)})
    return effect.model_copy(
        update={
            "flags": (*effect.flags, SIGN_CHANGES) if changes else effect.flags,
            "strict": others.strict,
            "bounds": others.bounds,
            "b": differ.b,
            "c": differ.c,
            "mcnemar_p": mcnemar_p(differ.b, differ.c),
            "sign_changes": changes,
        }
    )


def _bca(
    pairs: Pairs, metrics: Sequence[Metric], replicates: dict[str, Floats]
) -> dict[str, tuple[float, float] | None]:
    """BCa intervals of the metrics that are functions of sums, and of those that resample by themselves."""
    if pairs.over.subjects < BOOTSTRAP_FROM:
        return {}
    found: dict[str, tuple[float, float] | None] = {}
    for metric in metrics:
        if not isinstance(metric, SumMetric) and np.isfinite(replicates[metric.name]).all():
            arm_R, baseline_R = metric.resampled(pairs.arm), metric.resampled(pairs.baseline)
            if arm_R is not None and baseline_R is not None:
                found[metric.name] = bca_interval(replicates[metric.name], arm_R - baseline_R)
    summed = [metric for metric in metrics if isinstance(metric, SumMetric)]
    sums = [np.hstack([m.subject_sums(pairs.arm), m.subject_sums(pairs.baseline)]) for m in summed]
    known = [replicates[metric.name] for metric in summed]
    differences: list[Callable[[Floats], Floats]] = [
        _Difference(*both) for both in zip(summed, sums, strict=True)
    ]
    return found | dict(
        zip([metric.name for metric in summed], bootstrap_many(sums, differences, known), strict=True)
    )


class _Difference:
    """A metric's difference from the two arms' sums side by side."""

    def __init__(self, metric: SumMetric, sums_SK: Floats) -> None:
        self.metric = metric
        self.totals = np.split(sums_SK.sum(axis=0), 2)

    def __call__(self, sums_RK: Floats) -> Floats:
        arm, baseline = np.split(sums_RK, 2, axis=1)
        return self.metric.value(arm, self.totals[0]) - self.metric.value(baseline, self.totals[1])


def _discordant(metric: Metric, pairs: Pairs) -> bool:
    return bool((np.abs(metric.per_item(pairs.arm) - metric.per_item(pairs.baseline)) > 1e-12).any())


def _flips(pairs: Pairs, metrics: Sequence[Metric]) -> dict[str, float]:
    """Sign-flip p of the primary metrics, whose effects are means of the items' differences."""
    means = [metric for metric in metrics if metric.primary and isinstance(metric, MeanMetric)]
    differences_S = [
        np.bincount(
            pairs.arm.subject_N, weights=(metric.per_item(pairs.arm) - metric.per_item(pairs.baseline))[:, 0]
        )
        for metric in means
    ]
    p = sign_flip_p(np.stack(differences_S, axis=1).astype(np.float64)) if means else []
    return dict(zip((metric.name for metric in means), p, strict=True))


def _sign(value: float) -> int:
    return 0 if abs(value) < 1e-12 else (1 if value > 0 else -1)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def flips(contrast: Contrast) -> Flips:
    """Items gained and lost in the first epoch and shuffle, by id: those that b and c of the effect count."""
    gained_I, lost_I = flipped(contrast.grid, *contrast.answers)
    gained, lost = _ids(contrast, gained_I), _ids(contrast, lost_I)
    return Flips(
        row=contrast.row,
        arm=contrast.names[0],
        baseline=contrast.names[1],
        gained=len(gained),
        lost=len(lost),
        gained_items=gained,
        lost_items=lost,
    )


def _ids(contrast: Contrast, which_I: Bools) -> tuple[str, ...]:
    return tuple(contrast.grid.items[n] for n in np.flatnonzero(which_I))
