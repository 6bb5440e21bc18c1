"""Small readers of the formats for people: from text back to cells."""

from __future__ import annotations

import re
from html.parser import HTMLParser

Grid = tuple[tuple[str, ...], ...]
"""Header and rows of a table."""
BACK = {
    r"\textbackslash{}": "\\", r"\&": "&", r"\%": "%", r"\$": "$", r"\#": "#", r"\_": "_", r"\{": "{",
    r"\}": "}", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textbar{}": "|", r"$-$": "−", r"$\pm$": "±", r"\textperiodcentered{}": "·",
    r"\dots{}": "…", "--": "–",
}  # fmt: skip
COMMAND = re.compile("|".join(re.escape(each) for each in sorted(BACK, key=len, reverse=True)))


def markdown_tables(text: str) -> list[Grid]:
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        header, _, *rows = [
            tuple(
                re.sub(r"\\([\\|`*<&(_~])", r"\1", cell.strip())
                for cell in re.split(r"(?<!\\)\|", line)[1:-1]
            )
            for line in block.splitlines()
        ]
        found.append((header, *rows))
    return found


def latex_tables(text: str) -> list[Grid]:
    """Tables that were cut are put together again."""
    found: list[Grid] = []
    for caption, body in re.findall(r"\\caption\{(.*?)\}\n(.*?)\\end\{tabular\}", text, re.S):
        lines = [
            line.removeprefix("{}").removesuffix(r" \\") for line in body.splitlines() if line[:2] == "{}"
        ]
        header, *rows = [tuple(plain(cell) for cell in re.split(r"(?<!\\)& ?", f"{line} ")) for line in lines]
        if caption.endswith("(continued)"):
            found[-1] = (*found[-1], *rows)
        else:
            found.append((header, *rows))
    return found


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
    return [tuple(map(tuple, table)) for table in cells.tables]


READERS = {"md": markdown_tables, "tex": latex_tables, "html": html_tables}
