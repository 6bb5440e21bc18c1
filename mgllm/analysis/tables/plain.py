"""One table for programs: its rows with the field names of `summary.json`, numbers plain and
unrounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mgllm.analysis.tables.flat import flat_lines
from mgllm.analysis.tables.names import why_empty
from mgllm.analysis.tables.verdict import verdicts
from mgllm.errors import InputError
from mgllm.records import RowName, Summary

Row = dict[str, Any]
Wanted = Callable[[Row], bool]
"""Whether a table shows a line."""
BY_LABEL = ("answer_shares", "exposures")
"""Fields with a column for each label or exposure."""
OF_ROW = tuple(RowName.model_fields)
"""The parts of a row's name: columns of every table."""
OUTCOMES = (
    *("n", "subjects", "answered", "unparsed", "refused", "failed", "censored", "few_draws", "constant"),
    *("answer_shares", "exposures", "cue_tokens", "flags"),
)
CONTRAST = ("arm", "baseline", "metric", "pairs", "subjects", "difference")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "models": (
        *("arm", "n", "subjects", "answered", "accuracy", "accuracy_interval", "log_odds", "constant"),
        *("exposures", "flags"),
    ),
    "outcomes": ("arm", *OUTCOMES),
    "contrasts": (
        *(*CONTRAST, "effective_subjects", "largest_cluster", "arm_value", "baseline_value", "se"),
        *(
            "interval",
            "df",
            "rule",
            "p",
            "margin",
            "equivalence_p",
            "equivalence_interval",
            "leaked",
            "exposure_unknown",
            "flags",
        ),
    ),
    "checks": (
        *(*CONTRAST, "detectable", "sign_flip_p", "bca_interval", "by_subject", "by_subject_interval"),
        *("b", "c", "mcnemar_p"),
    ),
    "missing": (
        *(*CONTRAST, "missing", "lacking", "strict", "bounds", "worst", "arm_censored", "baseline_censored"),
        "sign_changes",
    ),
}
"""Columns of the tables that show only a part of their fields; the others show all."""


def plain_rows(summary: Summary, name: str) -> list[Row]:
    """The rows of a table.

    Raises:
        InputError: there is none.
    """
    rows = [row for row in _all_rows(summary, name) if row]
    if not rows:
        raise InputError(why_empty(name))
    kept = COLUMNS.get(name)
    return rows if kept is None else [_only(row, kept) for row in rows]


def columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of the rows in order, without those that are empty everywhere."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if any(row.get(name) not in (None, "") for row in rows)]


def _all_rows(summary: Summary, name: str) -> Iterable[Row]:
    if name == "verdict":
        return _verdict_rows(summary)
    tables, wanted = WHERE[name]
    return (row for table, row in flat_lines(summary) if table in tables and wanted(row))


def _verdict_rows(summary: Summary) -> Iterable[Row]:
    for verdict in verdicts(summary):
        for nth, line in enumerate(verdict.lines, 1):
            about = {"scenario": verdict.scenario, "items": verdict.items, "supported": verdict.supported}
            yield {**about, "line": nth, "words": line}


def _only(row: Row, kept: Sequence[str]) -> Row:
    names = [name for name in OF_ROW if name in row]
    names += [name for field in kept for name in row if _of(name, field)]
    return {name: row[name] for name in names}


def _of(name: str, field: str) -> bool:
    """Whether a column is of a field: itself, an end of its interval, or one label's or
    exposure's."""
    ends = (f"{field}_low", f"{field}_high")
    return name == field or name in ends or (field in BY_LABEL and name.startswith(f"{field}_"))


def _any(row: Row) -> bool:
    return True


def _primary(row: Row) -> bool:
    return bool(row["primary"])


def _exploratory(row: Row) -> bool:
    return not row["primary"]


def _scored(row: Row) -> bool:
    """Arms with an accuracy or an agreement: others have nothing to show."""
    return row["accuracy"] is not None or row["agreement"] is not None


def _missing(row: Row) -> bool:
    return bool(row["primary"] and (row["strict"] is not None or row["worst"] is not None))


def _placed(row: Row) -> bool:
    return "position_1" in row


def _declined(row: Row) -> bool:
    return any(row.get(f"{what}_share") for what in ("refused", "unparsed", "censored"))


WHERE: Mapping[str, tuple[tuple[str, ...], Wanted]] = {
    "models": (("arms",), _scored),
    "claims": (("claims",), _any),
    "registered": (("registered",), _any),
    "outcomes": (("arms",), _any),
    "scores": (("arms",), _scored),
    "contrasts": (("effects",), _primary),
    "checks": (("effects",), _primary),
    "missing": (("effects",), _missing),
    "exploratory": (("effects",), _exploratory),
    "probes": (("probes",), _any),
    "sweep": (("sweep_contrasts", "sweep_variance", "sweep_arms", "sweep_effects"), _any),
    "flips": (("flips",), _any),
    "positions": (("bias",), _placed),
    "declined": (("bias",), _declined),
    "slices": (("slice_arms", "slice_effects"), _any),
    "gestures": (("attribution",), _any),
    "dose": (("doses",), _any),
    "references": (("references",), _any),
    "gee": (("gee",), _any),
}
"""For each table, the lines of the flat csv that it shows."""
