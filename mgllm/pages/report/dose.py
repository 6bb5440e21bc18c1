"""How good must a recogniser be: accuracy by share of wrong gestures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgllm.analysis.statistics.effects import without_cues
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import estimate
from mgllm.pages.plots.look import ACCENT, FAINT, Look
from mgllm.pages.plots.svg import new_figure
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, picture_per_row, section
from mgllm.records import ArmSummary, RowName, ScenarioManifest

NOISY = "noisy"
"""End of the name of an arm with wrong gestures; its level is the share of gesture names
replaced."""
LEAD = (
    "Accuracy if each gesture's name is replaced by a wrong one with the probability below (0: {main}). Bars "
    "are 95 % intervals by person, over the items that were answered in the arm."
)


@section("dose")
def dose_section(content: PageContent) -> Section | None:
    """One picture per row with at least one noisy arm; null if there is none."""
    scenarios = {scenario.name: scenario for run in content.runs for scenario in run.manifest.scenarios}

    def draw(name: str, row: RowName, arms: list[ArmSummary]) -> Picture | None:
        return _picture(name, row, arms, scenarios[row.scenario])

    scored = [arm for arm in content.summary.arms if arm.accuracy is not None]
    pictures = picture_per_row("dose", scored, draw, content.summary.arms)
    mains = dict.fromkeys(scenario.roles.get("main", "") for scenario in scenarios.values())
    lead = LEAD.format(main=", ".join(filter(None, mains)))
    return Section("dose", "Wrong gestures", lead, pictures, order=70) if pictures else None


def _doses(arms: Sequence[ArmSummary], clean: str | None) -> dict[float, ArmSummary]:
    doses = {clean: 0.0}
    for arm in arms:
        stem, _, level = arm.arm.partition("@")
        if level and stem.rpartition("+")[2] == NOISY:
            doses[arm.arm] = float(level)
    found = {doses[arm.arm]: arm for arm in arms if arm.arm in doses}
    return dict(sorted(found.items()))


def _picture(
    name: str, row: RowName, arms: Sequence[ArmSummary], scenario: ScenarioManifest
) -> Picture | None:
    doses = _doses(arms, scenario.roles.get("main"))
    levels = [arm for arm in arms if arm.arm in (without_cues(scenario), scenario.roles.get("shuffled"))]
    if all(level == 0 and arm.arm == scenario.roles.get("main") for level, arm in doses.items()):
        return None

    def draw(look: Look) -> Any:
        figure, axes = new_figure(min(5.6, look.width), 3.0, look=look)
        _draw(axes[0, 0], doses, levels)
        return figure

    shares = ", ".join(f"{p:g}: {_accuracy(arm)} %" for p, arm in doses.items())
    words = f"accuracy by share of gesture names replaced: {shares}"
    wide, narrow = in_both_widths(draw, name, f"Wrong gestures: {row.words}", words)
    return Picture(row.words, wide, (_numbers(doses, levels),), narrow)


def _draw(axes: Any, doses: Mapping[float, ArmSummary], levels: Sequence[ArmSummary]) -> None:
    for arm in levels:
        axes.axhline(100 * (arm.accuracy or 0), color=FAINT, linewidth=1, linestyle="--")
    axes.plot(list(doses), [100 * (arm.accuracy or 0) for arm in doses.values()], "o-", color=ACCENT)
    for p, arm in doses.items():
        if arm.accuracy_interval is not None:
            axes.plot([p, p], [100 * end for end in arm.accuracy_interval], color=ACCENT, linewidth=1.4)
    rising = sorted(levels, key=lambda arm: arm.accuracy or 0)
    gap = 0.06 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for arm, y in zip(rising, _apart([100 * (arm.accuracy or 0) for arm in rising], gap), strict=True):
        axes.annotate(f" {arm.arm}", (1.0, y), xycoords=("axes fraction", "data"), fontsize=8, va="center")
    axes.set_xlabel("share of gesture names replaced")
    axes.set_ylabel("accuracy, %")


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Rising heights, moved apart so that the words at them do not overlap."""
    centre = sum(heights) / max(1, len(heights))
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    shift = centre - sum(moved) / max(1, len(moved))
    return [height + shift for height in moved]


def _numbers(doses: Mapping[float, ArmSummary], levels: Sequence[ArmSummary]) -> Table:
    rows = [(f"{p:g}", arm) for p, arm in doses.items()] + [("", arm) for arm in levels]
    return Table(
        "Numbers in the picture",
        ("arm", "share replaced", "accuracy % [95 %]", "answered"),
        tuple((arm.arm, p, _accuracy(arm), str(arm.answered)) for p, arm in rows),
    )


def _accuracy(arm: ArmSummary) -> str:
    return estimate(arm.accuracy, arm.accuracy_interval, "accuracy")
