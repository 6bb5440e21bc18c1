"""UTD-MHAD: a made-up file in its layout, and the real one where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportedSkeletons, datasets
from mgllm.datasets.skeletons.utd_mhad import CLASSES
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.selection import named_split


def arrays(**changes: Any) -> dict[str, Any]:
    lengths = np.array([3, 1, 4, 2], np.int32)
    made = {
        "x": np.random.default_rng(0).normal(size=(10, 20, 3)).astype(np.float32),
        "lengths": lengths,
        "label": np.array([1, 27, 1, 10]),
        "subject": np.array([1, 2, 3, 4]),
        "trial": np.array([1, 1, 2, 4]),
        "name": np.array([f"a{n}_s{n}_t1_skeleton.mat" for n in range(4)]),
    }
    return {**made, **changes}


def stored(folder: Path, content: dict[str, Any]) -> Path:
    np.savez(folder / "x.npz", **content)
    return folder / "x.npz"


def read(source: Path) -> ImportedSkeletons:
    imported = datasets.get("utd-mhad")().read(source)
    assert isinstance(imported, ImportedSkeletons)
    return imported


def test_clips_are_cut_by_their_lengths(tmp_path: Path) -> None:
    content = arrays()
    clips = list(read(stored(tmp_path, content)).clips)
    assert [clip.id for clip in clips] == ["a0_s0_t1", "a1_s1_t1", "a2_s2_t1", "a3_s3_t1"]
    assert [(clip.subject, clip.more["trial"]) for clip in clips] == [
        ("1", "1"),
        ("2", "1"),
        ("3", "2"),
        ("4", "4"),
    ]
    assert [clip.label for clip in clips] == [
        "swipe left",
        "squat",
        "swipe left",
        "draw circle counter-clockwise",
    ]
    for clip, begin, length in zip(clips, [0, 3, 4, 8], content["lengths"], strict=True):
        np.testing.assert_array_equal(clip.joints, content["x"][begin : begin + length])


def test_it_becomes_a_folder_with_the_field_s_split(tmp_path: Path) -> None:
    report = import_dataset("utd-mhad", stored(tmp_path, arrays()), tmp_path / "d")
    assert (report.items, report.subjects, report.frames, report.labels) == (4, 4, 10, 3)
    assert report.targets == {"swipe left": 2, "draw circle counter-clockwise": 1, "squat": 1}
    assert report.splits == ("cross-subject",)
    dataset = open_dataset(tmp_path / "d")
    split = named_split(dataset, "cross-subject")
    assert (split.train.tolist(), split.test.tolist()) == ([0, 2], [1, 3])
    page = (tmp_path / "d" / "SOURCE.md").read_text()
    assert "4 clips of 4 subjects, 10 frames" in page
    assert any(line.startswith("24 of 27 classes have no clips") for line in report.warnings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"x": np.ones((10, 25, 3), np.float32)},
            "x: must be float [frames, 20, 3], but is float32 [10, 25, 3]",
        ),
        ({"x": np.ones((9, 20, 3), np.float32)}, "lengths: their sum is 10, but x has 9 frames"),
        ({"label": np.array([0, 1, 2, 3])}, "label: must be 1 to 27 (given 0)"),
        ({"label": np.array([1, 1, 2])}, "label: has shape [3]"),
        ({"subject": np.array(["1", "2", "3", "4"])}, "subject: has the type <U1"),
        ({"name": np.array([{}, 1, 2, 3], dtype=object)}, "cannot be read as an npz file"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(stored(tmp_path, arrays(**changes)))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_other_files_are_refused(tmp_path: Path) -> None:
    content = arrays()
    del content["trial"]
    with pytest.raises(InputError, match="has no arrays trial"):
        read(stored(tmp_path, content))
    path = tmp_path / "x.npz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be read as an npz file"):
        read(path)
    np.save(tmp_path / "y.npy", np.ones(3))
    with pytest.raises(InputError, match="cannot be read as an npz file"):
        read(tmp_path / "y.npy")


def test_the_real_set_is_whole(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    root = Path(os.environ.get("MGLLM_TEST_DATA", request.config.rootpath.parent / "shared" / "data"))
    real = root / "utd_mhad.npz"
    if not real.is_file():
        pytest.skip(f"UTD-MHAD is not in {root}; MGLLM_TEST_DATA names another folder")
    report = import_dataset("utd-mhad", real, tmp_path / "d")
    assert (report.items, report.subjects, report.labels, report.frames) == (861, 8, 27, 58299)
    assert report.warnings == ()
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.classes == CLASSES
    split = named_split(dataset, "cross-subject")
    assert (len(split.train), len(split.test)) == (431, 430)
    with np.load(real) as file:
        np.testing.assert_array_equal(dataset.joints, file["x"])
        assert [int(label) + 1 for label in dataset.labels] == file["label"].tolist()
