"""Pictures are drawn, whatever names hold."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mgllm.recognizer.evaluation.pictures import draw_confusion, draw_history
from mgllm.recognizer.training.history import EpochRow

Refusal = Callable[[Callable[[], object]], str]
ROW = EpochRow(
    epoch=1,
    loss=3.0,
    parts={"spatial": 2.0, "balance": 0.1},
    gap={"spatial": 0.2},
    share_spatial=0.5,
    gradient_spatial=1.0,
    gradient_temporal=0.0,
    learning_rate=1e-3,
    seconds=1.0,
    verdict="",
)


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    plt.close("all")
    yield
    assert plt.get_fignums() == []


def check_picture(path: Path) -> None:
    pixels = plt.imread(path)
    assert path.stat().st_size > 5000
    assert min(pixels.shape[:2]) > 200
    assert pixels[..., :3].std() > 0.02


@pytest.mark.parametrize(
    "classes",
    [
        ("a", "b", "c"),
        ("cost $5", "$x_{", "_hidden"),
        ("$\\frac{$", "a\nb", "x" * 200),
        ("搔头", "ح", "🙂"),
        ("", " ", "%s"),
    ],
    ids=["plain", "dollars", "tex", "unicode", "empty"],
)
def test_the_confusion_matrix_is_drawn_whatever_classes_are_called(
    tmp_path: Path, classes: tuple[str, ...]
) -> None:
    counts = np.array([[5, 1, 0], [0, 0, 4], [2, 2, 2]])
    path = tmp_path / "new" / "confusion.png"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_confusion(counts, classes, "toy_$set, 3_fold $", path)
    check_picture(path)


def test_classes_without_clips_are_left_out(tmp_path: Path) -> None:
    counts = np.zeros((30, 30), np.int64)
    counts[3, 3], counts[3, 20] = 4, 1
    draw_confusion(counts, [f"class {n}" for n in range(30)], "few of many", tmp_path / "few.png")
    full = np.eye(30, dtype=np.int64)
    draw_confusion(full, [f"class {n}" for n in range(30)], "all", tmp_path / "all.png")
    check_picture(tmp_path / "few.png")
    check_picture(tmp_path / "all.png")
    few, many = (plt.imread(tmp_path / name).shape for name in ("few.png", "all.png"))
    assert few[0] * 2 < many[0]


def test_a_class_that_is_only_said_stays(tmp_path: Path) -> None:
    draw_confusion(np.array([[0, 3], [0, 0]]), ("is", "said"), "title", tmp_path / "c.png")
    check_picture(tmp_path / "c.png")


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        ROW.model_copy(update={"gradient_spatial": 0.0}),
        ROW.model_copy(update={"gap": {}, "parts": {"balance": 0.1}}),
    ],
    ids=["usual", "no gradient", "nothing contrasted"],
)
@pytest.mark.parametrize("epochs", [1, 5])
def test_the_history_is_drawn(tmp_path: Path, row: EpochRow, epochs: int) -> None:
    path = tmp_path / "training.png"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_history([row.model_copy(update={"epoch": n + 1}) for n in range(epochs)], path)
    check_picture(path)


def test_a_picture_that_cannot_be_written(tmp_path: Path, refusal: Refusal) -> None:
    counts = np.eye(2, dtype=np.int64)
    (tmp_path / "file").write_text("")
    line = refusal(lambda: draw_confusion(counts, "ab", "t", tmp_path / "file" / "c.png"))
    assert "cannot be written" in line
    assert "c.nope" in refusal(lambda: draw_confusion(counts, "ab", "t", tmp_path / "c.nope"))
    assert "cannot be written" in refusal(lambda: draw_history([ROW], tmp_path / "file" / "h.png"))
