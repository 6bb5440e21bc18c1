"""A plain HTML fragment of the tables; all untrusted text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.sections import Layout, lay_out, table_format
from mgllm.analysis.tables.verdict import ScenarioVerdict
from mgllm.records import Summary


@table_format("html")
def html(summary: Summary, layout: Layout) -> str:
    """A report as headings, tables and lists, without style or script."""
    report = lay_out(summary, layout)
    parts = [part for verdict in report.verdicts for part in _verdict(verdict)]
    parts += [_table(table) for table in report.head]
    for section in report.sections:
        parts += [f"<h2>{escape(section.heading)}</h2>", *(_table(table) for table in section.tables)]
    if report.notes:
        parts += ["<h2>Notes</h2>", _list(escape(note) for note in report.notes)]
    return "\n".join(parts) + "\n"


def _verdict(verdict: ScenarioVerdict) -> Iterable[str]:
    about = f" ({verdict.items})" if verdict.items else ""
    yield f"<h2>{escape(f'Verdict: {verdict.scenario}{about}')}</h2>"
    yield _list(escape(line) for line in verdict.lines)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = "\n".join(f"<tr>{''.join(_cells(row, table.names))}</tr>" for row in table.rows)
    lines = [escape(line) for line in table.remarks]
    lines += [f"<strong>{escape(line)}</strong>" for line in table.strong]
    return (
        f"<table>\n<caption>{escape(table.title)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>" + (f"\n{_list(lines)}" if lines else "")
    )


def _cells(row: Iterable[str], names: int) -> Iterable[str]:
    for n, cell in enumerate(row):
        yield f'<th scope="row">{escape(cell)}</th>' if n < names else f"<td>{escape(cell)}</td>"


def _list(lines: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines) + "\n</ul>"
