"""AlphaPose's result files, made up in the form that its writer gives them."""

from __future__ import annotations

import json
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


def entry(frame: int, x_VC: Any, **more: Any) -> dict[str, Any]:
    made = {"image_id": f"{frame}.jpg", "category_id": 1, "keypoints": np.ravel(x_VC).tolist(), "score": 2.9}
    return {**made, "box": [1.0, 2.0, 30.0, 40.0], **more}


def store(folder: Path, content: Any, name: str = "alphapose-results.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    return folder


def imported(source: Path, out: Path, **choices: Any) -> ImportReport:
    return import_dataset("alphapose", source, out, ImportChoices(**{"fps": 25, **choices}))


@pytest.mark.parametrize(
    ("kind", "layout"),
    [("coco17", "coco17"), ("halpe26", "body25"), ("halpe136", "imigue22"), ("wholebody133", "imigue22")],
)
def test_each_list_of_key_points_is_read_by_name(tmp_path: Path, kind: str, layout: str) -> None:
    names = KEYPOINTS[kind]
    x = sitter(names, 6)
    store(tmp_path / "talk", [entry(n, one) for n, one in enumerate(x)])
    imported(tmp_path / "talk", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert (dataset.meta.layout, dataset.clips[0].id) == (LAYOUTS[layout], "talk")
    for place, joint in enumerate(dataset.meta.layout.joints):
        if joint in names:
            np.testing.assert_allclose(dataset.clip(0)[:, place], x[:, names.index(joint)], rtol=1e-6)


def test_a_neck_is_made_where_there_is_none(tmp_path: Path) -> None:
    names = KEYPOINTS["wholebody133"]
    x = sitter(names, 6)
    x[3, names.index("left_shoulder"), 2] = 0.1
    store(tmp_path / "talk", [entry(n, one) for n, one in enumerate(x)])
    report = imported(tmp_path / "talk", tmp_path / "d")
    neck = open_dataset(tmp_path / "d").clip(0)[:, LAYOUTS["imigue22"].index("neck")]
    shoulders = x[:, [names.index("left_shoulder"), names.index("right_shoulder")]]
    np.testing.assert_allclose(neck[:, :2], shoulders[..., :2].mean(axis=1), rtol=1e-5)
    assert neck[3, 2] == pytest.approx(0.1)
    assert "made from the joints around them: neck" in report.warnings


def test_an_id_that_changes_half_way_is_one_person(tmp_path: Path) -> None:
    x = sitter(KEYPOINTS["coco17"], 20)
    store(tmp_path / "talk", [entry(n, one, idx=1 if n < 12 else 5) for n, one in enumerate(x)])
    report = imported(tmp_path / "talk", tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-6)
    assert any(
        "bodies that never stand together and are taken as one person: talk" in w for w in report.warnings
    )


@pytest.mark.parametrize("lists", [False, True])
def test_people_are_asked_about_by_their_numbers(tmp_path: Path, lists: bool) -> None:
    left, right = (
        sitter(KEYPOINTS["coco17"], 10, at, seed) for at, seed in (((200, 200), 0), ((900, 200), 1))
    )
    both = [
        entry(n, x[n], idx=[who] if lists else who) for n in range(10) for who, x in ((4, left), (2, right))
    ]
    store(tmp_path / "talk", both)
    with pytest.raises(InputError, match=r"shows 2 people \('\d' at x"):
        imported(tmp_path / "talk", tmp_path / "d")
    imported(tmp_path / "talk", tmp_path / "d", person="2")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), right, rtol=1e-6)


def test_frames_in_which_nobody_is_found_have_no_entry(tmp_path: Path) -> None:
    x = sitter(KEYPOINTS["coco17"], 9)
    store(tmp_path / "talk", [entry(n, one) for n, one in enumerate(x) if n not in (3, 4)])
    imported(tmp_path / "talk", tmp_path / "d")
    clip = open_dataset(tmp_path / "d").clip(0)
    assert np.flatnonzero(np.isnan(clip[:, 0, 0])).tolist() == [3, 4]
    np.testing.assert_allclose(clip[5:], x[5:], rtol=1e-6)


def test_numbers_and_other_names_of_pictures_are_read(tmp_path: Path) -> None:
    x = sitter(KEYPOINTS["coco17"], 6)
    names: list[Any] = [lambda n: n, lambda n: f"frames/talk_2_{n:05d}.png"]
    for place, name in enumerate(names):
        store(tmp_path / f"{place}", [entry(n, one, image_id=name(n)) for n, one in enumerate(x)])
        imported(tmp_path / f"{place}", tmp_path / f"d{place}")
        np.testing.assert_allclose(open_dataset(tmp_path / f"d{place}").clip(0), x, rtol=1e-6)


def test_the_form_of_openpose_is_read(tmp_path: Path) -> None:
    x = sitter(KEYPOINTS["coco18"], 6)
    content = {
        f"{n}.jpg": {"version": "AlphaPose v0.3", "people": [{"pose_keypoints_2d": one.ravel().tolist()}]}
        for n, one in enumerate(x)
    }
    store(tmp_path / "talk", content)
    imported(tmp_path / "talk", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["coco17"]
    np.testing.assert_allclose(dataset.clip(0)[:, 0], x[:, 0], rtol=1e-6)


def test_each_file_is_a_recording(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        x = sitter(KEYPOINTS["coco17"], 6)
        store(tmp_path / "s", [entry(n, one) for n, one in enumerate(x)], f"{name}.json")
    assert imported(tmp_path / "s", tmp_path / "d").items == 2
    assert [row.id for row in open_dataset(tmp_path / "d").clips] == ["ann", "bob"]
    imported(tmp_path / "s" / "ann.json", tmp_path / "e")
    assert [row.id for row in open_dataset(tmp_path / "e").clips] == ["ann"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "contains no body"),
        ([entry(0, np.ones((19, 3)))], "has 19 key points; known are 17, 18, 26, 133, 136"),
        ([entry(0, np.ones((17, 3)), image_id="first.jpg")], "image_id: must be the number of a frame"),
        ([{"image_id": "1.jpg"}], "must be an object with 'image_id' and 'keypoints'"),
        (
            [entry(0, np.ones((17, 3))), entry(1, np.ones((26, 3)))],
            "has 26 key points, the bodies before it 17",
        ),
        (
            [entry(0, np.ones((17, 3)), image_id=name) for name in ("a_1.jpg", "b_1.jpg")],
            "has frames of several recordings (a_, b_)",
        ),
        ({"1.jpg": {"bodies": []}}, "must be an object with 'people'"),
        (3, "must be an object"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path: Path, content: Any, words: str) -> None:
    store(tmp_path / "talk", content)
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "talk", tmp_path / "d")
    assert words in str(caught.value)
    assert "alphapose-results.json" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
