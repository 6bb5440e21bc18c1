"""Columns of the tables on flipped items and on several models or scenarios, and the wide shape."""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.wording import contrast_words, difference, number, p_words, span
from mgllm.records import Effect, Flips, Gee, GeeTerm

FLIPPED = TableSpec[Flips]("Items gained and lost (first epoch)", names=1)
GEE = TableSpec[GeeTerm]("Log odds ratios of a correct answer, against the reference", names=1)
WIDE = "Differences [95 %], one contrast a line"


@FLIPPED.column("contrast")
def _contrast(flips: Flips) -> str:
    return flips.arm if flips.arm == flips.baseline else f"{flips.arm} − {flips.baseline}"


@FLIPPED.column("gained")
def _gained(flips: Flips) -> str:
    return str(flips.gained)


@FLIPPED.column("lost")
def _lost(flips: Flips) -> str:
    return str(flips.lost)


@GEE.column("term")
def _term(term: GeeTerm) -> str:
    return term.term


@GEE.column("log odds ratio [95 %]")
def _estimate(term: GeeTerm) -> str:
    return f"{number(term.estimate, 2, plus=True)} {span(term.interval, 'log_odds')}"


@GEE.column("p")
def _p(term: GeeTerm) -> str:
    return p_words(term.p)


@GEE.column("q")
def _q(term: GeeTerm) -> str:
    return p_words(term.q)


def gee_words(gee: Gee) -> list[str]:
    """What was fitted, and on how much."""
    about = f"{gee.rows:,} answers about {gee.subjects} subjects ({gee.effective_subjects:.1f} effective)"
    return [
        f"{gee.formula}, logistic GEE, exchangeable within subject (working correlation "
        f"{number(gee.correlation, 3)}), bias-reduced covariance; {about}.",
        f"Reference: {gee.reference}. A line with × is how much more the arm does there than in it.",
        *(
            f"{flag[:1].upper()}{flag[1:]} between the models: a difference may be due to that."
            for flag in gee.flags
        ),
    ]


def flipped_words(flips: Sequence[Flips]) -> list[str]:
    """The ids, a line per contrast and direction."""
    return [
        f"{_contrast(each)}, {word}: {', '.join(items)}."
        for each in flips
        for word, items in (("gained", each.gained_items), ("lost", each.lost_items))
        if items
    ]


def wide_table(effects: Sequence[Effect], remarks: Sequence[str]) -> Table:
    """One line per contrast, a column per metric: what fits a paper."""
    metrics = [m for m in known_metrics() if any(effect.metric == m.name for effect in effects)]
    cells: dict[str, dict[str, Effect]] = {}
    for effect in effects:
        cells.setdefault(contrast_words(effect), {})[effect.metric] = effect
    return Table(
        title=WIDE,
        header=("contrast", "pairs", *(metric.scale.name for metric in metrics)),
        rows=tuple(
            (
                words,
                str(max(effect.pairs for effect in found.values())),
                *(_cell(found.get(metric.name)) for metric in metrics),
            )
            for words, found in cells.items()
        ),
        names=1,
        remarks=tuple(remarks),
    )


def _cell(effect: Effect | None) -> str:
    if effect is None:
        return ""
    return difference(effect)
