"""Replies to fill with labels, one a line in `replies/`."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "replies"


def templates(name: str) -> list[str]:
    """The lines of a table; `\\n` in one is a line's end, `\\\\` a backslash."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("# Replies")]
    return [line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") for line in kept]


def fill(template: str, x: str, y: str) -> str:
    """A template with two labels in their places."""
    for mark, label in (("x", x), ("y", y)):
        template = template.replace(f"{{{mark}}}", label)
        template = template.replace(f"{{{mark.upper()}}}", label[:1].upper() + label[1:])
        template = template.replace(f"{{{mark.upper() * 2}}}", label.upper())
    return template


def native() -> list[tuple[str, str, str, str]]:
    """Replies in languages of their own: two labels, what the reply gives, the reply."""
    lines = (FOLDER / "native.tsv").read_text("utf-8").splitlines()[1:]
    return [
        (a, b, gives, text.replace("\\n", "\n")) for a, b, gives, text in (line.split("\t") for line in lines)
    ]
