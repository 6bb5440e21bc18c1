"""Pages of the docs: each is in the index, links and pictures are there, commands and options exist."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mgllm.cli.app import app
from mgllm.cues.vocabularies import load_vocabulary
from tests.guides import FENCE, ROOT

DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
FIRST_STEPS = DOCS / "first-steps.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
BIG = 400_000
"""Bytes of a picture, at most: a clone stays small."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def prose(page: Path) -> str:
    """Without blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    words = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", word).strip().replace(" ", "-") for word in words}


def is_there(page: Path, link: str) -> bool:
    if link.startswith(("https://", "http://")):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page)))
    assert [link for link in links if not is_there(page, link)] == []


def test_a_link_to_nowhere_is_found() -> None:
    assert not is_there(INDEX, "none.md")
    assert not is_there(INDEX, "words.md#no-such-heading")
    assert is_there(INDEX, "words.md#the-experiment")


def test_the_index_has_every_page_once() -> None:
    lines = re.findall(r"^\* \[[^\]]+\]\(([^)]+)\): \S", INDEX.read_text(encoding="utf-8"), re.MULTILINE)
    linked = [(DOCS / link).resolve() for link in lines]
    assert len(linked) == len(set(linked))
    assert set(DOCS.rglob("*.md")) - {INDEX} == set(linked) - {ROOT / "CONTRIBUTING.md"}


def test_tests_that_guard_against_faults_exist() -> None:
    rows = [
        line for line in (DOCS / "fault-tests.md").read_text(encoding="utf-8").splitlines() if "::" in line
    ]
    for row in rows:
        _, _, modules, tests, _ = row.split("|")
        assert [
            one for one in re.findall(r"`([^`]+)`", modules) if not (ROOT / "mgllm" / one).is_file()
        ] == []
        source = ""
        for file, test in re.findall(r"`(?:([\w/.]+)::)?(test_\w+)`", tests):
            source = (ROOT / "tests" / file).read_text(encoding="utf-8") if file else source
            assert f"def {test}(" in source, test
    assert len(rows) > 40


def test_pictures_are_small_and_described() -> None:
    used = set()
    for page in PAGES:
        for words, link in PICTURE.findall(prose(page)):
            assert words.strip(), f"{name(page)}: {link} says nothing to those who cannot see it"
            used.add((page.parent / link).resolve())
    there = set((DOCS / "pictures").iterdir())
    assert used == there
    assert {path.name: path.stat().st_size for path in there if path.stat().st_size >= BIG} == {}


def typed(page: Path) -> list[str]:
    """Lines of a page's blocks that call mgllm."""
    lines = []
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in ("", "bash", "console"):
            lines += [line.removeprefix("$ ") for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith("mgllm ")]


def parsed(line: str) -> tuple[Any, list[str]]:
    """The command that a line names, and its words that look like options."""
    from typer.main import get_command

    words = shlex.split(line, comments=True)[1:]
    command: Any = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    return command, [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_options_exist(page: Path) -> None:
    wrong = []
    for line in typed(page):
        command, options = parsed(line)
        known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
        if hasattr(command, "commands") or set(options) - known:
            wrong.append(line)
    assert wrong == []


def test_a_wrong_command_or_option_is_found() -> None:
    command, options = parsed("mgllm run emotion --modle local  # a remark")
    assert options == ["--modle"]
    assert command.name == "run"
    assert hasattr(parsed("mgllm rnu emotion")[0], "commands")


def test_no_page_installs_what_is_on_no_index() -> None:
    found = [
        name(page) for page in PAGES if re.search(r"pip install '?mgllm", page.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_first_steps_in_python_work(shelve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = (
        block for language, block in FENCE.findall(FIRST_STEPS.read_text("utf-8")) if language == "python"
    )
    monkeypatch.chdir(tmp_path)
    shelve()
    made: dict[str, Any] = {}
    exec(code.replace('model="local"', 'model="scripted/x"'), made)
    assert len(made["frame"]) == 24 * 3
    assert made["summary"].claims


def test_the_names_of_movements_are_those_of_the_vocabulary() -> None:
    page = (DOCS / "annotations.md").read_text(encoding="utf-8")
    section = page.partition("\n## Names of movements\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [a-z ]+ \| (.+) \|$", section.partition("|---|---|\n")[2], re.MULTILINE)
    shown = [label for row in rows for label in row.split(" · ")]
    assert sorted(shown) == sorted(one.label for one in load_vocabulary("imigue").classes)
    assert f"The {len(shown)} names" in section
