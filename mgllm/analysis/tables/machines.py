"""The formats for programs: csv and json, of everything or of the tables asked for."""

from __future__ import annotations

import json

from mgllm.analysis.tables.cells import csv_text
from mgllm.analysis.tables.flat import flat_csv
from mgllm.analysis.tables.long import long_csv
from mgllm.analysis.tables.plain import columns, plain_rows
from mgllm.analysis.tables.sections import Layout, table_format
from mgllm.records import Summary


@table_format("csv")
def plain_csv(summary: Summary, layout: Layout) -> str:
    """One CSV, in the shape asked for; for tables asked for by name only their rows."""
    if layout.names:
        return _tables(summary, layout.names)
    return long_csv(summary) if layout.shape == "long" else flat_csv(summary)


@table_format("json")
def whole_json(summary: Summary, layout: Layout) -> str:
    """The whole summary in any layout; for tables asked for by name their rows, unrounded."""
    if not layout.names:
        return summary.model_dump_json(by_alias=True, indent=2) + "\n"
    rows = {name: plain_rows(summary, name) for name in layout.names}
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _tables(summary: Summary, names: tuple[str, ...]) -> str:
    """The rows; with several tables, a first column says which."""
    rows = [
        ({"table": name} if len(names) > 1 else {}) | row
        for name in names
        for row in plain_rows(summary, name)
    ]
    shown = columns(rows)
    return csv_text(shown, ([row.get(name) for name in shown] for row in rows))
