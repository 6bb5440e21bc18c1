"""The files of an evaluation agree with one another and with what other commands read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mgllm.arms.confusion import load_confusion
from mgllm.errors import InputError
from mgllm.recognizer.evaluation.trial import Evaluation, confusion_of, write_evaluation
from mgllm.recognizer.metrics import score
from mgllm.skeleton import Clip, DatasetMeta, Layout, SkeletonDataset, write_dataset

CLASSES = ("nod", "a, b", 'say "so"', "never")
LABELS = ("nod", "a, b", 'say "so"', "nod", None)
P_NK = np.array([[0.7, 0.1, 0.1, 0.1], [0.6, 0.2, 0.1, 0.1], [0.1, 0.1, 0.8, 0.0], [0.05, 0.9, 0.05, 0.0]])
TESTED = np.array([0, 1, 2, 3])


@pytest.fixture
def made(tmp_path: Path) -> SkeletonDataset:
    layout = Layout(joints=("a", "b"), edges=(("a", "b"),))
    meta = DatasetMeta(name="d", layout=layout, dims=2, units="m", classes=CLASSES)
    clips = [Clip(f"c{n}", f"p{n}", np.ones((2, 2, 2)), label) for n, label in enumerate(LABELS)]
    clips.append(Clip("c5", "p5", np.ones((2, 2, 2)), "never"))
    return write_dataset(tmp_path / "set", meta, clips).dataset


@pytest.fixture
def found(made: SkeletonDataset) -> Evaluation:
    return Evaluation(
        **score(P_NK, made.labels[TESTED]).model_dump(),
        protocol="linear",
        split="people",
        seed=0,
        checkpoint="c",
        stream="fused",
        train_clips=1,
        label_fraction=1.0,
        transductive=True,
        labels_seen=False,
        shared_subjects=0,
    )


def test_all_files_are_written(found: Evaluation, made: SkeletonDataset, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    files = write_evaluation(found, made, TESTED, P_NK, out)
    names = ["evaluation.json", "predictions.csv", "confusion.csv", "confusion.png"]
    assert files == tuple(str(out / name) for name in names)
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert (out / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert Evaluation.model_validate(json.loads((out / "evaluation.json").read_text())) == found


def test_each_clips_answer(found: Evaluation, made: SkeletonDataset, tmp_path: Path) -> None:
    write_evaluation(found, made, TESTED, P_NK, tmp_path / "out")
    with (tmp_path / "out" / "predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [
        (row["id"], row["subject"], row["label"], row["predicted"], row["probability"]) for row in rows
    ] == [
        ("c0", "p0", "nod", "nod", "0.7000"),
        ("c1", "p1", "a, b", "nod", "0.6000"),
        ("c2", "p2", 'say "so"', 'say "so"', "0.8000"),
        ("c3", "p3", "nod", "a, b", "0.9000"),
    ]
    assert sum(row["label"] == row["predicted"] for row in rows) / len(rows) == found.top1


def test_the_confusions_are_read_by_the_noisy_arm(
    found: Evaluation, made: SkeletonDataset, tmp_path: Path
) -> None:
    write_evaluation(found, made, TESTED, P_NK, tmp_path / "out")
    confusion = load_confusion(tmp_path / "out" / "confusion.csv")
    nothing = dict.fromkeys([*CLASSES, "missed"], 0.0)
    assert confusion.false_alarms == {}
    assert confusion.rows == {
        "nod": nothing | {"nod": 0.5, "a, b": 0.5},
        "a, b": nothing | {"nod": 1.0},
        'say "so"': nothing | {'say "so"': 1.0},
        "never": nothing | {"nod": 0.5, "a, b": 0.25, 'say "so"': 0.25},
    }
    assert confusion_of(made, (), TESTED, P_NK).rows_from == {
        **dict.fromkeys(CLASSES[:3], "tested"),
        "never": "all classes",
    }


def test_a_class_that_is_only_said_has_a_column(
    found: Evaluation, made: SkeletonDataset, tmp_path: Path
) -> None:
    p_NK = np.array([[0.0, 0.0, 0.0, 1.0]])
    write_evaluation(found, made, TESTED[:1], p_NK, tmp_path / "out")
    confusion = load_confusion(tmp_path / "out" / "confusion.csv")
    assert confusion.rows["nod"] == dict.fromkeys([*CLASSES, "missed"], 0.0) | {"never": 1.0}


def test_a_folder_that_cannot_be_written(found: Evaluation, made: SkeletonDataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot be written"):
            write_evaluation(found, made, TESTED, P_NK, out)
    assert (tmp_path / "file").read_text() == "mine"


def test_no_cell_of_the_answers_is_a_formula(
    found: Evaluation, made: SkeletonDataset, tmp_path: Path
) -> None:
    labels = (*LABELS, "never")
    clips = [Clip(f"={n}", f"@{n}", np.ones((2, 2, 2)), label) for n, label in enumerate(labels)]
    named = write_dataset(tmp_path / "other", made.meta, clips).dataset
    write_evaluation(found, named, TESTED, P_NK, tmp_path / "out")
    lines = (tmp_path / "out" / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "'=0,'@0,nod,nod,0.7000"
