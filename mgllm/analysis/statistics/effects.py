"""Differences between arms, with everything that is beside them in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Bools, Metric, known_metrics
from mgllm.analysis.statistics.cautions import (
    MOST_APART,
    MOST_LACKING,
    constant_flag,
    exposure_flags,
    grid_flags,
    only_answer,
    stopped_flags,
)
from mgllm.analysis.statistics.checks import mcnemar_p
from mgllm.analysis.statistics.estimating import Numbers, estimated, p_between
from mgllm.analysis.statistics.grid import Answers, Grid
from mgllm.analysis.statistics.jackknife import Estimate, held
from mgllm.analysis.statistics.pairs import Pairs, discordance, flipped, lacking, pair
from mgllm.analysis.statistics.readings import Readings, Sides, difference, readings, worst_scored
from mgllm.records import Control, Effect, Flips, Role, RowName, ScenarioManifest

Pair = tuple[str, str]
"""An arm, and the arm that it is compared with."""
SIGN_CHANGES = "the sign changes if missing answers count as wrong, or all against or for the arm"
WORST_SIGN_CHANGES = "the sign changes if missing probabilities get the worst observed difference"


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two arms' answers on the same items."""

    grid: Grid
    """Their items, subjects and targets."""
    row: RowName
    """The name of its rows."""
    names: tuple[str, str]
    """Arm and baseline."""
    answers: tuple[Answers, Answers]
    """Answers of arm and baseline."""
    flags: tuple[str, ...] = ()
    """Words of caution for every metric."""


def primary_contrasts(scenario: ScenarioManifest) -> tuple[Pair, ...]:
    """The two contrasts that the claim needs.

    text+mg − text and text+mg − text+shuffled. If the main arm is not run: mg − mg+shuffled and
    mg − mg+filler, all without speech.
    """
    roles = scenario.roles
    alone = "alone" in roles and roles.get("main") not in scenario.arms
    arm = roles.get("alone" if alone else "main")
    if arm is None:
        return ()
    if alone:
        controls = (roles.get("alone_shuffled"), roles.get("alone_filler"))
    else:
        controls = (without_cues(scenario), roles.get("shuffled"))
    return tuple((arm, control) for control in controls if control is not None)


def without_cues(scenario: ScenarioManifest) -> str:
    """The main arm without its gestures: text for text+mg; the baseline if its name has no "+"."""
    return scenario.roles.get("main", "").rpartition("+")[0] or scenario.baseline


def grid_contrasts(grid: Grid, wanted: Sequence[Pair] = ()) -> list[Contrast]:
    """All contrasts of a grid's arms, primary ones first, those asked for last; none without
    targets."""
    if not (grid.target_I >= 0).any():
        return []
    return [
        Contrast(grid, grid.row, (arm, baseline), (grid.answers[arm], grid.answers[baseline]))
        for arm, baseline in _contrasts(grid, wanted)
    ]


def grid_effects(grid: Grid, wanted: Sequence[Pair] = ()) -> list[Effect]:
    """All differences of a grid's arms: the primary contrasts first, those asked for last."""
    return [effect for contrast in grid_contrasts(grid, wanted) for effect in contrast_effects(contrast)]


def contrast_effects(contrast: Contrast, metrics: Sequence[Metric] | None = None) -> list[Effect]:
    """One effect per metric; metrics of probabilities only if both arms have some."""
    sampled = any(side.draws_I is not None for side in contrast.answers)
    metrics = [m for m in (known_metrics() if metrics is None else metrics) if m.of_shares or not sampled]
    plain = pair(contrast.grid, *contrast.answers, scored=False)
    scored = pair(contrast.grid, *contrast.answers, scored=True)
    found = readings(contrast.grid, *contrast.answers)
    if scored.missing == plain.missing and not (sampled and plain.missing):
        effects = _effects(contrast, plain, metrics, found)  # the same pairs, so they are resampled once
    else:
        effects = _effects(contrast, plain, [m for m in metrics if not m.scored], found)
        on_scores = [metric for metric in metrics if metric.scored]
        effects += _effects(contrast, scored, on_scores, found) if scored.over.n else []
    without = lacking(contrast.grid, *contrast.answers)
    return effects if without is None else [_with_missing(effect, metrics, without) for effect in effects]


def _with_missing(effect: Effect, metrics: Sequence[Metric], without: tuple[float, float]) -> Effect:
    """The effect with the two shares; if they are large or differ, numbers of probabilities get a
    caution."""
    arm, baseline = without
    scored = any(metric.name == effect.metric and metric.scored for metric in metrics)
    much = max(without) > MOST_LACKING or abs(arm - baseline) > MOST_APART
    words = (
        f"of the pairs answered in both arms, {100 * arm:.1f} % have no probabilities in the arm and "
        f"{100 * baseline:.1f} % none in the baseline"
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
    those: tuple[tuple[Role, Role], ...] = (
        ("main", "filler"), ("alone", "alone_shuffled"), ("alone", "alone_filler")
    )  # fmt: skip
    controls = [(roles[arm], roles[control]) for arm, control in those if arm in roles and control in roles]
    pairs = [*primary_contrasts(grid.scenario), *against, *controls, *wanted]
    return [pair for pair in dict.fromkeys(pairs) if set(pair) <= set(grid.answers)]


def _effects(contrast: Contrast, pairs: Pairs, metrics: Sequence[Metric], found: Readings) -> list[Effect]:
    if not pairs.over.n:
        empty = [metric for metric in metrics if not metric.scored]
        nothing = Numbers(Estimate(None, flag="no pairs"))
        return [_effect(contrast, pairs, metric, nothing, found) for metric in empty]
    numbers = estimated(pairs, metrics, contrast.grid.labels)
    return [_effect(contrast, pairs, m, numbers[m.name], found) for m in metrics if m.name in numbers]


def _effect(contrast: Contrast, pairs: Pairs, metric: Metric, numbers: Numbers, found: Readings) -> Effect:
    estimate = numbers.estimate
    effect = Effect(
        row=contrast.row,
        metric=metric.name,
        arm=contrast.names[0],
        baseline=contrast.names[1],
        control=_control(contrast),
        primary=contrast.grid.claims
        and metric.primary
        and contrast.names in primary_contrasts(contrast.grid.scenario),
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
        leaked=pairs.leaked,
        exposure_unknown=pairs.unknown,
        flags=(*_cautions(contrast, pairs, metric), *numbers.flags),
    )
    effect = _otherwise(effect, metric, found, (pairs.arm, pairs.baseline))
    return _discordant(contrast, effect) if metric.headline else effect


def _control(contrast: Contrast) -> Control | None:
    """What the baseline is for the arm that shows gestures: the same without gestures, or a
    control."""
    roles, (arm, baseline) = contrast.grid.scenario.roles, contrast.names
    if arm not in {roles.get("main"), roles.get("alone")}:
        return None
    known: dict[str | None, Control] = {
        without_cues(contrast.grid.scenario): "text",
        roles.get("shuffled"): "shuffled",
        roles.get("alone_shuffled"): "shuffled",
        roles.get("filler"): "filler",
        roles.get("alone_filler"): "filler",
    }
    return known.get(baseline)


def _cautions(contrast: Contrast, pairs: Pairs, metric: Metric) -> Iterable[str]:
    """What can make the number misleading, whatever its interval is: the most serious first."""
    grid = contrast.grid
    yield from exposure_flags(pairs.leaked, pairs.unknown, pairs.over.n, "pairs")
    yield from grid_flags(grid)
    yield from stopped_flags(grid, *dict.fromkeys(contrast.names))
    for name, side in zip(contrast.names, (pairs.arm, pairs.baseline), strict=True):
        if (label := only_answer(side)) is not None:
            says_nothing = metric.scale.name if metric.needs_both else ""
            yield constant_flag(name, grid.labels[label], says_nothing)
    yield from contrast.flags


def _otherwise(effect: Effect, metric: Metric, found: Readings, pairs: Sides) -> Effect:
    """The effect with what it would be if missing answers or probabilities were different."""
    others: list[float | None]
    more: dict[str, object] = {"lacking": found.lacking_scores if metric.scored else found.lacking_answers}
    if metric.scored:
        more["worst"] = worst = worst_scored(metric, found, pairs) if found.lacking_scores else None
        more["apart"] = found.apart or None
        others = [worst]
    else:
        low, high = difference(metric, found.against), difference(metric, found.favouring)
        more["strict"] = strict = difference(metric, found.strict)
        more["bounds"] = None if low is None or high is None else (low, high)
        if metric.primary and found.strict is not None and found.lacking_answers:
            more["strict_p"] = p_between(metric, *found.strict)
        others = [strict, low, high]
    signs = {_sign(value) for value in others if value is not None}
    changes = effect.difference is not None and bool(signs - {_sign(effect.difference)})
    words = WORST_SIGN_CHANGES if metric.scored else SIGN_CHANGES
    flags = (*effect.flags, words) if changes else effect.flags
    return effect.model_copy(update={**more, "sign_changes": changes, "flags": flags})


def _discordant(contrast: Contrast, effect: Effect) -> Effect:
    """The effect with b, c and McNemar's p."""
    differ = discordance(contrast.grid, *contrast.answers)
    counts = {"b": differ.b, "c": differ.c, "mcnemar_p": mcnemar_p(differ.b, differ.c)}
    return effect.model_copy(update=counts)


def _sign(value: float) -> int:
    return 0 if abs(value) < 1e-12 else (1 if value > 0 else -1)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def flips(contrast: Contrast) -> Flips:
    """Items gained and lost in the first epoch and shuffle, by id: those that b and c count."""
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
