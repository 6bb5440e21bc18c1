"""MMPose's prediction files, made up in the forms of its demo scripts and its inferencer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands.import_ import ImportReport, import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.datasets.skeletons._keypoints import KEYPOINTS
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import LAYOUTS
from tests.datasets.skeletons.sitters import sitter

COCO = KEYPOINTS["coco17"]


def instance(x_VC: Any, **more: Any) -> dict[str, Any]:
    x = np.asarray(x_VC)
    made = {"keypoints": x[:, :2].tolist(), "keypoint_scores": x[:, 2].tolist()}
    return {**made, "bbox": [[0.0, 0.0, 9.0, 9.0]], "bbox_score": 0.9, **more}


def frames(*people: Any, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"frame_id": n, "instances": [instance(one) for one in row]}
        for n, row in enumerate(zip(*people, strict=True), first)
    ]


def named(names: Sequence[str], content: Any) -> dict[str, Any]:
    meta = {"dataset_name": "x", "keypoint_id2name": {str(n): name for n, name in enumerate(names)}}
    return {"meta_info": meta, "instance_info": content}


def store(folder: Path, content: Any, name: str = "talk.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    return folder


def imported(source: Path, out: Path, **choices: Any) -> ImportReport:
    return import_dataset("mmpose", source, out, ImportChoices(**{"fps": 25, **choices}))


def test_key_points_are_read_by_the_names_of_the_file(tmp_path: Path) -> None:
    x = sitter(COCO, 6)
    turned = x[:, ::-1]
    store(tmp_path / "s", named(COCO[::-1], frames(turned, first=1)))
    imported(tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert (dataset.meta.layout, dataset.clips[0].id) == (LAYOUTS["coco17"], "talk")
    np.testing.assert_allclose(dataset.clip(0), x, rtol=1e-6)


def test_hands_by_the_names_of_coco_wholebody(tmp_path: Path) -> None:
    fingers = ("thumb", "forefinger", "middle_finger", "ring_finger", "pinky_finger")
    hands = [
        name
        for side in ("left", "right")
        for name in (f"{side}_hand_root", *(f"{side}_{one}{n}" for one in fingers for n in (1, 2, 3, 4)))
    ]
    ours = KEYPOINTS["wholebody133"]
    names = (*ours[:23], *(f"face-{n}" for n in range(68)), *hands)
    x = sitter(ours, 6)
    store(tmp_path / "s", named(names, frames(x)))
    imported(tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["imigue22"]
    for side in ("left", "right"):
        for finger in ("thumb", "index", "little"):
            place = dataset.meta.layout.index(f"{side}_{finger}")
            np.testing.assert_allclose(
                dataset.clip(0)[:, place], x[:, ours.index(f"{side}_{finger}")], rtol=1e-6
            )


def test_the_hip_of_halpe_is_the_middle_of_the_hips(tmp_path: Path) -> None:
    names = tuple("hip" if name == "mid_hip" else name for name in KEYPOINTS["halpe26"])
    x = sitter(KEYPOINTS["halpe26"], 6)
    store(tmp_path / "s", named(names, frames(x)))
    imported(tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["body25"]
    np.testing.assert_allclose(dataset.clip(0)[:, dataset.meta.layout.index("mid_hip")], x[:, 19], rtol=1e-6)


def test_17_key_points_without_names_are_asked_about(tmp_path: Path) -> None:
    x = sitter(COCO, 6)
    store(tmp_path / "s", frames(x))
    with pytest.raises(InputError, match="does not name its 17 key points; give --keypoints coco17"):
        imported(tmp_path / "s", tmp_path / "d")
    with pytest.raises(InputError, match=r"--keypoints halpe26 has 26 key points; .* has 17"):
        imported(tmp_path / "s", tmp_path / "d", keypoints="halpe26")
    with pytest.raises(InputError, match=r"unknown list of key points 'COCO-17'\. Did you mean 'coco17'"):
        imported(tmp_path / "s", tmp_path / "d", keypoints="COCO-17")
    imported(tmp_path / "s", tmp_path / "d", keypoints="coco17")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-6)


def test_files_of_pictures_are_frames(tmp_path: Path) -> None:
    x = sitter(COCO, 5)
    for n, one in enumerate(x, 1):
        store(tmp_path / "s", [instance(one)] if n != 3 else [], f"img_{n:04d}.json")
    imported(tmp_path / "s", tmp_path / "d", keypoints="coco17")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.clips[0].id == "img"
    assert np.flatnonzero(np.isnan(dataset.clip(0)[:, 0, 0])).tolist() == [2]
    np.testing.assert_allclose(dataset.clip(0)[3:], x[3:], rtol=1e-6)


def test_two_people_are_asked_about_and_a_track_is_a_name(tmp_path: Path) -> None:
    left, right = sitter(COCO, 8, (200, 200)), sitter(COCO, 8, (900, 200), 1)
    store(tmp_path / "s", named(COCO, frames(left, right)))
    with pytest.raises(InputError, match="shows 2 people"):
        imported(tmp_path / "s", tmp_path / "d")
    tracked = frames(left, right)
    for one in tracked:
        one["instances"][0]["track_id"], one["instances"][1]["track_id"] = 0, 6
    store(tmp_path / "t", named(COCO, tracked))
    imported(tmp_path / "t", tmp_path / "d", person="6")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), right, rtol=1e-6)


def broken(key: str, to: Any) -> Any:
    content = frames(sitter(COCO, 2))
    content[1]["instances"][0][key] = to
    return named(COCO, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (named(COCO, []), "contains no body"),
        (named(COCO, [{"frame_id": 0, "instances": []}]), "contains no body"),
        ({"meta_info": {}}, "must be an object with 'instance_info'"),
        (named(COCO, [{"frame_id": -1, "instances": []}]), "frame_id must be a whole number"),
        (named(COCO, frames(sitter(COCO, 1)) * 2), "frame 0 is there a second time"),
        (broken("keypoints", [[1, 2, 3]] * 17), "x, y and z; only key points in the picture are read"),
        (broken("keypoints", [[1, "a"]] * 17), "keypoints must be numbers [17, 3]"),
        (broken("keypoints", 5), "keypoints must be numbers [0, 3]"),
        (broken("keypoint_scores", [1, 1]), "keypoint_scores: must be a number for each of 17 key points"),
        (named(COCO[:5], frames(sitter(COCO, 2))), "does not name its 17 key points"),
        (
            named([f"kp_{n}" for n in range(17)], frames(sitter(COCO, 2))),
            "none of its 17 key points is a joint that is known",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path: Path, content: Any, words: str) -> None:
    store(tmp_path / "s", content)
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "s", tmp_path / "d")
    assert words in str(caught.value)
    assert "talk.json" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
