"""Differences between arms, with all that is said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Bools, Metric, known_metrics
from mgllm.analysis.statistics.checks import mcnemar_p
from mgllm.analysis.statistics.estimating import Numbers, estimated
from mgllm.analysis.statistics.grid import Answers, Grid
from mgllm.analysis.statistics.jackknife import Estimate, held
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
            _effect(contrast, pairs, metric, Numbers(Estimate(None, flag="no pairs"))) for metric in empty
        ]
    found = estimated(pairs, metrics, contrast.grid.labels)
    return [_effect(contrast, pairs, m, found[m.name]) for m in metrics if m.name in found]


def _effect(contrast: Contrast, pairs: Pairs, metric: Metric, numbers: Numbers) -> Effect:
    estimate = numbers.estimate
    flags = [*numbers.flags, *contrast.flags]
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
        detectable=estimate.detectable,
        df=estimate.df,
        rule=estimate.rule,
        by_subject=numbers.by_subject,
        by_subject_interval=numbers.by_subject_interval,
        sign_flip_p=numbers.sign_flip_p,
        sign_flip_exact=numbers.sign_flip_exact,
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
