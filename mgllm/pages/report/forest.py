"""The differences between arms with their intervals, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from mgllm.analysis.metric import known_metrics, scale_of
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import axis_words, difference, p_words
from mgllm.pages.report.section import PageContent, Picture, Section, picture_per_row, section
from mgllm.pages.plots.look import ACCENT, FAINT, INK
from mgllm.pages.plots.svg import drawing, new_figure, short, to_svg
from mgllm.records import Effect, RowName

LEAD = (
    "Arm minus baseline over the items that both answered; to the right of the line the arm is better. "
    "Bars are 95 % intervals by person. Filled: the two contrasts that the claim needs. Open: exploratory. "
    "A point without a bar has no interval."
)


@section("differences")
def forest_section(content: PageContent) -> Section | None:
    """One picture per scenario and model, tables alone where no pair is answered; null without contrasts."""

    def draw(name: str, row: RowName, effects: list[Effect]) -> Picture:
        return _picture(name, row, effects, content.other_tables.get(row.words, ()))

    effects = content.summary.effects
    shown = [e for e in effects if e.difference is not None and e.metric in _panels()]
    pictures = picture_per_row("forest", shown, draw)
    claims = [("All claims of this page", content.claim_tables)] if content.claim_tables else []
    bare = dict.fromkeys(e.row.words for e in effects if e.row not in {e.row for e in shown})
    undrawn = [(words, content.other_tables[words]) for words in bare if content.other_tables.get(words)]
    if not pictures and not claims and not undrawn:
        return None
    return Section("differences", "Differences between arms", LEAD, pictures, (*claims, *undrawn), order=10)


def _picture(name: str, row: RowName, effects: Sequence[Effect], tables: Sequence[Table]) -> Picture:
    metrics = [metric for metric in _panels() if any(e.metric == metric for e in effects)]
    lines = list(dict.fromkeys((e.arm, e.baseline) for e in effects))
    with drawing():
        figure, axes = new_figure(2.6 + 3.4 * len(metrics), 0.9 + 0.3 * len(lines), (1, len(metrics)))
        for place, metric in enumerate(metrics):
            _draw(axes[0, place], [e for e in effects if e.metric == metric], lines, metric, first=place == 0)
        svg = to_svg(figure, name, f"Differences: {row.words}", _described(effects))
    return Picture(row.words, Markup(svg), (_numbers(effects), *tables))  # noqa: S704  # already markup


def _draw(
    axes: Any, effects: Sequence[Effect], lines: Sequence[tuple[str, str]], metric: str, *, first: bool
) -> None:
    scale = scale_of(metric)
    axes.axvline(0, color=FAINT, linewidth=1)
    for effect in effects:
        y = lines.index((effect.arm, effect.baseline))
        x = scale.factor * (effect.difference or 0.0)
        if effect.interval is not None:
            axes.plot([scale.factor * end for end in effect.interval], [y, y], color=ACCENT, linewidth=1.6)
        fill = ACCENT if effect.primary else "none"
        axes.plot([x], [y], "o", color=ACCENT, markerfacecolor=fill, markersize=6)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks(range(len(lines)), [_contrast(*line) for line in lines] if first else [], color=INK)
    axes.set_xlabel(axis_words(effects[0].row, metric))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _panels() -> list[str]:
    """The primary metrics."""
    return [metric.name for metric in known_metrics() if metric.primary]


def _contrast(arm: str, baseline: str) -> str:
    return short(arm) if arm == baseline else f"{short(arm)} − {short(baseline)}"


def _described(effects: Sequence[Effect]) -> str:
    return "; ".join(f"{_contrast(e.arm, e.baseline)}, {' '.join(_cells(e)[1:3])}" for e in effects)


def _numbers(effects: Sequence[Effect]) -> Table:
    return Table(
        "Numbers in the picture",
        ("contrast", "metric", "difference [95 %]", "p", "q", "pairs", "subjects"),
        tuple(_cells(effect) for effect in effects),
        names=2,
    )


def _cells(effect: Effect) -> tuple[str, ...]:
    return (
        _contrast(effect.arm, effect.baseline),
        axis_words(effect.row, effect.metric),
        difference(effect),
        p_words(effect.p if effect.primary else None),
        p_words(effect.q),
        str(effect.pairs),
        str(effect.subjects),
    )
