"""PYSKL pickles, made up in the documented form."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices, ImportedSkeletons
from mgllm.datasets.skeletons._bodies import most_moving
from mgllm.datasets.skeletons.pyskl import Pyskl
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import LAYOUTS
from mgllm.skeleton.selection import named_split


def annotation(
    name: str, label: int, shape: tuple[int, ...] = (1, 5, 17, 2), **changes: Any
) -> dict[str, Any]:
    random = np.random.default_rng(abs(label))
    made = {
        "frame_dir": name,
        "label": label,
        "total_frames": shape[1],
        "img_shape": (480, 640),
        "keypoint": random.normal(size=shape).astype(np.float16),
        "keypoint_score": np.ones(shape[:3], np.float16),
    }
    return {**made, **changes}


def stored(folder: Path, annotations: list[Any], **splits: list[str]) -> Path:
    path = folder / "set.pkl"
    path.write_bytes(pickle.dumps({"split": splits, "annotations": annotations}))
    return path


def read(source: Path, **choices: Any) -> ImportedSkeletons:
    imported = Pyskl(ImportChoices(**choices)).read(source)
    assert isinstance(imported, ImportedSkeletons)
    return imported


def test_it_becomes_a_folder_with_its_splits(tmp_path: Path) -> None:
    names = [f"S001C00{c}P00{p}R001A00{a}" for c in (1, 2) for p in (1, 2) for a in (1, 3)]
    made = [annotation(name, int(name[-1]) - 1, (1, 4, 25, 3)) for name in names]
    for one in made:
        del one["keypoint_score"]
    sides = {
        "xsub_train": [n for n in names if "P001" in n],
        "xsub_val": [n for n in names if "P002" in n],
        "xview_train": [n for n in names if "C001" in n],
        "xview_val": [n for n in names if "C002" in n],
    }
    report = import_dataset("pyskl", stored(tmp_path, made, **sides), tmp_path / "d")
    assert (report.items, report.subjects, report.subject_known) == (8, 2, True)
    assert report.targets == {"0": 4, "2": 4}
    assert report.splits == ("xsub", "xview")
    assert any("'xview' has 2 subjects on both sides" in line for line in report.warnings)
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["ntu25"]
    assert named_split(dataset, "xsub").train.tolist() == [0, 1, 4, 5]
    for number, one in enumerate(made):
        np.testing.assert_array_equal(dataset.clip(number), one["keypoint"][0].astype(np.float32))


def test_scores_become_a_confidence_and_what_is_missing_nan(tmp_path: Path) -> None:
    one = annotation("a", 0)
    one["keypoint_score"][0, 1, 2] = 0
    one["keypoint"][0, 2, 3] = 0
    joints = next(iter(read(stored(tmp_path, [one])).clips)).joints
    assert joints.shape == (5, 17, 3)
    missing = np.isnan(joints[..., 0])
    assert sorted(zip(*np.nonzero(missing), strict=True)) == [(1, 2), (2, 3)]
    assert (joints[missing][:, 2] == 0).all()
    assert (joints[~missing][:, 2] == 1).all()


def test_without_known_persons_clips_stand_for_them_and_a_line_says_so(tmp_path: Path) -> None:
    imported = read(stored(tmp_path, [annotation("a", 0), annotation("b", 1)], train=["a"], val=["b"]))
    assert [clip.subject for clip in imported.clips] == ["a", "b"]
    assert not imported.subject_known
    assert list(imported.meta.splits) == ["official"]
    assert imported.warnings[-1] == "the ids name no people: each clip counts as another person"


def test_of_several_bodies_the_most_moving_is_kept(tmp_path: Path) -> None:
    one = annotation("a", 0, (3, 6, 17, 2))
    one["keypoint"][0] = one["keypoint"][0, :1]
    one["keypoint"][2] *= 0.1
    joints = next(iter(read(stored(tmp_path, [one])).clips)).joints
    np.testing.assert_array_equal(joints[..., :2], one["keypoint"][1].astype(np.float32))


def test_motion_is_the_sum_of_squares_about_the_mean() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(4, 9, 5, 3))
    x[random.random(x.shape[:3]) < 0.3] = np.nan
    slow = [
        sum(np.nansum(np.square(body[:, v] - np.nanmean(body[:, v], axis=0))) for v in range(5)) for body in x
    ]
    assert most_moving(x) == int(np.argmax(slow))
    assert most_moving(np.stack([x[0], x[0] * 2])) == 1
    assert most_moving(np.stack([np.full_like(x[0], np.nan), x[0]])) == 1


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((25, 2), "body25"),
        ((25, 3), "ntu25"),
        ((17, 2), "coco17"),
        ((20, 3), "kinect20"),
        ((22, 2), "imigue22"),
    ],
)
def test_the_layout_follows_from_the_shape(tmp_path: Path, shape: tuple[int, int], layout: str) -> None:
    asked = {"layout": layout} if shape[0] == 25 else {}
    imported = read(stored(tmp_path, [annotation("a", 0, (1, 5, *shape))]), **asked)
    assert imported.meta.layout == LAYOUTS[layout]
    assert imported.meta.dims == shape[1]
    assert layout in imported.warnings[0]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (annotation("a", 0, (1, 5, 19, 2)), "has 19 joints of 2 coordinates; known layouts are 17×2: coco17"),
        (
            annotation("a", 0, keypoint=np.ones((5, 17, 2))),
            "keypoint: must be numbers [M, T, V, C], but is float64",
        ),
        (annotation("a", 0, keypoint=[1]), "keypoint: must be numbers [M, T, V, C], but is list"),
        (annotation("a", 0, keypoint=np.ones((0, 5, 17, 2))), "C must be 2 or 3, and M at least 1"),
        (annotation("a", -1), "annotations[0] label: must be a whole number, 0 or more"),
        (annotation("a", 0, frame_dir=3), "annotations[0]: has no text 'frame_dir'"),
        (
            annotation("a", 0, keypoint_score=np.ones((1, 4, 17))),
            "keypoint_score: must be numbers [1, 5, 17]",
        ),
        ("text", "annotations[0]: has no text 'frame_dir'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, one: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        list(read(stored(tmp_path, [one])).clips)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_other_pickles_and_folders_are_refused(tmp_path: Path) -> None:
    path = stored(tmp_path, [annotation("a", 0)], x_train=["a"], x_val=["a"])
    with pytest.raises(InputError, match="'a' is in 'val' and 'train' of 'x'"):
        read(path)
    others: list[Any] = [[], {"annotations": []}, {"annotations": {}}]
    for content in others:
        path.write_bytes(pickle.dumps(content))
        with pytest.raises(InputError, match="is not a PYSKL pickle"):
            read(tmp_path)
    (tmp_path / "second.pkl").write_bytes(path.read_bytes())
    with pytest.raises(InputError, match=r"must contain one \.pkl file, but contains 2"):
        read(tmp_path)


def test_a_clip_twice_is_refused_when_written(tmp_path: Path) -> None:
    path = stored(tmp_path, [annotation("a", 0), annotation("a", 1)])
    with pytest.raises(InputError, match=r"d/clips\.csv:3 id: 'a' appears twice"):
        import_dataset("pyskl", path, tmp_path / "d")
    assert list((tmp_path / "d").glob("*")) == []


def in_pixels(frames: int = 6, joints: int = 25) -> np.ndarray:
    """[1, T, V, 3]: pixels and a score."""
    random = np.random.default_rng(4)
    x = random.uniform(100, 500, (1, frames, joints, 3))
    x[..., 2] = random.uniform(0.3, 0.9, x.shape[:-1])
    return x.astype(np.float32)


def test_a_third_channel_in_0_to_1_beside_pixels_is_a_score(tmp_path: Path) -> None:
    one = annotation("a", 0, keypoint=in_pixels())
    del one["keypoint_score"]
    one["keypoint"][0, 2, 3] = 0
    path = stored(tmp_path, [one])
    with pytest.raises(InputError, match=r"25 joints of 2 coordinates.*--layout body25 or --layout ntu25$"):
        read(path)
    report = import_dataset("pyskl", path, tmp_path / "d", ImportChoices(layout="body25"))
    dataset = open_dataset(tmp_path / "d")
    assert (dataset.meta.layout, dataset.meta.dims, dataset.meta.units) == (LAYOUTS["body25"], 2, "pixels")
    assert "the third channel, beside pixels, is in 0 to 1: it is taken as a score" in report.warnings
    expected = one["keypoint"][0].copy()
    expected[2, 3] = np.nan, np.nan, 0
    np.testing.assert_array_equal(dataset.clip(0), expected)


def test_scores_in_both_places_are_not_a_depth(tmp_path: Path) -> None:
    one = annotation(
        "a", 0, keypoint=in_pixels(joints=17), keypoint_score=np.full((1, 6, 17), 0.5, np.float16)
    )
    imported = read(stored(tmp_path, [one]))
    clip = next(iter(imported.clips))
    assert (imported.meta.dims, clip.joints.shape[-1]) == (2, 3)
    assert (clip.joints[..., 2] == 0.5).all()


def test_a_third_channel_of_zeros_beside_pixels_is_left_out(tmp_path: Path) -> None:
    one = annotation("a", 0, keypoint=in_pixels(joints=17))
    del one["keypoint_score"]
    one["keypoint"][..., 2] = 0
    imported = read(stored(tmp_path, [one]))
    assert next(iter(imported.clips)).joints.shape == (6, 17, 2)
    assert "the third channel, beside pixels, is all 0: it is left out" in imported.warnings


def test_metres_stay_metres_and_shares_of_a_picture_are_asked_about(tmp_path: Path) -> None:
    metres = in_pixels() / np.float32(200)  # 0.5 to 2.5 m; a depth close to 0
    one = annotation("S001C001P001R001A001", 0, keypoint=metres)
    del one["keypoint_score"]
    assert read(stored(tmp_path, [one])).meta.dims == 3
    one["keypoint"] = in_pixels() / np.array([1000, 1000, 1], np.float32)
    with pytest.raises(InputError, match="the third may be a score or a depth"):
        read(stored(tmp_path, [one]))


def test_another_layout_than_the_joints_allow_is_refused(tmp_path: Path) -> None:
    path = stored(tmp_path, [annotation("a", 0, (1, 5, 25, 2))])
    with pytest.raises(InputError, match=r"--layout coco17: .* may be body25 or ntu25"):
        read(path, layout="coco17")


def test_ids_of_splits_without_a_clip_are_counted(tmp_path: Path) -> None:
    made = [annotation("a", 0), annotation("b", 1)]
    imported = read(stored(tmp_path, made, x_train=["a", "lost"], x_val=["b", "gone"], y_val=["lost"]))
    assert "2 ids of the splits have no clip and are left out: lost, gone" in imported.warnings


def test_noise_of_low_score_does_not_win_over_a_still_person(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = np.empty((2, 30, 17, 2), np.float32)
    x[0] = random.uniform(100, 300, (17, 2)) + random.normal(0, 0.5, (30, 17, 2))
    x[1] = random.uniform(0, 600, (30, 17, 2))
    scores = np.stack([np.full((30, 17), 0.9), np.full((30, 17), 0.2)]).astype(np.float32)
    one = annotation("a", 0, keypoint=x, keypoint_score=scores)
    report = import_dataset("pyskl", stored(tmp_path, [one]), tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0)[..., :2], x[0])
    assert any(
        "1 clips have several bodies" in line and "1 bodies are left out" in line for line in report.warnings
    )
