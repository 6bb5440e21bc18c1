"""Small readers of the formats for people: from text back to cells, parts of a table put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from itertools import takewhile

Grid = tuple[tuple[str, ...], ...]
"""Header and rows of a table, without spaces: where a cell was broken, none tells where one stood."""
BACK = {
    r"\textbackslash{}": "\\", r"\&": "&", r"\%": "%", r"\$": "$", r"\#": "#", r"\_": "_", r"\{": "{",
    r"\}": "}", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textbar{}": "|", r"$-$": "−", r"$\pm$": "±", r"$\times$": "×",
    r"$\leq$": "≤", r"$\geq$": "≥", r"$\frac12$": "½", r"$\rightarrow$": "→",
    r"\textperiodcentered{}": "·", r"\dots{}": "…", "---": "—", "--": "–", r"\allowbreak{}": "",
}  # fmt: skip
COMMAND = re.compile("|".join(re.escape(each) for each in sorted(BACK, key=len, reverse=True)))
INDENT = r"\hspace*{4pt}"


def bare(grid: Iterable[Iterable[str]]) -> Grid:
    """A grid without the spaces of its cells."""
    return tuple(tuple("".join(cell.split()) for cell in row) for row in grid)


def whole(parts: Sequence[Grid]) -> Grid:
    """One table of its parts: the columns of names stand in each, first and alike."""
    columns = [list(zip(*bare(part), strict=True)) for part in parts]
    alike = (len(set(those)) == 1 for those in zip(*columns, strict=False))
    names = len(list(takewhile(bool, alike)))
    grids = [grid if n == 0 else tuple(row[names:] for row in grid) for n, grid in enumerate(parts)]
    return bare(tuple(cell for part in rows for cell in part) for rows in zip(*grids, strict=True))


def joined(rows: Iterable[tuple[bool, Sequence[str]]]) -> Grid:
    """Rows of which some go on with the one before."""
    found: list[list[str]] = []
    for goes_on, cells in rows:
        if goes_on:
            found[-1] = [first + more for first, more in zip(found[-1], cells, strict=True)]
        else:
            found.append(list(cells))
    return tuple(tuple(row) for row in found)


def markdown_titled(text: str) -> list[tuple[str, Grid]]:
    """Tables with their titles."""
    found = []
    for chunk in re.split(r"(?m)^### ", text)[1:]:
        parts = [_markdown_part(block) for block in re.findall(r"(?:^\|.*\n)+", chunk, re.M)]
        if parts:
            found.append((chunk.splitlines()[0], whole(parts)))
    return found


def markdown_tables(text: str) -> list[Grid]:
    return [grid for _, grid in markdown_titled(text)]


def _markdown_part(block: str) -> Grid:
    header, _, *rows = block.splitlines()
    lines = [(False, _cells(header)), *((bool(re.match(r"\|  ", row)), _cells(row)) for row in rows)]
    return joined(lines)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(
        re.sub(r"\\([\\|`*<&(_~])", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]
    )


def latex_tables(text: str) -> list[Grid]:
    """Tables that were cut are put together again: parts of other columns, and more rows of the same."""
    tables: list[list[Grid]] = []
    for caption, body in re.findall(r"\\caption\{(.*?)\}\n(.*?)\\end\{table\}", text, re.S):
        if not caption.endswith("(continued)"):
            tables.append([])
        for lines in re.findall(r"\\begin\{tabular\}\{@\{\}\w+@\{\}\}(.*?)\\end\{tabular\}", body, re.S):
            header, *rows = _latex_part(lines)
            before = tables[-1].pop() if tables[-1] and tables[-1][-1][0] == header else (header,)
            tables[-1].append((*before, *rows))
    return [whole(parts) for parts in tables]


def _latex_part(lines: str) -> Grid:
    head, rows = lines.split(r"\midrule")
    header = [(n > 0, cells) for n, (_, cells) in enumerate(map(_latex_cells, _latex_lines(head)))]
    return joined([*header, *map(_latex_cells, _latex_lines(rows))])


def _latex_lines(text: str) -> list[str]:
    return [line.removeprefix("{}").removesuffix(r" \\") for line in text.splitlines() if line[:2] == "{}"]


def _latex_cells(line: str) -> tuple[bool, tuple[str, ...]]:
    goes_on = line.startswith((INDENT, " "))
    return goes_on, tuple(plain(cell) for cell in re.split(r"(?<!\\)& ?", f"{line.removeprefix(INDENT)} "))


def plain(cell: str) -> str:
    return COMMAND.sub(lambda command: BACK[command[0]], cell.strip())


class Cells(HTMLParser):
    """Collects tables, and what stands beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside: str | None = None
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self.tables[-1][-1].append("")
        elif tag in {"li", "h2", "caption"}:
            self.lines.append("")
        self.inside = tag if tag != "strong" else self.inside

    def handle_endtag(self, tag: str) -> None:
        self.inside = None if tag != "strong" else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside in {"th", "td"}:
            self.tables[-1][-1][-1] += data
        elif self.inside in {"li", "h2", "caption"}:
            self.lines[-1] += data


def html_tables(text: str) -> list[Grid]:
    cells = Cells()
    cells.feed(text)
    return [bare(table) for table in cells.tables]


READERS = {"md": markdown_tables, "tex": latex_tables, "html": html_tables}
