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


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf[str]]:
    package = tmp_path / "toybox"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("")
    (package / "_helper.py").write_text("")
    (package / "red_ball.py").write_text(
        "import sys\nsys.modules['toybox_shelf'].register('red-ball')('a ball')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made: Shelf[str] = Shelf("toy", "toybox")
    monkeypatch.setitem(sys.modules, "toybox_shelf", made)
    yield made
    for name in [name for name in sys.modules if name.startswith("toybox")]:
        sys.modules.pop(name)


def test_names_are_listed_without_importing(shelf: Shelf[str]) -> None:
    assert shelf.names() == ["red-ball"]
    assert "toybox.red_ball" not in sys.modules


def test_a_thing_is_imported_when_it_is_taken(shelf: Shelf[str]) -> None:
    assert shelf.get("red-ball") == "a ball"


def test_what_is_not_there_is_answered_with_a_guess(shelf: Shelf[str]) -> None:
    with pytest.raises(InputError, match="unknown toy 'red-bal'"):
        shelf.get("red-bal")


def test_nothing_is_registered_twice(shelf: Shelf[str]) -> None:
    shelf.register("drum")("one")
    with pytest.raises(ValueError, match="'drum' is registered twice"):
        shelf.register("drum")("other")


def test_other_distributions_add_through_entry_points(
    shelf: Shelf[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    point = EntryPoint(name="paths", value="os:path", group="mgllm.toys")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "mgllm.toys" else [])
    assert shelf.names() == ["paths", "red-ball"]
    assert "join" in dir(shelf.get("paths"))
