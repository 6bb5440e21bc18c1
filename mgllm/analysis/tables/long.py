"""The long shape: one number a line, for a reader's own plots and models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mgllm.analysis.metric import headline, known_metrics
from mgllm.analysis.statistics.probes import marks, place_of
from mgllm.analysis.tables.cells import Value, csv_text
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.wording import change, estimate, metric_words, p_words, span
from mgllm.records import ArmBias, ArmSummary, Effect, RowName, Share, Summary, Sweep

if TYPE_CHECKING:
    import pandas as pd

LATER = tuple(name for name, field in RowName.model_fields.items() if field.exclude_if is not None)
"""Parts of a row's name that few runs have: columns at the end, if there are any."""
NAMES = tuple(name for name in RowName.model_fields if name not in LATER)

Interval = tuple[float, float] | None


class Number(NamedTuple):
    """One number with its interval and p."""

    row: RowName
    about: str
    """arm, effect, bias, slice, attribution, probe; of a sweep also cell, other_wordings and
    variance."""
    slice: str
    """covariate=value, gesture=name, part=name or probe=name, or nothing."""
    arm: str
    baseline: str
    """Empty unless it is a difference."""
    metric: str
    """As in `Effect.metric`, or the share's name: refused, unparsed, position_1 …"""
    value: float
    """In the metric's own unit; of variance in its square."""
    interval: Interval
    p: float | None
    q: float | None
    n: int
    """Number of items, pairs or answers."""
    subjects: int


def numbers(summary: Summary) -> list[Number]:
    """Every level, difference and share of a summary, in table order."""
    return [
        *(number for arm in summary.arms for number in _of_arm(arm)),
        *(number for effect in summary.effects for number in _of_effect(effect)),
        *(
            number._replace(about="attribution", slice=f"gesture={each.gesture.words}")
            for each in summary.attribution
            for number in _of_effect(each.effect)
        ),
        *(number for bias in summary.bias for number in _of_bias(bias)),
        *(number for sweep in summary.sweeps for number in _of_sweep(sweep)),
        *(
            number._replace(about="slice", slice=f"{part.covariate}={part.value}")
            for part in summary.slices
            for found in (*map(_of_arm, part.arms), *map(_of_effect, part.effects))
            for number in found
        ),
        *(
            Number(
                each.row, "probe", f"probe={each.probe}", "", "", "balanced_accuracy", each.balanced_accuracy,
                each.interval, each.p, None, each.answered, each.subjects,
            )
            for each in summary.probes
            if each.balanced_accuracy is not None
        ),
    ]  # fmt: skip


def long_rows(summary: Summary) -> tuple[list[str], list[list[Value]]]:
    """Columns, and a row for each number; `low` and `high` are the 95 % interval."""
    found = numbers(summary)
    later = [name for name in LATER if any(getattr(each.row, name) is not None for each in found)]
    columns = [
        *("about", *NAMES, "slice", "arm", "baseline", "metric", "value", "low", "high", "p", "q", "n"),
        *("subjects", *later),
    ]
    rows, known = [_long_row(each, later) for each in found], marks(summary.probes)
    if not known:
        return columns, rows
    marked = [place_of(each.row) in known for each in found]
    return [*columns, "metadata_known"], [[*row, mark] for row, mark in zip(rows, marked, strict=True)]


def _long_row(each: Number, later: Sequence[str]) -> list[Value]:
    low, high = each.interval or (None, None)
    names = [getattr(each.row, name) for name in NAMES]
    about = [each.about, *names, each.slice, each.arm, each.baseline, each.metric]
    values = [each.value, low, high, each.p, each.q, each.n, each.subjects]
    return [*about, *values, *(getattr(each.row, name) for name in later)]


def long_csv(summary: Summary) -> str:
    """One number a line, plain and unrounded."""
    return csv_text(*long_rows(summary))


def long_frame(summary: Summary) -> pd.DataFrame:
    """The same as a data frame; what a number does not have is missing."""
    import pandas as pd

    columns, rows = long_rows(summary)
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(("value", "low", "high", "p", "q"), "float64"))


def long_table(found: Iterable[Number]) -> Table:
    """The same for people: one number a line, rounded."""
    return Table(
        title="Every number, one a line",
        header=("arm", "metric", "value [95 %]", "p", "q", "n", "subjects"),
        rows=tuple(
            (
                " ".join(filter(None, [f"{n.arm} − {n.baseline}" if n.baseline else n.arm, n.slice])),
                metric_words(n.row, n.metric) if n.about != "bias" else n.metric.replace("_", " "),
                _shown(n),
                p_words(n.p),
                p_words(n.q),
                str(n.n),
                str(n.subjects),
            )
            for n in found
        ),
        names=2,
    )


def _shown(number: Number) -> str:
    metric = number.metric if number.about != "bias" else headline()
    if not number.baseline:
        return estimate(number.value, number.interval, metric)
    return f"{change(number.value, metric)} {span(number.interval, metric)}".strip()


def _of_arm(arm: ArmSummary) -> list[Number]:
    return [
        Number(
            arm.row, "arm", "", arm.arm, "", metric.name, value,
            arm.accuracy_interval if metric.headline else None, None, None,
            arm.answered - (arm.censored if metric.scored else 0), arm.subjects,
        )
        for metric in known_metrics()
        if (value := arm.level(metric.name)) is not None
    ]  # fmt: skip


def _of_effect(effect: Effect) -> list[Number]:
    if effect.difference is None:
        return []
    return [
        Number(
            effect.row, "effect", "", effect.arm, effect.baseline, effect.metric, effect.difference,
            effect.interval, effect.p, effect.q, effect.pairs, effect.subjects,
        )
    ]  # fmt: skip


def _of_sweep(sweep: Sweep) -> Iterable[Number]:
    """Each cell, the intervals for other wordings, and the parts of the variance."""
    for cell in sweep.cells:
        for numbers_of_one in (*map(_of_arm, cell.arms), *map(_of_effect, cell.effects)):
            yield from (one._replace(about="cell") for one in numbers_of_one)
    items = max((cell_arm.n for cell in sweep.cells for cell_arm in cell.arms), default=0)
    for each in sweep.contrasts:
        if each.other_wordings is not None and each.difference is not None:
            yield Number(
                sweep.row, "other_wordings", "", each.arm, each.baseline, each.metric, each.difference,
                each.other_wordings, None, None, items, 0,
            )  # fmt: skip
    for split in sweep.variance:
        for part, value in split.parts.items():
            yield Number(
                sweep.row, "variance", f"part={part}", split.arm, split.baseline or "", split.metric, value,
                None, None, None, split.n, 0,
            )  # fmt: skip


def _of_bias(bias: ArmBias) -> list[Number]:
    shares: list[tuple[str, Share | None]] = [
        *((f"position_{nth}", share) for nth, share in enumerate(bias.positions, 1)),
        ("refused", bias.refused),
        ("unparsed", bias.unparsed),
        ("censored", bias.censored),
    ]
    return [
        Number(
            bias.row, "bias", "", bias.arm, "", name, share.value, share.interval, None, None,
            bias.items, bias.subjects,
        )
        for name, share in shares
        if share is not None
    ]  # fmt: skip
