"""Folders in the place of a skeleton data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.skeleton import open_dataset


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ["a.mp4", "b.MP4", "notes.txt"],
            "has 2 videos and is not a skeleton data set; give mgllm transcribe",
        ),
        (["a.mp4", "b.mp4"], "the files: {folder}/*.mp4"),
        (["day/a.mov"], "the files: {folder}/day/*.mov"),
        (["a.skeleton.npz", "a.eaf"], "has 1 skeleton files and is not a skeleton data set"),
        (["a.skeleton.npz"], "the files: {folder}/*.skeleton.npz"),
        (["x_000000000000_keypoints.json"], "mgllm import openpose {folder} makes one of them"),
        (["01_01.bvh"], "mgllm import bvh {folder} makes one of them"),
        (["a.pdf"], "has no joints.npy, clips.csv, dataset.json; a skeleton data set is a folder with"),
        ([], "has no joints.npy, clips.csv, dataset.json"),
    ],
)
def test_a_folder_of_other_files_says_what_to_do(tmp_path: Path, names: list[str], words: str) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(InputError) as caught:
        open_dataset(tmp_path)
    assert words.format(folder=tmp_path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_data_set_that_lost_a_file_is_one_still(tmp_path: Path) -> None:
    (tmp_path / "joints.npy").touch()
    with pytest.raises(InputError, match=r"has no clips\.csv, dataset\.json"):
        open_dataset(tmp_path)
