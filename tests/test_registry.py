"""Shelves: listed without importing, found lazily, with a guess for what is not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mgllm import registry
from mgllm.errors import InputError
from mgllm.registry import Shelf

TOYS = '''"""A module of toys.

    @toy("in a docstring") is no registration line.
"""
import sys
toy = sys.modules["toybox_shelf"].register

@toy("red-ball")
def ball():
    """Rolls."""

toy("yo-yo")("goes up and down")
'''


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf[object]]:
    package = tmp_path / "toybox"
    (package / "attic").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("")
    (package / "attic" / "__init__.py").write_text("")
    (package / "attic" / "old.py").write_text(
        "import sys\nsys.modules['toybox_shelf'].register('horse')('neighs')\n"
        "toy = sys.modules['toybox_shelf'].register\n\n@toy(\"bear\")\ndef bear(): ...\n"
    )
    (package / "toys.py").write_text(TOYS)
    monkeypatch.syspath_prepend(tmp_path)
    made: Shelf[object] = Shelf("toy", "toybox")
    monkeypatch.setitem(sys.modules, "toybox_shelf", made)
    yield made
    for name in [name for name in sys.modules if name.startswith("toybox")]:
        sys.modules.pop(name)


def test_names_are_listed_without_importing(shelf: Shelf[object]) -> None:
    assert shelf.names() == ["bear", "red-ball", "yo-yo"]
    assert "toybox.toys" not in sys.modules


def test_a_thing_is_imported_when_it_is_taken(shelf: Shelf[object]) -> None:
    assert shelf.get("yo-yo") == "goes up and down"
    assert "toybox.attic.old" not in sys.modules
    assert callable(shelf.get("bear"))


def test_what_is_not_there_is_answered_with_a_guess(shelf: Shelf[object]) -> None:
    with pytest.raises(InputError, match="unknown toy 'red-bal'"):
        shelf.get("red-bal")


def test_nothing_is_registered_twice(shelf: Shelf[object]) -> None:
    shelf.register("drum")("one")
    with pytest.raises(ValueError, match="'drum' is registered twice"):
        shelf.register("drum")("other")


def test_other_distributions_add_through_entry_points(
    shelf: Shelf[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    point = EntryPoint(name="paths", value="os:path", group="mgllm.toys")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "mgllm.toys" else [])
    assert shelf.names() == ["bear", "paths", "red-ball", "yo-yo"]
    assert "join" in dir(shelf.get("paths"))


def test_a_kind_of_two_words_has_a_line_and_a_group_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = {"mgllm.speech_formats": [EntryPoint(name="stone", value="os:path", group="")]}
    monkeypatch.setattr(registry, "entry_points", lambda group: groups.get(group, []))
    assert Shelf[object]("speech format", "mgllm.records").names() == ["stone"]
