"""One word, one meaning: the words that CONTRIBUTING does without, and prose at most 100 wide."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFUSED = {
    "tell": r"\b(?:tells?|told|telling|untold)\b",
    "heed": r"\bheed(?:s|ed)?\b",
    "mend": r"\bmend(?:s|ed|ing)?\b",
    "anew": r"\banew\b",
    "heap": r"\bheaps?\b",
    "stranger": r"\bstrangers?\b",
    "is no": r"(?<!there )\bis no\b(?! longer| more)",
    "that is none": r"\bthat is none\b",
}
"""What a reader would stumble over, as a pattern each; CONTRIBUTING says what is written instead."""
OTHERS_WORDS = (
    "mgllm/answers",  # patterns for what models write
    "mgllm/testing/zoo",  # what servers and models reply
)
"""Text in strings there is not ours."""
WIDEST = 100


def _python() -> list[Path]:
    return sorted((ROOT / "mgllm").rglob("*.py"))


def _pages() -> list[Path]:
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    """Strings and comments of a module, by line; strings of others' words are left out."""
    others = _name(path).startswith(OTHERS_WORDS)
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        docstring = token.string.startswith(('"""', 'r"""'))
        is_string = token.type in (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1))
        if token.type == tokenize.COMMENT or (is_string and (docstring or not others)):
            yield token.start[0], token.string


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a page without blocks of code and code in lines."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, re.sub(r"`[^`]*`", "``", line)


def _found(text: Iterator[tuple[int, str]]) -> list[str]:
    return [
        f"line {number}: {word}: {line.strip()[:120]}"
        for number, line in text
        for word, pattern in REFUSED.items()
        if re.search(pattern, line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", _python(), ids=_name)
def test_code_speaks_plainly(path: Path) -> None:
    assert _found(_prose(path)) == []


@pytest.mark.parametrize("path", _pages(), ids=_name)
def test_pages_speak_plainly(path: Path) -> None:
    refused_here = path.name == "CONTRIBUTING.md"  # its table names the words
    lines = ((n, line) for n, line in _lines(path) if not (refused_here and line.startswith("|")))
    assert _found(lines) == []


@pytest.mark.parametrize("path", _pages(), ids=_name)
def test_prose_is_at_most_100_wide(path: Path) -> None:
    wide = [
        number
        for number, line in _lines(path)
        if len(line) > WIDEST and not line.startswith("|") and " " in line.strip().lstrip("-*> ")
    ]
    assert wide == []


@pytest.mark.parametrize("word", REFUSED)
def test_a_refused_word_is_found(word: str) -> None:
    assert _found(iter([(1, f"a {word} x" if word != "is no" else "this is no x")]))
