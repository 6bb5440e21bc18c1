"""LaTeX with booktabs: one `table` per table, to be \\input into a paper."""

from __future__ import annotations

from collections.abc import Iterable

from mgllm.analysis.columns import Table
from mgllm.analysis.sections import Report

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

PREAMBLE = "% needs \\usepackage{booktabs}"


def latex(report: Report) -> str:
    """A report as LaTeX tables with captions, notes as a list at the end."""
    parts = [PREAMBLE, *(_table(table, table.title) for table in report.claims)]
    for section in report.sections:
        parts += [_table(table, f"{section.heading}: {table.title}") for table in section.tables]
    if report.notes:
        parts.append(_list(report.notes))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _table(table: Table, caption: str) -> str:
    columns = "l" * table.names + "r" * (len(table.header) - table.names)
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\small",
        rf"\caption{{{escape(caption)}}}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(table.header),
        r"\midrule",
        *(_row(row) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par\smallskip {escape(line)}" for line in table.remarks),
        *(rf"\par\smallskip \textbf{{{escape(line)}}}" for line in table.strong),
        r"\end{table}",
    ]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    # An empty group first: a cell that begins with "[" after \\ would be read as the line's spacing.
    return "{}" + " & ".join(escape(cell) for cell in cells) + r" \\"


def _list(notes: Iterable[str]) -> str:
    return "\n".join(
        [r"\begin{itemize}", *(rf"\item {{}}{escape(note)}" for note in notes), r"\end{itemize}"]
    )
