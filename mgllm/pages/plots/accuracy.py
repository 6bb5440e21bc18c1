"""The accuracy of each arm, with all models beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mgllm.pages.plots.look import Look
from mgllm.pages.plots.marks import Mark, draw_marks
from mgllm.pages.plots.series import series_of
from mgllm.records import ArmSummary


def scored_arms(arms: Sequence[ArmSummary]) -> list[ArmSummary]:
    """Those that have an accuracy."""
    return [arm for arm in arms if arm.accuracy is not None]


def draw_accuracy(arms: Sequence[ArmSummary], look: Look) -> Any:
    """A figure: one line for each arm, scenarios one below the other; needs at least one arm with
    an accuracy."""
    series = series_of(arm.row for arm in arms)
    scenarios = dict.fromkeys(arm.row.scenario for arm in arms)
    marks = [
        Mark(
            group=scenario if len(scenarios) > 1 else "",
            line=arm.arm,
            column="accuracy, %",
            series=series[arm.row],
            value=100 * (arm.accuracy or 0.0),
            interval=_percent(arm.accuracy_interval),
            flags=_flags(arm),
        )
        for scenario in scenarios
        for arm in arms
        if arm.row.scenario == scenario
    ]
    return draw_marks(marks, look, zero=False, limits=(0.0, 100.0))


def _percent(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (100 * interval[0], 100 * interval[1])


def _flags(arm: ArmSummary) -> tuple[str, ...]:
    """Its words of caution; a constant answer is in a field of its own."""
    if arm.constant is None or any(flag.startswith("constant") for flag in arm.flags):
        return arm.flags
    return (*arm.flags, f"constant answer: {arm.arm} always says '{arm.constant}'")
