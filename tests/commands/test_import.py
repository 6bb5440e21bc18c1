"""`mgllm import`: what is written, and that nothing is written over or left half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportedItems, dataset, datasets
from mgllm.errors import InputError
from mgllm.items.loading import load_items
from mgllm.records import Gesture, GestureTranscript, Item

ITEMS = tuple(
    Item(
        id=f"i{n}",
        subject=f"s{n % 2}",
        target=target,
        terms="restricted",
        gestures={"annotated": GestureTranscript(gestures=(Gesture(label="nod"),) * n, vocabulary="rltd")},
    )
    for n, target in enumerate(["win", "lose", "win", None])
)


class MadeUp:
    """An importer of no file at all."""

    title = "A made-up set"
    terms = "None."
    citation = "Nobody (2026).\nSomebody (2026)."
    caution = "Nothing in it is true."
    items = ITEMS

    def read(self, source: Path) -> ImportedItems:
        return ImportedItems(items=self.items, warnings=(f"1 thing in {source.name} is odd",))


@pytest.fixture(autouse=True)
def _made_up() -> Iterator[None]:
    dataset("made-up")(MadeUp)
    yield
    datasets._things.pop("made-up")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_items_and_their_source_are_written_and_counted(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    report = import_dataset("made-up", tmp_path, out)
    assert files(out) == ["SOURCE.md", "items.jsonl"]
    assert load_items(out) == ITEMS
    assert (report.items, report.subjects, report.gestures, report.labels) == (4, 2, 6, 1)
    assert report.targets == {"lose": 1, "win": 2}
    assert [Path(path).name for path in report.files] == ["SOURCE.md", "items.jsonl"]
    page = (out / "SOURCE.md").read_text(encoding="utf-8")
    for words in [
        MadeUp.title,
        MadeUp.terms,
        MadeUp.caution,
        *MadeUp.citation.splitlines(),
        *report.warnings,
    ]:
        assert words in page
    assert "4 items (1 lose, 2 win), 2 subjects" in page


@pytest.mark.parametrize("name", ["items.jsonl", "SOURCE.md"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="exists already and is not overwritten"):
        import_dataset("made-up", tmp_path, tmp_path)
    assert files(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    import_dataset("made-up", tmp_path, tmp_path)
    assert files(tmp_path) == ["SOURCE.md", "items.jsonl", "mine.txt"]


def test_a_file_cannot_be_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="out is a file; -o needs a folder"):
        import_dataset("made-up", tmp_path, tmp_path / "out")
    with pytest.raises(InputError, match="cannot be written"):
        import_dataset("made-up", tmp_path, tmp_path / "out" / "below")


def test_a_source_that_is_missing_or_bad_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="none does not exist"):
        import_dataset("made-up", tmp_path / "none", out)
    with pytest.raises(InputError, match=r"unknown dataset 'made-down'\. Did you mean 'made-up'\?"):
        import_dataset("made-down", tmp_path, out)
    with pytest.raises(InputError, match="has no folder 'Annotation'"):
        import_dataset("rltd", tmp_path, out)
    monkeypatch.setattr(MadeUp, "items", (Item(id="a", subject="s", speech="\ue000"),))
    with pytest.raises(InputError, match=r"item 'a' speech.0.text: has the character U\+E000"):
        import_dataset("made-up", tmp_path, out)
    assert not out.exists()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if target.name == "items.jsonl":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        import_dataset("made-up", tmp_path, tmp_path)
    assert files(tmp_path) == []
