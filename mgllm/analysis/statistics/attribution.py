"""What each gesture adds: text+mg with and without it, a cue block with it alone and an empty one.

Shape suffixes: I items, E epochs, K shuffles, L labels, N items answered in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mgllm.analysis.metric import Floats, Sample, known_metrics
from mgllm.analysis.statistics.claims import with_q
from mgllm.analysis.statistics.draws import smoothed
from mgllm.analysis.statistics.effects import Contrast, contrast_effects, without_cues
from mgllm.analysis.statistics.grid import Answers, Grid, answers_of
from mgllm.analysis.statistics.pairs import flipped, pair
from mgllm.analysis.statistics.parts import narrowed
from mgllm.analysis.statistics.runs import CLIP
from mgllm.records import (
    NOTHING,
    AttributedGesture,
    Attribution,
    Effect,
    ScenarioManifest,
    Way,
    is_attributed,
)

METRIC_NAMES = ("log_odds", "accuracy")
"""The second if labels were not scored."""


def attributions(grids: Sequence[Grid]) -> tuple[Attribution, ...]:
    """Every gesture of every grid in both ways, gestures in the manifest's order; q over all of
    them."""
    found = [
        made
        for grid in grids
        for gesture in grid.scenario.attributed
        for way in gesture.arms
        if (made := _attribution(grid, gesture, way)) is not None
    ]
    effects = with_q([each.effect for each in found])
    return tuple(
        each.model_copy(update={"effect": effect}) for each, effect in zip(found, effects, strict=True)
    )


def _attribution(grid: Grid, gesture: AttributedGesture, way: Way) -> Attribution | None:
    """One gesture in one way; null if it was not asked about an item with a target."""
    sides = _sides(grid.scenario, gesture, way)
    asked = {
        record.item for record in grid.attributed.get(gesture.arms[way], ()) if record.target is not None
    }
    part = narrowed(grid, np.array([item in asked for item in grid.items], bool))
    answers = [_answers(part, arm) for arm in sides]
    if answers[0] is None or answers[1] is None:
        return None
    contrast = Contrast(part, part.row, sides, (answers[0], answers[1]))
    gained_I, lost_I = flipped(part, *contrast.answers)
    return Attribution(
        row=part.row,
        gesture=gesture,
        way=way,
        effect=_effect(contrast),
        gained=int(gained_I.sum()),
        lost=int(lost_I.sum()),
        pulls=_pulls(contrast),
    )


def _sides(scenario: ScenarioManifest, gesture: AttributedGesture, way: Way) -> tuple[str, str]:
    """The arm with the gesture, and the arm without it."""
    arm = gesture.arms[way]
    if way == "left_out":
        return scenario.roles.get("main", ""), arm
    return arm, NOTHING if gesture.members else without_cues(scenario)


def _answers(part: Grid, arm: str) -> Answers | None:
    """An arm over these items, from the run or from its attribution; null if none of them was
    asked."""
    if not is_attributed(arm):
        return part.answers.get(arm)
    items = set(part.items)
    records = [record for record in part.attributed.get(arm, ()) if record.item in items]
    return answers_of(records, part.labels, part.items, part.epochs) if records else None


def _effect(contrast: Contrast) -> Effect:
    """Log-odds if there are probabilities, else accuracy."""
    metrics = [metric for metric in known_metrics() if metric.name in METRIC_NAMES]
    found = {effect.metric: effect for effect in contrast_effects(contrast, metrics)}
    return next(found[name] for name in METRIC_NAMES if name in found)


def _pulls(contrast: Contrast) -> Mapping[str, float]:
    """Mean change of every label's log-odds, whichever label is true."""
    both = pair(contrast.grid, *contrast.answers, scored=True)
    if not both.over.n:
        return {}
    arm_NL, baseline_NL = (_inside(sample) for sample in (both.arm, both.baseline))
    change_L = (np.log(arm_NL / (1 - arm_NL)) - np.log(baseline_NL / (1 - baseline_NL))).mean(axis=0)
    return dict(zip(contrast.grid.labels, change_L.tolist(), strict=True))


def _inside(sample: Sample) -> Floats:
    """P(label), kept away from 0 and 1 [N, L]."""
    if sample.draws_N is None:
        return np.clip(sample.probabilities_NL, CLIP, 1 - CLIP)
    return smoothed(sample.probabilities_NL, sample.draws_N)
