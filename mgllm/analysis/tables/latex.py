"""LaTeX with booktabs, one `table` per table; long ones are cut, wide ones shrunk to the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.sections import Layout, lay_out, table_format
from mgllm.records import Summary

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": r"$-$",
    "±": r"$\pm$",
    "·": r"\textperiodcentered{}",
    "…": r"\dots{}",
    "–": "--",
}
"""Letters that LaTeX reads as commands, or that older engines lack."""

PREAMBLE = "% needs \\usepackage{booktabs,graphicx}"
SHRUNK = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""Opens a box that is never wider than the text."""
MOST = 40
"""Rows of one table: as many as a page holds with captions and remarks."""


@table_format("tex")
def latex(summary: Summary, layout: Layout) -> str:
    """A report as LaTeX tables with captions, notes as a list at the end."""
    report = lay_out(summary, layout)
    parts = [PREAMBLE, *(part for table in report.claims for part in _tables(table, table.title))]
    for section in report.sections:
        for table in section.tables:
            parts += _tables(table, f"{section.heading}: {table.title}")
    if report.notes:
        parts.append(_list(report.notes))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _tables(table: Table, caption: str) -> list[str]:
    """The table, cut where it is longer than a page; remarks stand under the last part."""
    starts = range(0, max(1, len(table.rows)), MOST)
    remarks = [
        *(rf"\par\smallskip {escape(line)}" for line in table.remarks),
        *(rf"\par\smallskip \textbf{{{escape(line)}}}" for line in table.strong),
    ]
    return [
        "\n".join(
            [
                r"\begin{table}[htbp]",
                r"\centering\small",
                rf"\caption{{{escape(caption if start == 0 else f'{caption} (continued)')}}}",
                *_tabular(table, table.rows[start : start + MOST]),
                *(remarks if start == starts[-1] else ()),
                r"\end{table}",
            ]
        )
        for start in starts
    ]


def _tabular(table: Table, rows: Sequence[tuple[str, ...]]) -> list[str]:
    columns = "l" * table.names + "r" * (len(table.header) - table.names)
    return [
        SHRUNK,
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(table.header),
        r"\midrule",
        *(_row(row) for row in rows),
        r"\bottomrule",
        r"\end{tabular}}",
    ]


def _row(cells: Iterable[str]) -> str:
    # An empty group first: a cell that begins with "[" after \\ would be read as the line's spacing.
    return "{}" + " & ".join(escape(cell) for cell in cells) + r" \\"


def _list(notes: Iterable[str]) -> str:
    return "\n".join(
        [r"\begin{itemize}", *(rf"\item {{}}{escape(note)}" for note in notes), r"\end{itemize}"]
    )
