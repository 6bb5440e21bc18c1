"""What every importer on the shelf must do."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.base import ImportedItems, dataset, datasets
from mgllm.errors import InputError
from mgllm.records import Item

NAMES = datasets.names()


def test_the_shelf_is_not_empty() -> None:
    assert {"rltd", "utd-mhad", "pyskl", "ntu", "imigue", "smg", "ma52"} <= set(NAMES)
    assert {"srt", "vtt", "whisper", "textgrid", "txt", "imigue-speech"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_importer_says_what_it_imports(name: str) -> None:
    importer = datasets.get(name)()
    for text in (importer.title, importer.terms, importer.citation, importer.caution):
        assert len(text) > 10
        assert text == text.strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_something_else_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(InputError) as caught:
        datasets.get(name)().read(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_unknown_formats_are_guessed() -> None:
    with pytest.raises(InputError, match=r"unknown dataset 'rtld'\. Did you mean 'rltd'\?"):
        datasets.get("rtld")


def test_another_package_can_put_an_importer_on_the_shelf() -> None:
    class Other:
        title = terms = citation = caution = "made up for a test"

        def read(self, source: Path) -> ImportedItems:
            return ImportedItems(items=(Item(id=source.name, subject="s"),))

    assert dataset("made-up")(Other) is Other
    try:
        imported = datasets.get("made-up")().read(Path("x"))
        assert isinstance(imported, ImportedItems)
        assert imported.items[0].id == "x"
    finally:
        datasets._things.pop("made-up")
