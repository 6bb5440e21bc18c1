"""MA-52: lists and pickles made up in the documented form."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import MA52_OF_HALPE136
from mgllm.skeleton.selection import named_split

LISTS = {
    "train_list_videos.txt": "0001_01_0001.mp4 0\n0001_01_0002.mp4 51\n0002_01_0001.mp4 0\n",
    "val_list_videos.txt": "0003_02_0001.mp4 51\n",
    "test_list_videos.txt": "0004_01_0001.mp4 0\n",
}
NAMES = ["0001_01_0001", "0001_01_0002", "0002_01_0001", "0003_02_0001", "0004_01_0001"]


def annotation(name: str, joints: int = 136, **changes: Any) -> dict[str, Any]:
    points = (
        np.random.default_rng(int(name.replace("_", ""))).normal(size=(1, 4, joints, 2)).astype(np.float32)
    )
    made = {
        "frame_dir": name,
        "keypoint": points,
        "keypoint_score": np.ones((1, 4, joints)),
        "total_frames": 4,
    }
    return {**made, **changes}


def store(folder: Path, annotations: list[dict[str, Any]], lists: dict[str, str] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (LISTS if lists is None else lists).items():
        (folder / name).write_text(text)
    (folder / "all.pkl").write_bytes(pickle.dumps({"split": {}, "annotations": annotations}))
    return folder


def refusal(source: Path, out: Path) -> str:
    with pytest.raises(InputError) as caught:
        import_dataset("ma52", source, out)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_test_clips_without_a_person_are_read(tmp_path: Path) -> None:
    lists = {**LISTS, "test_list_videos.txt": "test0000.mp4 0\ntest0001.mp4 0\n"}
    made = [annotation(name) for name in NAMES[:4]]
    made += [annotation(f"{n}", frame_dir=f"test000{n}") for n in (0, 1)]
    report = import_dataset("ma52", store(tmp_path / "s", made, lists), tmp_path / "d")
    rows = open_dataset(tmp_path / "d").clips
    assert [(row.id, row.subject, row.label, row.more["part"]) for row in rows[-2:]] == [
        ("test0000", "test0000", None, "test"),
        ("test0001", "test0001", None, "test"),
    ]
    assert "2 test clips name no person; each counts as one: test0000, test0001" in report.warnings
    lists["val_list_videos.txt"] = "test0002.mp4 0\n"
    assert "val_list_videos.txt:1 must be 'PPPP_VV_NNNN.mp4 label'" in refusal(
        store(tmp_path / "s", made, lists), tmp_path / "e"
    )


@pytest.mark.parametrize("joints", [44, 136])
def test_lists_and_skeletons_are_joined(tmp_path: Path, joints: int) -> None:
    made = [annotation(name, joints) for name in NAMES]
    report = import_dataset("ma52", store(tmp_path / "s", made), tmp_path / "d")
    assert (report.items, report.subjects, report.splits) == (5, 4, ("official",))
    assert report.targets == {"shaking body": 2, "scratching feet": 2}
    assert report.warnings[-1] == "1 of 5 clips have no label"
    dataset = open_dataset(tmp_path / "d")
    assert dataset.column("subject") == ("1", "1", "2", "3", "4")
    assert dataset.column("part") == ("train", "train", "train", "val", "test")
    assert dataset.labels.tolist() == [0, 1, 0, 1, -1]
    split = named_split(dataset, "official")
    assert (split.train.tolist(), split.test.tolist()) == ([0, 1, 2], [3])
    order = list(MA52_OF_HALPE136) if joints == 136 else list(range(44))
    np.testing.assert_array_equal(dataset.clip(1)[..., :2], made[1]["keypoint"][0][:, order])


def test_what_has_no_partner_is_counted(tmp_path: Path) -> None:
    made = [annotation(name) for name in [*NAMES[:2], "0009_01_0001"]]
    source = store(tmp_path / "s", made, {"train.txt": LISTS["train_list_videos.txt"]})
    (source / "train_label.pkl").write_bytes(pickle.dumps([{"file_name": "x", "label": 1}]))
    report = import_dataset("ma52", source, tmp_path / "d")
    assert report.items == 2
    assert report.warnings[:3] == (
        "1 pickles have no annotations and are left out: train_label.pkl",
        "1 skeletons are in no list and are left out: 0009_01_0001",
        "1 listed clips have no skeleton: 0002_01_0001",
    )
    assert report.splits == ()


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (
            {"train.txt": "0001_01_0001 0\n"},
            "train.txt:1 must be 'PPPP_VV_NNNN.mp4 label' (given '0001_01_0001 0')",
        ),
        ({"train.txt": "0001_01_0001.mp4 52\n"}, "train.txt:1 label must be 0 to 51 (given 52)"),
        (
            {"train.txt": "0001_01_0001.mp4 0\n", "val.txt": "0001_01_0001.mp4 0\n"},
            "val.txt:1 '0001_01_0001' is in a list already",
        ),
        ({"train.txt": "0009_01_0001.mp4 0\n"}, "none of 5 skeletons is in a list"),
        ({}, "has no list"),
    ],
)
def test_lists_that_do_not_fit_are_refused(tmp_path: Path, lists: dict[str, str], words: str) -> None:
    source = store(tmp_path / "s", [annotation(name) for name in NAMES], lists)
    assert words in refusal(source, tmp_path / "d")


def test_skeletons_of_an_unknown_layout_are_refused(tmp_path: Path) -> None:
    source = store(tmp_path / "s", [annotation(NAMES[0], 17)])
    assert "has [17, 3] values in a frame; it must have 136 or 44 joints" in refusal(source, tmp_path / "d")
    one = annotation(NAMES[0])
    del one["keypoint_score"]
    assert "has [136, 2] values in a frame" in refusal(store(source, [one]), tmp_path / "d")
    assert "is in" in refusal(store(source, [annotation(NAMES[0])] * 2), tmp_path / "d")
    (source / "all.pkl").unlink()
    assert "has no pickle with 'annotations'" in refusal(source, tmp_path / "d")
