"""What docs/architecture.md and CONTRIBUTING.md say of the tree is so; a message names the line."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mgllm"
PAGE = ROOT / "docs" / "architecture.md"
GUIDE = ROOT / "CONTRIBUTING.md"
PLACEHOLDER = re.compile(r"NAME[^/]*$")
PLACE = re.compile(r"[\w.-]+(?:/[\w.-]*)+|[\w-]+\.py")
"""A path or a Python file in backticks; no command line, no registration line."""
UNIMPORTED = ("__init__", "__main__")


def places(page: Path) -> Iterator[tuple[str, str]]:
    """Line number and name of everything in backticks that looks like a file or a folder."""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        for name in re.findall(r"`([^`]+)`", line):
            if PLACE.fullmatch(name):
                yield f"{page.name}:{number}", name


def stands(name: str) -> bool:
    """Whether a file or folder is there; of one that is to be made (`NAME`), its folder."""
    place = PLACEHOLDER.sub("", name)
    return any((root / place).exists() for root in (ROOT, PACKAGE))


def block(kind: str) -> list[tuple[str, str]]:
    """Line number and text of the lines between ```kind and ```."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index(f"```{kind}") + 1
    end = lines.index("```", begin)
    return [(f"{PAGE.name}:{number}", line) for number, line in enumerate(lines[begin:end], begin + 1)]


def table_rows() -> Iterator[tuple[str, str, str, str]]:
    """Line number, file, what it does and the noun, of each row of the walks."""
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            yield f"{PAGE.name}:{number}", cells[0].strip("`"), cells[1], cells[2]


@cache
def defined(path: Path) -> frozenset[str]:
    """Public classes and functions of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@pytest.mark.parametrize(("line", "name"), [*places(PAGE), *places(GUIDE)])
def test_every_place_that_is_named_is_there(line: str, name: str) -> None:
    assert stands(name), f"{line} names {name}, which is neither in {ROOT.name}/ nor in mgllm/"


def test_the_page_is_short() -> None:
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_layers_drawn_are_those_that_are_checked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = [re.split(r" {2,}", text)[0] for _, text in block("layers")]
    assert drawn == layers


def drawn_tree() -> dict[str, str]:
    """Path in mgllm/ and line number of all that the tree draws."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line, text in block("tree"):
        name = text.split()[0]
        above = [*above[: (len(text) - len(text.lstrip())) // 2], name]
        found["".join(above)] = line
    return found


def test_every_folder_has_its_line_and_every_line_its_folder() -> None:
    drawn = drawn_tree()
    for name, line in drawn.items():
        assert (PACKAGE / name).exists(), f"{line} draws {name}, which is not in mgllm/"
    packages = {f"{path.parent.relative_to(PACKAGE)}/" for path in PACKAGE.rglob("__init__.py")} - {"./"}
    assert not packages - set(drawn), f"{PAGE.name} draws no line for {sorted(packages - set(drawn))}"
    loose = {path.name for path in PACKAGE.glob("*.py") if path.stem not in UNIMPORTED}
    assert loose == {name for name in drawn if name.endswith(".py")}
    assert len(loose) <= 5, "a sixth module that everything may know: put it into a folder"


def test_every_line_of_the_tree_says_something() -> None:
    for line, text in block("tree"):
        assert len(text.split()) > 2, f"{line} says nothing"


@pytest.mark.parametrize(("line", "file", "does", "noun"), [*table_rows()])
def test_a_walk_names_what_is_there(line: str, file: str, does: str, noun: str) -> None:
    path = PACKAGE / file
    assert path.is_file(), f"{line} names {file}, which is not in mgllm/"
    named = re.findall(r"`(\w+)`", does)
    assert named, f"{line} names no function"
    assert named[0] in defined(path), f"{line} names {named[0]}, which {file} does not define"
    if noun.startswith("`"):
        homes = [other for other in PACKAGE.rglob("*.py") if noun.strip("`") in defined(other)]
        assert homes, f"{line} names {noun}, which no module defines"


def registrations() -> Iterator[Any]:
    """Line number, folder and registration line of each row of CONTRIBUTING.md that has one."""
    for number, line in enumerate(GUIDE.read_text(encoding="utf-8").splitlines(), 1):
        for folder, kind in re.findall(r"`mgllm/([\w/]+)/NAME\.py`[^|`]*`@(\w+)\(", line):
            yield pytest.param(f"{GUIDE.name}:{number}", folder, kind, id=kind)


@pytest.mark.parametrize(("line", "folder", "kind"), [*registrations()])
def test_a_registration_line_is_one_that_others_use(line: str, folder: str, kind: str) -> None:
    beginning = re.compile(rf'^@{kind}\("', re.MULTILINE)
    texts = [path.read_text(encoding="utf-8") for path in (PACKAGE / folder).rglob("*.py")]
    assert any(beginning.search(text) for text in texts), f'{line}: no module of {folder}/ has @{kind}("…")'
