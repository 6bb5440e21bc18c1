"""Small pieces of html for a notebook; everything in them is escaped, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mgllm.pages.shell import visible


def shown(value: object) -> str:
    """Text as it may stand in html; hidden characters are named."""
    return escape(visible(str(value)))


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table, its cells to the left as words are read; nothing without rows."""
    body = "\n".join(f"<tr>{''.join(_cell('td', cell) for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(_cell("th", cell) for cell in header)
    return (
        f"<table>\n<caption>{shown(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n"
    )


def _cell(tag: str, value: object) -> str:
    return f'<{tag} style="text-align: left">{shown(value)}</{tag}>'
