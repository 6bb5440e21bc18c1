"""The table of the probes, and the line below every table of a model that they mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from mgllm.analysis.statistics.cautions import METADATA
from mgllm.analysis.statistics.probes import marks, place_of
from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.tables.naming import HEADERS, differing, parts, shared
from mgllm.analysis.tables.remarks import grouped
from mgllm.analysis.wording import capital, estimate, level, number, p_words
from mgllm.records import ProbeSummary, RowName, Summary

ABOUT = (
    "metadata shows an item's covariates and asks the question; labels-only and question-only show nothing "
    "of an item. p is for no difference from a constant answer, by subject."
)

OTHERS = "references"
"""A table with no number of a model."""


def probe_table(rows: Sequence[ProbeSummary]) -> Iterable[Table]:
    """What was answered to each probe; nothing without probes."""
    if not rows:
        return
    names = [row.row for row in rows]
    about = differing(names)
    columns = [(HEADERS[n] or "cues, run", partial(_part, n)) for n in about]
    spec = TableSpec[ProbeSummary](
        "Answers without speech and gestures (probes)",
        name="probes",
        names=len(about) + 1,
        columns=[
            *columns,
            ("probe", lambda row: row.probe),
            ("answered", lambda row: f"{row.answered} of {row.n}"),
            ("answer shares %", _shares),
            ("balanced acc. % [95 %]", _balanced),
            ("constant %", lambda row: level(row.constant, "balanced_accuracy")),
            ("p", lambda row: p_words(row.p)),
        ],
    )
    asked = [f"Asked: {shared(names)}."] if shared(names) else []
    yield spec.table(rows, [*asked, ABOUT, *_cautions(rows)])


def marked(tables: Sequence[Table], summary: Summary, rows: Sequence[RowName]) -> tuple[Table, ...]:
    """The tables, each with a line about every marked model among their rows, unless it has one."""
    found = marks(summary.probes)
    lines = {capital(f"{found[place_of(row)]}: {row.scenario}, {row.model}."): row for row in rows
             if place_of(row) in found}  # fmt: skip
    start = capital(METADATA)
    return tuple(
        table
        if table.name == OTHERS or any(remark.startswith(start) for remark in table.remarks)
        else replace(table, remarks=(*table.remarks, *lines))
        for table in tables
    )


def _part(n: int, row: ProbeSummary) -> str:
    return parts(row.row)[n]


def _shares(row: ProbeSummary) -> str:
    return ", ".join(f"{label} {number(100 * share, 0)}" for label, share in row.answer_shares.items())


def _balanced(row: ProbeSummary) -> str:
    return estimate(row.balanced_accuracy, row.interval, "balanced_accuracy")


def _cautions(rows: Sequence[ProbeSummary]) -> Iterable[str]:
    about: dict[str, list[str]] = {}
    for row in rows:
        for flag in row.flags:
            about.setdefault(flag, []).append(row.probe)
    return grouped(about, len(rows))
