"""What each gesture gives: text+mg with and without it, text without and with it alone.

Shape suffixes: I items, E epochs, K shuffles, L labels, N items answered in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mgllm.analysis.claims import with_q
from mgllm.analysis.effects import MAIN, TEXT, Contrast, contrast_effects
from mgllm.analysis.grid import Grid, answers_of
from mgllm.analysis.metrics import METRICS
from mgllm.analysis.narrowing import narrowed
from mgllm.analysis.pairs import flipped, pair
from mgllm.analysis.runs import CLIP
from mgllm.records import AttributedGesture, Attribution, Effect, Record, Way

METRIC_NAMES = ("log_odds", "accuracy")
"""The second where labels were not scored."""


def attributions(grids: Sequence[Grid]) -> tuple[Attribution, ...]:
    """Every gesture of every grid in both ways, gestures in the manifest's order; q over all of them."""
    found = [
        made
        for grid in grids
        for gesture in grid.scenario.attributed
        for way, arm in gesture.arms.items()
        if (made := _attribution(grid, gesture, way, grid.attributed.get(arm, ()))) is not None
    ]
    effects = with_q([each.effect for each in found])
    return tuple(
        each.model_copy(update={"effect": effect}) for each, effect in zip(found, effects, strict=True)
    )


def _attribution(
    grid: Grid, gesture: AttributedGesture, way: Way, records: Sequence[Record]
) -> Attribution | None:
    other = MAIN if way == "left_out" else TEXT
    asked = {record.item for record in records if record.target is not None}
    if not asked or other not in grid.answers:
        return None
    part = narrowed(grid, np.array([item in asked for item in grid.items]))
    if other not in part.answers:
        return None
    changed = answers_of([r for r in records if r.item in asked], part.labels, part.items, part.epochs)
    own, arm = part.answers[other], gesture.arms[way]
    contrast = (
        Contrast(part, part.row, (other, arm), (own, changed))
        if way == "left_out"
        else Contrast(part, part.row, (arm, other), (changed, own))
    )
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


def _effect(contrast: Contrast) -> Effect:
    """Log-odds where there are probabilities, else accuracy."""
    metrics = [metric for metric in METRICS if metric.name in METRIC_NAMES]
    found = {effect.metric: effect for effect in contrast_effects(contrast, metrics)}
    return next(found[name] for name in METRIC_NAMES if name in found)


def _pulls(contrast: Contrast) -> Mapping[str, float]:
    """Mean change of every label's log-odds, whatever is true."""
    both = pair(contrast.grid, *contrast.answers, scored=True)
    if not both.over.n:
        return {}
    arm_NL, baseline_NL = (
        np.clip(sample.probabilities_NL, CLIP, 1 - CLIP) for sample in (both.arm, both.baseline)
    )
    change_L = (np.log(arm_NL / (1 - arm_NL)) - np.log(baseline_NL / (1 - baseline_NL))).mean(axis=0)
    return dict(zip(contrast.grid.labels, change_L.tolist(), strict=True))
