"""Power by number of people."""

from __future__ import annotations

from typing import Any

from mgllm.pages.plots.look import Look
from mgllm.pages.plots.svg import new_figure
from mgllm.records import StudyPlan


def draw_power(plan: StudyPlan, look: Look) -> Any:
    """The curve, the power wanted, and the people needed (or given)."""
    figure, found = new_figure(look.width, 0.7 * look.width, look=look)
    axes = found[0, 0]
    axes.plot(
        [point.people for point in plan.curve], [100 * point.power for point in plan.curve], "o-",
        color=look.series[0], linewidth=1.2, markersize=3,
    )  # fmt: skip
    axes.axhline(100 * plan.design.power, color=look.faint, linewidth=0.8, linestyle="--")
    axes.axvline(plan.people, color=look.faint, linewidth=0.8, linestyle="--")
    axes.set(ylim=(0, 102))
    axes.set_xlabel(f"people, {plan.design.items:g} items each", fontsize=look.letters)
    axes.set_ylabel("power, %", fontsize=look.letters)
    axes.tick_params(labelsize=look.letters)
    return figure
