"""CSV for machines: every arm, effect and claim in a line, numbers plain and unrounded."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from mgllm.records import ArmSummary, Claim, Effect, Frozen, RowName, Summary

PAIRS = {"interval", "accuracy_interval", "bca_interval", "bounds"}
"""Fields that become two columns, `…_low` and `…_high`."""


def flat_csv(summary: Summary) -> str:
    """A summary as one CSV; the column `table` says arms, effects or claims; notes are left out.

    Columns carry the names of the fields of `summary.json`; shares and exposures have a column each.
    """
    rows = [
        {"table": table, **_flat(row)}
        for table, found in (("arms", summary.arms), ("effects", summary.effects), ("claims", summary.claims))
        for row in found
    ]
    text = StringIO()
    writer = csv.DictWriter(text, _columns(rows), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Columns of the models in their order, then those of labels and exposures that occur."""
    fixed = ["table"]
    for model in (ArmSummary, Effect, Claim):
        for name in model.model_fields:
            fixed += RowName.model_fields if name == "row" else _names(name)
    found = [name for row in rows for name in row if name.startswith(("answer_shares_", "exposures_"))]
    return list(dict.fromkeys([*fixed, *found]))


def _names(field: str) -> list[str]:
    if field in PAIRS:
        return [f"{field}_low", f"{field}_high"]
    return [] if field in {"answer_shares", "exposures"} else [field]


def _flat(row: Frozen) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in row.model_dump().items():
        if name in PAIRS:
            low, high = value or ("", "")
            values |= {f"{name}_low": low, f"{name}_high": high}
        elif name == "row":
            values |= value
        elif isinstance(value, Mapping):
            values |= {f"{name}_{key}": part for key, part in value.items()}
        else:
            values[name] = "; ".join(value) if isinstance(value, tuple) else value
    return values
