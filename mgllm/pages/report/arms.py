"""What was answered and how well, arm by arm."""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.analysis.wording import estimate
from mgllm.pages import visible
from mgllm.pages.plots.accuracy import draw_accuracy, scored_arms
from mgllm.pages.plots.look import Look
from mgllm.pages.plots.series import series_of
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, names_of, section
from mgllm.records import ArmSummary

LEAD = (
    "A failure is never an answer: the four outcomes are counted separately. Bars are 95 % intervals by "
    "person, over the items that were answered in the arm. To compare two arms, use the interval of their "
    "difference above, not these bars."
)


@section("arms")
def arms_section(content: PageContent) -> Section | None:
    """A picture for each scenario with all models, and the tables."""
    names = names_of(arm.row for arm in content.summary.arms)
    found = content.arm_tables.items()
    shown = tuple((names.get(heading, heading), tables) for heading, tables in found if tables)
    several = len({arm.row.scenario for arm in content.summary.arms}) > 1
    arms = scored_arms(content.summary.arms)
    pictures = [
        _picture(
            f"accuracy{number}",
            scenario if several else "",
            [arm for arm in arms if arm.row.scenario == scenario],
        )
        for number, scenario in enumerate(dict.fromkeys(arm.row.scenario for arm in arms))
    ]
    return Section("arms", "Arms", LEAD, pictures, shown, order=20) if shown else None


def _picture(name: str, caption: str, arms: Sequence[ArmSummary]) -> Picture:
    def draw(look: Look) -> object:
        return draw_accuracy(arms, look)

    wide, narrow = in_both_widths(draw, name, f"Accuracy by arm: {caption}".rstrip(": "), _described(arms))
    return Picture(caption, wide, narrow=narrow)


def _described(arms: Sequence[ArmSummary]) -> str:
    series = series_of(arm.row for arm in arms)
    several = len(set(series.values())) > 1
    return visible(
        "; ".join(
            f"{series[arm.row].words + ' ' if several else ''}{arm.arm}: "
            f"{estimate(arm.accuracy, arm.accuracy_interval, 'accuracy')} % right"
            for arm in arms
        )
    )
