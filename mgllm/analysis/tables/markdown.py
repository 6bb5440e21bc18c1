"""Markdown that also reads well in a terminal of 80 columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.fitting import Part, Room, fit
from mgllm.analysis.tables.sections import Layout, Report, lay_out, table_format
from mgllm.analysis.tables.verdict import ScenarioVerdict
from mgllm.analysis.tables.width import display_width, wrapped
from mgllm.records import Summary

WIDTH = 80
"""Usual columns of a terminal."""
MARKUP = re.compile(r"[\\|`*]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<=\])\(|(?<!\w)_|_(?!\w)|~(?=~)")
"""What markdown would read as markup, and what would end a cell."""
LINE_MARK = re.compile(r"^(?:[#>](?=\S|$)|[#>+-](?=\s|$)|\d+(?=[.)](?:\s|$)))")
"""What markdown would read as a heading, a quotation or a list at the start of a line."""


@table_format("md")
def markdown(summary: Summary, layout: Layout) -> str:
    """A report as markdown, columns aligned, no line wider than a terminal."""
    report = lay_out(summary, layout)
    blocks = [*_verdicts(report), *(block for table in report.head for block in _table(table))]
    for section in report.sections:
        blocks += _heading("##", section.heading)
        blocks += [block for table in section.tables for block in _table(table)]
    if report.notes:
        blocks += ["## Notes", _bullets(report.notes)]
    return "\n\n".join(blocks) + "\n"


def table_text(table: Table) -> str:
    """One table as markdown, with its title and remarks."""
    return "\n\n".join(_table(table))


def escape(text: str) -> str:
    """Text in one line that stays text.

    >>> escape("a|b <script>")
    'a\\\\|b \\\\<script>'
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _verdicts(report: Report) -> list[str]:
    return [block for verdict in report.verdicts for block in _verdict(verdict)]


def _verdict(verdict: ScenarioVerdict) -> list[str]:
    about = f" ({verdict.items})" if verdict.items else ""
    return [*_heading("##", f"Verdict: {verdict.scenario}{about}"), _bullets(verdict.lines)]


def _heading(mark: str, words: str) -> list[str]:
    """A heading of one line; the rest is below it, cut between its parts if possible."""
    text = " ".join(words.split())
    room = WIDTH - len(mark) - 1
    lines = wrapped(text, room, _width)
    ends = [at for at in range(len(text)) if text.startswith(" · ", at) and _width(text[:at]) <= room]
    if len(lines) > 1 and ends:
        lines = [text[: ends[-1]]]
    first = f"{mark} {escape(lines[0]).removesuffix(' ·')}"
    rest = text[len(lines[0]) :].removeprefix(" ·").strip()
    return [first, "\n".join(_lines(rest, WIDTH))] if rest else [first]


def _table(table: Table) -> list[str]:
    room = Room(width=WIDTH, measure=_width)
    lines = _bullets(table.remarks, table.strong)
    heading = _heading("###", table.title)
    return [*heading, *(_part(part) for part in fit(table, room)), *filter(None, [lines])]


def _part(part: Part) -> str:
    widths = [
        max(3, *(_width(line) + (n == 0 and at > 0) for row in (part.header, *part.rows)
                 for at, line in enumerate(row[n])))
        for n in range(len(part.header))
    ]  # fmt: skip
    rule = [
        "-" * (int(width) + 2) if left else "-" * (int(width) + 1) + ":"
        for left, width in zip(part.left, widths, strict=True)
    ]
    header, *more = _rows(part.header, widths, part.left)
    rows = [line for row in part.rows for line in _rows(row, widths, part.left)]
    return "\n".join([header, f"|{'|'.join(rule)}|", *more, *rows])


def _rows(cells: Sequence[Sequence[str]], widths: Sequence[float], left: Sequence[bool]) -> list[str]:
    """One row, or several if a cell has several lines: the first name is then indented by a
    letter."""
    rows = []
    for at in range(max(1, *(len(cell) for cell in cells))):
        padded = []
        for n, (lines, width) in enumerate(zip(cells, widths, strict=True)):
            text = escape(lines[at]) if at < len(lines) else ""
            text = f" {text}" if n == 0 and at and text else text
            free = " " * (int(width) - display_width(text))
            padded.append(f"{text}{free}" if left[n] else f"{free}{text}")
        rows.append(f"| {' | '.join(padded)} |")
    return rows


def _bullets(lines: Iterable[str], strong: Iterable[str] = ()) -> str:
    plain = ["\n  ".join(_lines(line, WIDTH - 2)) for line in lines]
    bold = ["\n  ".join(_lines(line, WIDTH - 6)) for line in strong]
    return "\n".join(f"- {item}" for item in [*plain, *(f"**{item}**" for item in bold)])


def _lines(text: str, width: float) -> list[str]:
    """Prose in lines; none begins like a list or a heading."""
    return [LINE_MARK.sub(_as_text, escape(line)) for line in wrapped(" ".join(text.split()), width, _width)]


def _as_text(mark: re.Match[str]) -> str:
    """The backslash is before a mark, but after a number, before its dot."""
    return f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}"


def _width(text: str) -> int:
    """Width of a text after escaping."""
    return display_width(escape(text))
