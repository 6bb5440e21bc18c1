"""iMiGUE-Speech, in its documented layout, with made-up words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.datasets.base import ImportedItems, datasets
from mgllm.errors import InputError
from mgllm.records import Item, Turn

LABELS = "video_id,subject_gender,subject_nationality,win_or_lose\n0001,F,ABC,win\n2,M,,Lose\n"
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(labels: str = LABELS, texts: dict[str, str] | None = None) -> Path:
        (tmp_path / "labels.csv").write_text(labels)
        for video, text in (texts or {"0001": "Well,\nit was.", "0002": "So it goes."}).items():
            (tmp_path / video).mkdir(exist_ok=True)
            (tmp_path / video / f"{video}.raw.txt").write_text(text)
            (tmp_path / video / f"{video}.asr.txt").write_text("not read")
        return tmp_path

    return write


def read(source: Path) -> ImportedItems:
    imported = datasets.get("imigue-speech")().read(source)
    assert isinstance(imported, ImportedItems)
    return imported


def test_a_video_is_a_restricted_item(make: Make) -> None:
    first, second = read(make()).items
    assert first == Item(
        id="0001",
        subject="0001",
        subject_known=False,
        speech=(Turn(text="Well, it was."),),
        target="win",
        covariates={"sex": "F", "nationality": "ABC"},
        terms="restricted",
    )
    assert (second.id, second.target, dict(second.covariates)) == ("0002", "lose", {"sex": "M"})


def test_what_is_odd_is_noted(make: Make) -> None:
    source = make(texts={"0001": "", "0002": "So.", "0003": "Nobody asked."})
    assert read(source).warnings == (
        "1 videos have no words: 0001",
        "1 folders have no row in labels.csv and are left out: 0003",
    )
    assert read(make()).warnings == ("1 folders have no row in labels.csv and are left out: 0003",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("win_or_lose", "result", "labels.csv:1 has no column 'win_or_lose'"),
        ("Lose", "draw", "labels.csv:3 win_or_lose: must be win or lose (given 'draw')"),
        ("\n2,", "\nx2,", "labels.csv:3 video_id: must be a number (given 'x2')"),
        ("\n2,", "\n1,", "labels.csv:3 video_id: '0001' appears twice"),
        ("M,,", "M,", "labels.csv:3 has 3 cells, the header has 4"),
        ("ABC", '"AB"C', "labels.csv:2 is not csv"),
        ("0001,F,ABC,win\n2,M,,Lose\n", "", "labels.csv has no videos"),
        ("\n2,", "\n7,", "1 of 2 videos have no NNNN.raw.txt: 0007"),
    ],
)
def test_labels_that_are_not_right_are_named(make: Make, old: str, new: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(make(LABELS.replace(old, new, 1)))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
