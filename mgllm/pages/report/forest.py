"""The differences between arms with their intervals, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from mgllm.pages.report.section import PageContent, PageTable, Picture, Section, picture_per_row
from mgllm.pages.report.svg import ACCENT, FAINT, INK, drawing, new_figure, to_svg
from mgllm.pages.report.words import plain, short, signed
from mgllm.records import Effect, RowName

PANELS = {"accuracy": ("accuracy, points", 100.0, 1), "log_odds": ("log-odds of the target, nats", 1.0, 2)}
"""The two primary metrics: axis, factor, decimals."""
LEAD = (
    "Arm minus baseline over the items that both answered; to the right of the line the arm is better. "
    "Bars are 95 % intervals by person. Filled: the two contrasts that the claim needs. Open: exploratory. "
    "A point without a bar has no interval."
)


def forest_section(content: PageContent) -> Section | None:
    """One picture per scenario and model, tables alone where no pair is answered; null without contrasts."""

    def draw(name: str, row: RowName, effects: list[Effect]) -> Picture:
        return _picture(name, row, effects, content.other_tables.get(row.words, ()))

    effects = content.summary.effects
    shown = [e for e in effects if e.difference is not None and e.metric in PANELS]
    pictures = picture_per_row("forest", shown, draw)
    claims = [("All claims of this page", content.claim_tables)] if content.claim_tables else []
    bare = dict.fromkeys(e.row.words for e in effects if e.row not in {e.row for e in shown})
    undrawn = [(words, content.other_tables[words]) for words in bare if content.other_tables.get(words)]
    if not pictures and not claims and not undrawn:
        return None
    return Section("differences", "Differences between arms", LEAD, pictures, (*claims, *undrawn))


def _picture(name: str, row: RowName, effects: Sequence[Effect], tables: Sequence[PageTable]) -> Picture:
    metrics = [metric for metric in PANELS if any(e.metric == metric for e in effects)]
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
    label, factor, _ = PANELS[metric]
    axes.axvline(0, color=FAINT, linewidth=1)
    for effect in effects:
        y = lines.index((effect.arm, effect.baseline))
        x = factor * (effect.difference or 0.0)
        if effect.interval is not None:
            axes.plot([factor * end for end in effect.interval], [y, y], color=ACCENT, linewidth=1.6)
        fill = ACCENT if effect.primary else "none"
        axes.plot([x], [y], "o", color=ACCENT, markerfacecolor=fill, markersize=6)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks(range(len(lines)), [_contrast(*line) for line in lines] if first else [], color=INK)
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _contrast(arm: str, baseline: str) -> str:
    return short(arm) if arm == baseline else f"{short(arm)} − {short(baseline)}"


def _described(effects: Sequence[Effect]) -> str:
    return "; ".join(f"{_contrast(e.arm, e.baseline)}, {' '.join(_cells(e)[1:3])}" for e in effects)


def _numbers(effects: Sequence[Effect]) -> PageTable:
    return PageTable(
        "Numbers in the picture",
        ("contrast", "metric", "difference [95 %]", "p", "q", "pairs", "subjects"),
        tuple(_cells(effect) for effect in effects),
        names=2,
    )


def _cells(effect: Effect) -> tuple[str, ...]:
    label, factor, digits = PANELS[effect.metric]
    low, high = effect.interval or (None, None)
    span = (
        ""
        if low is None or high is None
        else f" [{plain(factor * low, digits)}, {plain(factor * high, digits)}]"
    )
    return (
        _contrast(effect.arm, effect.baseline),
        label,
        f"{signed(factor * (effect.difference or 0.0), digits)}{span}",
        _p(effect.p if effect.primary else None),
        _p(effect.q),
        str(effect.pairs),
        str(effect.subjects),
    )


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return "<.001" if p < 0.0005 else f"{p:.3f}".removeprefix("0")
