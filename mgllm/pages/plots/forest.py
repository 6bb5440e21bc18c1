"""The differences between arms with their intervals, with all models on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.analysis.metric import known_metrics, scale_of
from mgllm.analysis.wording import axis_words, contrast_words
from mgllm.pages.plots.look import Look
from mgllm.pages.plots.marks import Mark, draw_marks
from mgllm.pages.plots.series import series_of
from mgllm.records import Effect, Summary


def key_effects(summary: Summary) -> list[Effect]:
    """The effects behind the claims: primary contrasts in primary metrics, those with a number."""
    return [effect for effect in forest_effects(summary.effects) if effect.primary]


def forest_effects(effects: Sequence[Effect]) -> list[Effect]:
    """The effects in a forest plot: differences with a number, in the primary metrics."""
    shown = {metric.name: place for place, metric in enumerate(known_metrics()) if metric.primary}
    found = [e for e in effects if e.metric in shown and e.difference is not None]
    return sorted(found, key=lambda effect: shown[effect.metric])


def draw_forest(effects: Sequence[Effect], look: Look, tallest: float | None = None) -> Any:
    """A figure: a panel for each metric, scenarios one below the other.

    Args:
        effects: at least one, each with a difference.
        look: sizes and colours.
        tallest: largest height of its lines in inches.
    """
    series = series_of(effect.row for effect in effects)
    by_scenario = {e.row.scenario: [o for o in effects if o.row.scenario == e.row.scenario] for e in effects}
    marks = [
        Mark(
            group=_heading(scenario, found, len(by_scenario)),
            line=_line(effect, found),
            column=_column(effect, effects),
            series=series[effect.row],
            value=scale_of(effect.metric).factor * (effect.difference or 0.0),
            interval=_scaled(effect),
            strong=effect.primary,
            flags=effect.flags,
        )
        for scenario, found in by_scenario.items()
        for effect in found
    ]
    return draw_marks(marks, look, zero=True, tallest=tallest)


def _subject(found: Sequence[Effect]) -> str | None:
    """The arm in all differences; null if there are several."""
    arms = {effect.arm for effect in found}
    return arms.pop() if len(arms) == 1 and all(e.arm != e.baseline for e in found) else None


def _heading(scenario: str, found: Sequence[Effect], scenarios: int) -> str:
    arm = _subject(found)
    if arm is not None:
        return f"{scenario}: {arm}" if scenarios > 1 else arm
    return scenario if scenarios > 1 else ""


def _line(effect: Effect, found: Sequence[Effect]) -> str:
    return contrast_words(effect) if _subject(found) is None else f"− {effect.baseline}"


def _column(effect: Effect, effects: Sequence[Effect]) -> str:
    """The axis of its metric, named as in the first row: sampled and read probabilities have the
    same axis."""
    first = next(other for other in effects if other.metric == effect.metric)
    return axis_words(first.row, effect.metric)


def _scaled(effect: Effect) -> tuple[float, float] | None:
    factor = scale_of(effect.metric).factor
    return None if effect.interval is None else (factor * effect.interval[0], factor * effect.interval[1])
