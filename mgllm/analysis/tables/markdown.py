"""Markdown that also reads well in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from textwrap import wrap

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.sections import Layout, lay_out, table_format
from mgllm.records import Summary

WIDTH = 118
"""Letters to a line of prose."""

MARKUP = re.compile(r"[\\|`*]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<=\])\(|(?<!\w)_|_(?!\w)|~(?=~)")
"""What a markdown reader would take for markup, and what would end a cell."""


@table_format("md")
def markdown(summary: Summary, layout: Layout) -> str:
    """A report as markdown, columns aligned."""
    report = lay_out(summary, layout)
    blocks = [_table(table) for table in report.claims]
    for section in report.sections:
        blocks += [f"## {escape(section.heading)}", *(_table(table) for table in section.tables)]
    if report.notes:
        blocks += ["## Notes", _bullets(report.notes)]
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text in one line that stays text.

    >>> escape("a|b <script>")
    'a\\\\|b \\\\<script>'
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _table(table: Table) -> str:
    cells = [[escape(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(3, *(len(row[n]) for row in cells)) for n in range(len(table.header))]
    header, *rows = [_row(row, widths, table.names) for row in cells]
    rule = [
        "-" * (width + 2) if n < table.names else "-" * (width + 1) + ":" for n, width in enumerate(widths)
    ]
    lines = _bullets(table.remarks, table.strong)
    parts = [f"### {table.title}", "\n".join([header, f"|{'|'.join(rule)}|", *rows]), lines]
    return "\n\n".join(filter(None, parts))


def _row(cells: Sequence[str], widths: Sequence[int], names: int) -> str:
    padded = [
        cell.ljust(width) if n < names else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _bullets(lines: Iterable[str], strong: Iterable[str] = ()) -> str:
    plain = [re.sub(r"^([#>+-])", r"\\\1", escape(line)) for line in lines]
    items = [*plain, *(f"**{escape(line)}**" for line in strong)]
    return "\n".join("\n".join(wrap(f"- {item}", WIDTH, subsequent_indent="  ")) for item in items)
