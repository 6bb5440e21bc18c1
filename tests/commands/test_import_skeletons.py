"""`mgllm import` of a skeleton data set: all four files or none, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportedSkeletons, dataset, datasets
from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, Layout, SplitRule, open_dataset

META = DatasetMeta(
    name="made up",
    layout=Layout(joints=("a", "b"), edges=(("a", "b"),)),
    dims=2,
    units="pixels",
    classes=("nod", "shake"),
    splits={"view": SplitRule(train={"camera": ("0",)}, test={"camera": ("1",)})},
)


class MadeUp:
    """An importer of no file at all."""

    title = "A made-up set of skeletons"
    terms = "None."
    citation = "Nobody (2026)."
    caution = "Nothing in it is true."
    breaks = False

    def clips(self) -> Iterator[Clip]:
        for n in range(4):
            if self.breaks and n == 3:
                raise InputError("file 3 is broken")
            label = META.classes[n % 2] if n < 3 else None
            yield Clip(f"c{n}", f"p{n // 2}", np.ones((n + 1, 2, 2)), label, more={"camera": str(n % 2)})

    def read(self, source: Path) -> ImportedSkeletons:
        return ImportedSkeletons(META, self.clips(), ("1 thing is odd",), subject_known=False)


@pytest.fixture(autouse=True)
def _made_up() -> Iterator[None]:
    dataset("made-up-skeletons")(MadeUp)
    yield
    datasets._things.pop("made-up-skeletons")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_folder_its_source_and_its_numbers(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    report = import_dataset("made-up-skeletons", tmp_path, out)
    assert files(out) == ["SOURCE.md", "clips.csv", "dataset.json", "joints.npy"]
    assert sorted(Path(path).name for path in report.files) == files(out)
    assert (report.items, report.subjects, report.frames, report.gestures, report.labels) == (4, 2, 10, 3, 2)
    assert report.targets == {"nod": 2, "shake": 1}
    assert report.warnings == (
        "1 thing is odd",
        "1 clips have only one frame, so nothing moves in them: c0",
        "1 of 4 clips have no label",
        "the split 'view' has 2 subjects on both sides: it is not subject-independent",
    )
    page = (out / "SOURCE.md").read_text(encoding="utf-8")
    for words in [MadeUp.title, MadeUp.terms, MadeUp.citation, MadeUp.caution, *report.warnings]:
        assert words in page
    assert "4 clips of 2 recordings (subjects are not known), 10 frames" in page
    assert "Named splits: view." in page
    assert len(open_dataset(out)) == 4
    json.dumps(report.model_dump(mode="json"))


@pytest.mark.parametrize("name", ["items.jsonl", "joints.npy", "clips.csv", "dataset.json", "SOURCE.md"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="exists already and is not overwritten"):
        import_dataset("made-up-skeletons", tmp_path, tmp_path)
    assert files(tmp_path) == [name]


def test_a_clip_that_cannot_be_read_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MadeUp, "breaks", True)
    with pytest.raises(InputError, match=r"/[^:]*: file 3 is broken$"):
        import_dataset("made-up-skeletons", tmp_path, tmp_path / "out")
    assert files(tmp_path / "out") == []


@pytest.mark.parametrize("failing", ["SOURCE.md", "joints.npy", "dataset.json"])
def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if target == tmp_path / "out" / failing:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(InputError, match="out cannot be written: No space left on device"):
        import_dataset("made-up-skeletons", tmp_path, tmp_path / "out")
    assert files(tmp_path / "out") == []
