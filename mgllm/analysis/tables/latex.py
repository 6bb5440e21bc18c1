"""LaTeX with booktabs: each table fits one column of two, with a label, a short caption, and notes
below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.fitting import Lines, Part, Room, fit
from mgllm.analysis.tables.sections import Layout, Report, lay_out, table_format
from mgllm.analysis.wording import capital
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
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "½": r"$\frac12$",
    "→": r"$\rightarrow$",
    "·": r"\textperiodcentered{}",
    "…": r"\dots{}",
    "–": "--",
    "—": "---",
}
"""Letters that LaTeX reads as commands, or that older engines do not have."""
PREAMBLE = (
    "% needs \\usepackage{booktabs}; scripts other than Latin need xelatex or lualatex. Each table fits one\n"
    "% column of two in \\documentclass[twocolumn]{article}."
)
WIDTHS = {
    2.4: "·!',.:;[]`il|",
    2.9: "fj- ",
    3.4: "_I()tsr",
    3.8: "cez",
    4.3: '?$"*/0123456789\\^ago{}~–',
    4.8: "JSbdhnpukqvxy",
    5.8: "ZLFEP",
    6.7: "BCTwRAHNUVXYDKGQO&+<=>@−±×≤≥",
    7.8: "#%mM",
    8.8: "W",
    11.4: "…→",
}
"""Points that letters take in \\footnotesize (8 pt) of Computer Modern, rounded up: other fonts of
papers are narrower."""
POINTS = {letter: width for width, letters in WIDTHS.items() for letter in letters}
COLUMN = 203.0
"""Points of a table's width: less than a column of two in article (229.5), so that it also fits
those of conferences (219 and more) and of 11 pt, where \\footnotesize is larger."""
MOST, HEAD = 44, 4
"""Lines of one float in \\footnotesize: two thirds of a page, for which LaTeX always finds a place.
And lines besides the rows."""
SHORT = 12
"""Up to so many letters in brackets stay in a caption: a unit."""
LETTERS = 54
"""Letters in a line of notes, about."""
FLUSH = 12
"""After so many floats LaTeX must print those that are waiting: it fails at 52."""
LONG_WORD = re.compile(r"\S{19,}")
"""Words that may be too long for a line."""
JOINT = re.compile(r"(?<=[/\-_.+·@:])(?=\w)")
"""Where a long word is broken first."""
BREAK = "\u200b"
"""Where a long word may be broken: a letter that the escaping of the others does not change."""
HYPHENS, APART = re.compile(r"-(?=-)"), "\u2060"
"""Two hyphens would become a dash, so a letter goes between them."""
OPENING = re.compile(r"(?<!\S)'(?=\w)|(?<=[(\[])'(?=\w)")
"""The first mark of a quotation, which LaTeX writes in another way."""
TO_LATEX = str.maketrans({**SPECIAL, BREAK: r"\allowbreak{}", APART: "{}"})
TABCOLSEP, INDENT = 3, 4
"""Points beside a column, and indent of a name's second line."""


def points(text: str) -> float:
    """How wide a text is in \\footnotesize."""
    return sum(POINTS.get(letter, 8.8) for letter in text)


ROOM = Room(
    width=COLUMN,
    measure=points,
    letter=4.3,
    column=2 * TABCOLSEP,
    edge=-2 * TABCOLSEP,
    least=0,
    header_breaks=True,
)
"""The space of one column."""


@dataclass(frozen=True, slots=True)
class _Tabular:
    """Some rows of a part, as LaTeX."""

    text: str
    lines: int


@dataclass
class _Labels:
    """Labels of tables, each used once."""

    given: set[str] = field(default_factory=set)

    def new(self, table: Table, about: str) -> str:
        """tab:mgllm-NAME, with what the table is about, and a number if that is not unique."""
        base = "-".join(filter(None, ["tab:mgllm", table.label or table.name or "table", _slug(about)]))
        names = (base if n == 1 else f"{base}-{n}" for n in count(1))
        label = next(name for name in names if name not in self.given)
        self.given.add(label)
        return label


@table_format("tex")
def latex(summary: Summary, layout: Layout) -> str:
    """A report as LaTeX: the verdict in words, tables with captions, notes as a list at the end."""
    report = lay_out(summary, layout)
    labels = _Labels()
    floats = [part for table in report.head for part in _floats(table, "", labels)]
    for section in report.sections:
        for table in section.tables:
            headed = replace(table, remarks=(f"{section.heading}.", *table.remarks))
            floats += _floats(headed, section.about, labels)
    parts = [PREAMBLE, *_verdicts(report), *_flushed(floats)]
    if report.notes:
        parts.append(_list(report.notes))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _verdicts(report: Report) -> Iterable[str]:
    for verdict in report.verdicts:
        items = f" ({verdict.items})" if verdict.items else ""
        heading = rf"\paragraph{{Verdict: {_prose(verdict.scenario + items)}.}}"
        yield "\n".join([r"{\sloppy", heading, *(_prose(line) for line in verdict.lines), r"\par}"])


def _flushed(floats: Sequence[str]) -> Iterator[str]:
    for n, each in enumerate(floats, 1):
        yield each
        if n % FLUSH == 0 and n < len(floats):
            yield r"\clearpage"


def _floats(table: Table, about: str, labels: _Labels) -> list[str]:
    """The table, cut if it is longer than a float may be; its notes are below the last part."""
    caption, notes = _words(table, about)
    groups: list[list[_Tabular]] = []
    for tabular in (tabular for part in fit(table, ROOM) for tabular in _tabulars(part)):
        if not groups or sum(each.lines for each in groups[-1]) + tabular.lines > MOST:
            groups.append([])
        groups[-1].append(tabular)
    cost = sum(-(-len(note) // LETTERS) for note in notes)
    own = sum(each.lines for each in groups[-1]) + cost > MOST
    floats = [
        _float(
            [each.text for each in group],
            caption if n == 1 else f"{caption} (continued)",
            labels.new(table, about),
            notes if n == len(groups) and not own else [],
        )
        for n, group in enumerate(groups, 1)
    ]
    return [*floats, "\n".join([r"{\footnotesize\raggedright", *notes, r"\par}"])] if own else floats


def _words(table: Table, about: str) -> tuple[str, list[str]]:
    """The short caption, and the notes: the part of the title in brackets is one of them."""
    title, _, more = table.title.partition(" (")
    if len(more) <= SHORT:
        title, more = table.title, ""
    lines = [*([f"{capital(more.removesuffix(')'))}."] if more else []), *table.remarks]
    bold = [rf"\textbf{{{_prose(line)}}}" for line in table.strong]
    notes = [*map(_prose, lines), *bold]
    return ": ".join(filter(None, [title, about])), [rf"{note}\par" for note in notes]


def _float(tabulars: Sequence[str], caption: str, label: str, notes: Sequence[str]) -> str:
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize\sloppy",
        rf"\setlength{{\tabcolsep}}{{{TABCOLSEP}pt}}",
        rf"\caption{{{_prose(caption)}}}",
        rf"\label{{{label}}}",
        r"\par\smallskip",
        "\n\\par\\medskip\n".join(tabulars),
    ]
    if notes:
        begin = r"\begin{minipage}{\columnwidth}\footnotesize\raggedright"
        lines += [r"\par\smallskip", begin, *notes, r"\end{minipage}"]
    return "\n".join([*lines, r"\end{table}"])


def _tabulars(part: Part) -> Iterator[_Tabular]:
    """The part, cut if it is longer than a float may be."""
    rows: list[tuple[Lines, ...]] = []
    lines = 0
    for row in part.rows:
        size = max(map(len, row))
        if rows and lines + size > MOST - HEAD:
            yield _tabular(part, rows)
            rows, lines = [], 0
        rows.append(row)
        lines += size
    yield _tabular(part, rows)


def _tabular(part: Part, rows: Sequence[tuple[Lines, ...]]) -> _Tabular:
    columns = "".join("l" if left else "r" for left in part.left)
    body = [line for row in rows for line in _row(row)]
    text = [
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        *_row(part.header),
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return _Tabular("\n".join(text), len(body) + max(map(len, part.header)) + 2)


def _row(cells: Sequence[Lines]) -> list[str]:
    """One line, or several if a cell has several: the first name is then indented."""
    lines = []
    for at in range(max(1, *map(len, cells))):
        words = [escape(cell[at]) if at < len(cell) else "" for cell in cells]
        if at and words[0]:
            words[0] = rf"\hspace*{{{INDENT}pt}}{words[0]}"
        # An empty group first: LaTeX would read "[" at the start of a cell after \\ as spacing.
        lines.append("{}" + " & ".join(words) + r" \\")
    return lines


def _prose(text: str) -> str:
    """Text of a paragraph: long names may be broken, after their joints or anywhere."""
    quoted = OPENING.sub("`", HYPHENS.sub(f"-{APART}", " ".join(text.split())))
    return LONG_WORD.sub(lambda word: _breakable(word[0]), quoted).translate(TO_LATEX)


def _breakable(word: str) -> str:
    pieces = [piece[n : n + 12] for piece in JOINT.split(word) for n in range(0, len(piece), 12)]
    return BREAK.join(pieces)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60].strip("-")


def _list(notes: Iterable[str]) -> str:
    items = (rf"\item {{}}{_prose(note)}" for note in notes)
    return "\n".join([r"\begin{itemize}\sloppy\raggedright", *items, r"\end{itemize}"])
