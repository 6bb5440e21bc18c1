"""How good must a recogniser be: the metric by the F1 of the gestures shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgllm.analysis.metric import scale_of
from mgllm.analysis.statistics.dose import dose_level
from mgllm.analysis.statistics.effects import without_cues
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.dose_tables import dose_table
from mgllm.analysis.wording import axis_words, capital, estimate, level
from mgllm.pages.plots.look import ACCENT, FAINT, GROUND, INK, Look
from mgllm.pages.plots.svg import new_figure, panel_grid
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, picture_per_row, section
from mgllm.records import ArmSummary, DosePoint, DoseResponse, RowName, ScenarioManifest

BY_F1 = (
    "How right the gestures shown are (F1 against the annotated ones) and what comes of it. Points are arms "
    "with gestures made wrong; the line is the rising curve nearest to them, with its 95 % band by person. "
    "Dashed: without gestures, and with another person's. Diamonds are gestures that a recogniser has found; "
    "hollow ones are not held out. The vertical line is the accuracy that a recogniser needs: from there on "
    "the gain over the dashed lines, paired by item, is shown."
)
BY_LEVEL = (
    "Accuracy by level of noise (0: {main}); how right the gestures were was not measured. Bars are 95 % "
    "intervals by person, over the items that were answered in the arm."
)
REPLACED = "share of gesture names replaced"
CONFUSED = "level of noise (at 1, as the confusion file says)"
"""Axes of runs that did not measure the F1: a confusion file leaves many names as they are."""


@section("dose")
def dose_section(content: PageContent) -> Section | None:
    """One picture per row with at least one noisy arm; null if there is none."""
    doses: dict[RowName, list[DoseResponse]] = {}
    for dose in content.summary.doses:
        doses.setdefault(dose.row, []).append(dose)
    scenarios = {scenario.name: scenario for run in content.runs for scenario in run.manifest.scenarios}
    confused = any(run.manifest.confusion_sha256 for run in content.runs)
    axis = CONFUSED if confused else REPLACED

    def draw(name: str, row: RowName, arms: list[ArmSummary]) -> Picture | None:
        if row in doses:
            return _by_f1(name, row, doses[row])
        return _by_level(name, row, arms, scenarios[row.scenario], axis)

    scored = [arm for arm in content.summary.arms if arm.accuracy is not None]
    pictures = picture_per_row("dose", scored, draw, content.summary.arms)
    mains = dict.fromkeys(scenario.roles.get("main", "") for scenario in scenarios.values())
    lead = BY_F1 if doses else BY_LEVEL.format(main=", ".join(filter(None, mains)))
    return Section("dose", "Wrong gestures", lead, pictures, order=70) if pictures else None


def _by_f1(name: str, row: RowName, doses: Sequence[DoseResponse]) -> Picture:
    def draw(look: Look) -> Any:
        figure, panels = panel_grid(len(doses), (3.6, 3.0), look, ("F1 of the gestures shown", ""))
        for panel, dose in zip(panels, doses, strict=True):
            _draw_curve(panel, dose)
        return figure

    words = ". ".join(f"{capital(dose.words)}: {_points(dose)}" for dose in doses)
    wide, narrow = in_both_widths(draw, name, f"Wrong gestures: {row.words}", words)
    return Picture(row.words, wide, (dose_table(doses),), narrow)


def _points(dose: DoseResponse) -> str:
    points = (*dose.points, *dose.controls, *dose.real)
    return ", ".join(f"{point.words} {level(point.value, dose.metric)}" for point in points)


def _draw_curve(axes: Any, dose: DoseResponse) -> None:
    factor = scale_of(dose.metric).factor
    for control in dose.controls:
        axes.axhline(factor * control.value, color=FAINT, linewidth=1, linestyle="--")
    banded = [(one.f1, one.interval) for one in dose.fit if one.interval is not None]
    if banded:
        low, high = ([factor * interval[end] for _, interval in banded] for end in (0, 1))
        axes.fill_between([f1 for f1, _ in banded], low, high, facecolor=ACCENT, alpha=0.15, linewidth=0)
    axes.plot([one.f1 for one in dose.fit], [factor * one.value for one in dose.fit], color=ACCENT)
    axes.plot([point.f1 for point in dose.points], [factor * point.value for point in dose.points], "o",
              color=ACCENT)  # fmt: skip
    for point in dose.real:
        _draw_real(axes, point, factor)
    if dose.needed is not None:
        axes.axvline(dose.needed, color=INK, linewidth=1)
    axes.set_title(axis_words(dose.row, dose.metric).replace(", points", ", %"), fontsize=9)
    _name_levels(axes, dose.controls, factor)


def _draw_real(axes: Any, point: DosePoint, factor: float) -> None:
    fill = INK if point.exposure == "held_out" else GROUND
    axes.plot([point.f1], [factor * point.value], "D", color=INK, markerfacecolor=fill)
    words = "LEAK" if point.exposure == "in_sample" else str(point.cue_source).replace("_", "-")
    axes.annotate(
        words, (point.f1, factor * point.value), (5, -3), textcoords="offset points", fontsize=8, color=INK,
        va="top",
    )  # fmt: skip


def _by_level(
    name: str, row: RowName, arms: Sequence[ArmSummary], scenario: ScenarioManifest, axis: str
) -> Picture | None:
    doses = _doses(arms, scenario.roles.get("main"))
    levels = [arm for arm in arms if arm.arm in (without_cues(scenario), scenario.roles.get("shuffled"))]
    if all(one == 0 and arm.arm == scenario.roles.get("main") for one, arm in doses.items()):
        return None

    def draw(look: Look) -> Any:
        figure, axes = new_figure(min(5.6, look.width), 3.0, look=look)
        _draw_levels(axes[0, 0], doses, levels)
        axes[0, 0].set_xlabel(axis)
        return figure

    shares = ", ".join(f"{p:g}: {_accuracy(arm)} %" for p, arm in doses.items())
    wide, narrow = in_both_widths(draw, name, f"Wrong gestures: {row.words}", f"accuracy by {axis}: {shares}")
    return Picture(row.words, wide, (_numbers(doses, levels, axis),), narrow)


def _doses(arms: Sequence[ArmSummary], clean: str | None) -> dict[float, ArmSummary]:
    found = {0.0 if arm.arm == clean else dose_level(arm.arm): arm for arm in arms}
    return dict(sorted((one, arm) for one, arm in found.items() if one is not None))


def _draw_levels(axes: Any, doses: Mapping[float, ArmSummary], levels: Sequence[ArmSummary]) -> None:
    for arm in levels:
        axes.axhline(100 * (arm.accuracy or 0), color=FAINT, linewidth=1, linestyle="--")
    axes.plot(list(doses), [100 * (arm.accuracy or 0) for arm in doses.values()], "o-", color=ACCENT)
    for p, arm in doses.items():
        if arm.accuracy_interval is not None:
            axes.plot([p, p], [100 * end for end in arm.accuracy_interval], color=ACCENT, linewidth=1.4)
    points = [DosePoint(arm=arm.arm, f1=None, value=arm.accuracy or 0.0, items=arm.n) for arm in levels]
    _name_levels(axes, points, 100)
    axes.set_ylabel("accuracy, %")


def _name_levels(axes: Any, levels: Sequence[DosePoint], factor: float) -> None:
    """The names of horizontal lines, at their right end."""
    rising = sorted(levels, key=lambda point: point.value)
    gap = 0.06 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    heights = _apart([factor * point.value for point in rising], gap)
    for point, y in zip(rising, heights, strict=True):
        axes.annotate(f" {point.arm}", (1.0, y), xycoords=("axes fraction", "data"), fontsize=8, va="center")


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Rising heights, moved apart so that the words at them do not overlap."""
    centre = sum(heights) / max(1, len(heights))
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    shift = centre - sum(moved) / max(1, len(moved))
    return [height + shift for height in moved]


def _numbers(doses: Mapping[float, ArmSummary], levels: Sequence[ArmSummary], axis: str) -> Table:
    rows = [(f"{p:g}", arm) for p, arm in doses.items()] + [("", arm) for arm in levels]
    return Table(
        "Numbers in the picture",
        ("arm", axis, "accuracy % [95 %]", "answered"),
        tuple((arm.arm, p, _accuracy(arm), str(arm.answered)) for p, arm in rows),
    )


def _accuracy(arm: ArmSummary) -> str:
    return estimate(arm.accuracy, arm.accuracy_interval, "accuracy")
