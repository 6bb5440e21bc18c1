"""Tables of a sweep: the contrasts over the cells, where the variance is, and each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from mgllm.analysis.metric import headline, scale_of
from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.wording import change, difference, level, metric_words, number, span
from mgllm.records import Sweep, SweptCell, SweptContrast, VariancePart, VarianceSplit

AXES = ("wording", "order", "style")
PARTS: Mapping[VariancePart, str] = {
    "item": "item",
    "wording": "wording",
    "order": "order",
    "style": "style",
    "cell": "together",
    "item_cell": "item × these",
    "resample": "resample",
}
"""Headers of the parts of the variance."""
VARIANCE_WORDS = (
    "Standard deviation of each part, and in brackets its share of the variance in %. item: items differ. "
    "wording, order, style: the mean over items moves with them. together: it moves with their combinations. "
    "item × these: single items move with them. resample: the same question again, with another seed and "
    "other donors; without seeds in the sweep, all that the other parts do not explain.",
    "A part with few levels, such as three wordings, is known only roughly.",
)
CELLS_WORDS = (
    "Each cell by itself is exploratory: no claim is tested on one, and the best of many cells is not a "
    "finding."
)


def sweep_tables(found: Sequence[Sweep], *, brief: bool = False) -> Iterable[Table]:
    """Up to three tables for each question that was asked in several cells; in a brief layout the
    first alone, of a sweep in one run."""
    for sweep in found:
        if brief and not sweep.cells:
            continue
        if sweep.contrasts:
            yield RANGE.table(sweep.contrasts, _about_range(sweep))
        if brief:
            continue
        if sweep.variance:
            table = VARIANCE.table(sweep.variance, _about_variance(sweep.variance))
            yield replace(table, label="sweep-variance")
        if sweep.cells:
            yield replace(_cells(sweep), label="sweep-cells")


def _others(each: SweptContrast) -> str:
    return span(each.other_wordings, each.metric)


def _end(value: float | None, cell: str, metric: str) -> str:
    return "" if value is None else f"{change(value, metric)} ({cell})"


RANGE = TableSpec[SweptContrast](
    "Primary contrasts over the cells of the sweep",
    name="sweep",
    names=2,
    columns=[
        ("contrast", lambda each: f"{each.arm} − {each.baseline}"),
        ("metric", lambda each: metric_words(each.row, each.metric)),
        (
            "mean [95 %, these wordings]",
            lambda each: f"{change(each.difference, each.metric)} {span(each.interval, each.metric)}".strip(),
        ),
        ("[95 %, other wordings]", _others),
        ("worst cell", lambda each: _end(each.worst, each.worst_cell, each.metric)),
        ("best cell", lambda each: _end(each.best, each.best_cell, each.metric)),
        ("above 0", lambda each: f"{each.above} of {each.cells}"),
    ],
)


def _about_range(sweep: Sweep) -> Iterable[str]:
    yield (
        f"Each item is asked in every cell ({sweep.row.averaged or 'one cell'}), and its cells are averaged "
        "before anything else is computed; the interval leaves out one subject at a time and is about these "
        "cells only."
    )
    for why in dict.fromkeys(each.why_not for each in sweep.contrasts if each.why_not):
        yield f"No interval for other wordings: {why}."
    if any(each.other_wordings for each in sweep.contrasts):
        yield (
            "Other wordings: subjects and wordings are both taken as drawn at random (Satterthwaite); orders "
            "and styles stay as they are."
        )
    yield "b:c and the items gained and lost are those of the first cell."
    yield from (f"{name} left out: {why}." for name, why in sweep.left_out.items())


def _part(name: VariancePart, split: VarianceSplit) -> str:
    """ "4.1 (12)": standard deviation in the metric's scale, and percent of the variance."""
    if name not in split.parts:
        return ""
    scale, total = scale_of(split.metric), sum(split.parts.values())
    share = 100 * split.parts[name] / total if total else 0.0
    deviation = number(scale.factor * split.parts[name] ** 0.5, scale.digits)
    return f"{deviation} ({number(share, 0)})"


VARIANCE = TableSpec[VarianceSplit](
    "Where the variance is",
    name="sweep",
    names=2,
    columns=[
        ("of", lambda split: f"{split.arm} − {split.baseline}" if split.baseline else split.arm),
        ("metric", lambda split: metric_words(split.row, split.metric)),
        *((header, partial(_part, name)) for name, header in PARTS.items()),
    ],
)


def _about_variance(splits: Sequence[VarianceSplit]) -> Iterable[str]:
    yield from VARIANCE_WORDS
    negative, parts = sum(len(each.negative) for each in splits), sum(len(each.parts) for each in splits)
    if negative:
        are = "part is" if negative == 1 else "parts are"
        yield f"{negative} of {parts} {are} negative by the method of moments and shown as 0."


def _cells(sweep: Sweep) -> Table:
    """A row for each cell, in the headline metric, with a column for each primary contrast."""
    names = [cell.row for cell in sweep.cells]
    axes = [axis for axis in AXES if len({getattr(row, axis) for row in names}) > 1]
    contrasts = dict.fromkeys((each.arm, each.baseline) for each in sweep.contrasts)
    arms = dict.fromkeys(name for names in contrasts for name in names)
    spec = TableSpec[SweptCell](
        f"Each cell of the sweep: {metric_words(sweep.row, headline())} (exploratory)",
        name="sweep",
        names=len(axes),
        columns=[
            *((axis, partial(_named, axis)) for axis in axes),
            *((arm, partial(_arm, arm)) for arm in arms),
            *((f"{arm} − {baseline} [95 %]", partial(_effect, arm, baseline)) for arm, baseline in contrasts),
        ],
    )
    return spec.table(sweep.cells, [CELLS_WORDS])


def _named(axis: str, cell: SweptCell) -> str:
    return str(getattr(cell.row, axis) or "")


def _arm(name: str, cell: SweptCell) -> str:
    return next((level(arm.level(headline()), headline()) for arm in cell.arms if arm.arm == name), "")


def _effect(arm: str, baseline: str, cell: SweptCell) -> str:
    about = (arm, baseline, headline())
    return next((difference(e) for e in cell.effects if (e.arm, e.baseline, e.metric) == about), "")
