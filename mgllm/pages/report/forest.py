"""The differences between arms with their intervals: the key plot, and all of them scenario by
scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mgllm.analysis.metric import scale_of
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import axis_words, contrast_words, difference, metric_words, p_words
from mgllm.pages import visible
from mgllm.pages.plots.forest import draw_forest, forest_effects, key_effects
from mgllm.pages.plots.look import NARROW, WIDE, Look
from mgllm.pages.plots.series import series_of
from mgllm.pages.report.section import PageContent, Picture, Section, in_both_widths, names_of, section
from mgllm.records import Effect

READ = (
    "To the right of the line the first arm is better. Bars are 95 % intervals by person; a point without a "
    "bar has no interval. A hollow point is not reliable; the sign beside it says why."
)
LEAD = f"{READ} Thick bars: the contrasts that the claim needs. Thin bars: exploratory."
FIRST_SCREEN: Mapping[Look, float] = {WIDE: 3.9, NARROW: 2.9}
"""Largest height of the key plot's lines in inches, so that it is visible without scrolling."""


def key_picture(content: PageContent) -> Picture | None:
    """The contrasts of the claim, for all models and scenarios of the page in one plot; null
    without any."""
    effects = key_effects(content.summary)
    return _picture("key", "What the gestures add", effects) if effects else None


@section("differences")
def forest_section(content: PageContent) -> Section | None:
    """One picture per scenario, only tables if no pair is answered; null without contrasts."""
    effects = content.summary.effects
    several = len({effect.row.scenario for effect in effects}) > 1
    pictures = []
    for number, (scenario, between) in enumerate(dict.fromkeys(map(_kind, effects))):
        about = [effect for effect in effects if _kind(effect) == (scenario, between)]
        shown = forest_effects(about)
        if shown:
            words = [scenario] if several else []
            caption = ", ".join([*words, "between runs"] if between else words)
            pictures.append(_picture(f"forest{number}", caption, shown, _tables(content, shown)))
    drawn = {effect.row for effect in forest_effects(effects)}
    bare = dict.fromkeys(effect.row.words for effect in effects if effect.row not in drawn)
    alone = [*bare, *(heading for heading in content.other_tables if heading not in _rows(content))]
    names = _rows(content)
    undrawn = [(names.get(h, h), content.other_tables[h]) for h in alone if content.other_tables.get(h)]
    claims = [("", content.claim_tables)] if content.claim_tables else []
    if not pictures and not claims and not undrawn:
        return None
    return Section("differences", "Differences between arms", LEAD, pictures, (*claims, *undrawn), order=10)


def _kind(effect: Effect) -> tuple[str, bool]:
    """Its scenario, and whether it compares one arm between two runs."""
    return effect.row.scenario, effect.arm == effect.baseline


def _picture(
    name: str,
    caption: str,
    effects: Sequence[Effect],
    further: Sequence[tuple[str, Sequence[Table]]] = (),
) -> Picture:
    def draw(look: Look) -> object:
        return draw_forest(effects, look, None if further else FIRST_SCREEN[look])

    wide, narrow = in_both_widths(draw, name, f"Differences: {caption}", _described(effects))
    tables = (_numbers(effects),) if further else ()
    return Picture(caption, wide, tables, narrow, further)


def _tables(content: PageContent, effects: Sequence[Effect]) -> list[tuple[str, Sequence[Table]]]:
    """The tables of each row, under its name."""
    rows, names = dict.fromkeys(effect.row.words for effect in effects), _rows(content)
    return [(names[words], content.other_tables.get(words, ())) for words in rows]


def _rows(content: PageContent) -> Mapping[str, str]:
    """Short names of all rows of the page, by their words."""
    return names_of([*(arm.row for arm in content.summary.arms), *(e.row for e in content.summary.effects)])


def _described(effects: Sequence[Effect]) -> str:
    series = series_of(effect.row for effect in effects)
    scenarios = len({effect.row.scenario for effect in effects}) > 1
    parts = []
    for effect in effects:
        who = [series[effect.row].words] if len(set(series.values())) > 1 else []
        where = [effect.row.scenario] if scenarios else []
        flags = f" ({'; '.join(effect.flags)})" if effect.flags else ""
        numbers = (axis_words(effect.row, effect.metric), difference(effect))
        parts.append(" ".join([*where, *who, f"{contrast_words(effect)},", *numbers]) + flags)
    return visible("; ".join(parts))


def _numbers(effects: Sequence[Effect]) -> Table:
    series = series_of(effect.row for effect in effects)
    several = len(set(series.values())) > 1
    flagged = any(effect.flags for effect in effects)
    return Table(
        "Numbers in the picture",
        (
            *(("model",) if several else ()),
            *("contrast", "metric", "difference [95 %]", "p", "q", "pairs", "subjects"),
            *(("caution",) if flagged else ()),
        ),
        tuple(
            (
                *((series[e.row].words,) if several else ()),
                *_cells(e),
                *(("; ".join(e.flags),) if flagged else ()),
            )
            for e in effects
        ),
        names=3 if several else 2,
    )


def _cells(effect: Effect) -> tuple[str, ...]:
    return (
        contrast_words(effect),
        ", ".join(filter(None, [metric_words(effect.row, effect.metric), scale_of(effect.metric).unit])),
        difference(effect),
        p_words(effect.p if effect.primary else None),
        p_words(effect.q),
        str(effect.pairs),
        str(effect.subjects),
    )
