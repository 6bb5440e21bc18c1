"""OpenPose's folders of JSON files, made up in the documented form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.commands.import_ import ImportReport, import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.datasets.skeletons._keypoints import KEYPOINTS, hand_joints
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import LAYOUTS
from mgllm.skeleton.skeleton_file import read_skeleton_file
from tests.datasets.skeletons.sitters import sitter

BODY = KEYPOINTS["body25"]
FULL = (*BODY, *hand_joints("left"), *hand_joints("right"))
Points = NDArray[np.float64]


def person(x_VC: Points, *, hands: bool = False, number: int = -1, suffix: str = "_2d") -> dict[str, Any]:
    """One person of a file; `x_VC` has 25 or 18 key points, and with hands 42 more."""
    body = len(x_VC) - 42 if hands else len(x_VC)
    return {
        "person_id": [number],
        f"pose_keypoints{suffix}": x_VC[:body].ravel().tolist(),
        f"face_keypoints{suffix}": [],
        f"hand_left_keypoints{suffix}": x_VC[body : body + 21].ravel().tolist(),
        f"hand_right_keypoints{suffix}": x_VC[body + 21 :].ravel().tolist(),
        "pose_keypoints_3d": [],
    }


def store(folder: Path, name: str, frames: Sequence[Sequence[dict[str, Any]]], first: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, people in enumerate(frames, first):
        text = json.dumps({"version": 1.3, "people": people})
        (folder / f"{name}_{number:012d}_keypoints.json").write_text(text)
    return folder


def alone(folder: Path, name: str = "talk", frames: int = 8, first: int = 0, seed: int = 0) -> Points:
    x = sitter(BODY, frames, seed=seed)
    store(folder, name, [[person(one)] for one in x], first)
    return x


def imported(source: Path, out: Path, **choices: Any) -> ImportReport:
    return import_dataset("openpose", source, out, ImportChoices(**{"fps": 25, **choices}))


def test_a_folder_becomes_a_clip_of_body25(tmp_path: Path) -> None:
    x = alone(tmp_path / "s")
    report = imported(tmp_path / "s", tmp_path / "d", subject="Ann")
    dataset = open_dataset(tmp_path / "d")
    assert (report.items, report.frames, report.subject_known) == (1, 8, True)
    assert (dataset.meta.layout, dataset.meta.dims, dataset.meta.units) == (LAYOUTS["body25"], 2, "pixels")
    row = dataset.clips[0]
    assert (row.id, row.subject, row.fps, dict(row.more)) == (
        "talk",
        "Ann",
        25,
        {"people": "1", "person": "1"},
    )
    np.testing.assert_allclose(dataset.clip(0), x, rtol=1e-6)


def test_hands_give_the_joints_of_imigue_by_name(tmp_path: Path) -> None:
    x = sitter(FULL, 6)
    store(tmp_path / "s", "talk", [[person(one, hands=True)] for one in x])
    report = imported(tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["imigue22"]
    for place, joint in enumerate(dataset.meta.layout.joints):
        np.testing.assert_allclose(dataset.clip(0)[:, place], x[:, FULL.index(joint)], rtol=1e-6)
    assert "22 of 67 key points are joints of the layout; 45 are left out" in report.warnings
    assert any(line.startswith("nothing names the people") for line in report.warnings)


def test_frames_a_second_are_asked_for(tmp_path: Path) -> None:
    alone(tmp_path / "s")
    with pytest.raises(InputError, match="do not say frames per second; give --fps"):
        import_dataset("openpose", tmp_path / "s", tmp_path / "d")


def test_missing_files_and_a_late_begin_are_missing_frames_and_counted(tmp_path: Path) -> None:
    x = alone(tmp_path / "s", frames=12, first=4)
    for number in (7, 8):
        (tmp_path / "s" / f"talk_{number:012d}_keypoints.json").unlink()
    report = imported(tmp_path / "s", tmp_path / "d")
    clip = open_dataset(tmp_path / "d").clip(0)
    assert len(clip) == 16
    assert np.flatnonzero(np.isnan(clip[:, 0, 0])).tolist() == [0, 1, 2, 3, 7, 8]
    np.testing.assert_allclose(clip[4], x[0], rtol=1e-6)
    assert any(
        "2 frames have no file or entry, and are missing, in 1 recordings" in w for w in report.warnings
    )
    assert any("4 frames lie before the first one" in line for line in report.warnings)


def test_numbers_may_begin_at_1(tmp_path: Path) -> None:
    x = alone(tmp_path / "s", first=1)
    report = imported(tmp_path / "s", tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-6)
    assert not any("frames" in line for line in report.warnings)


def test_points_at_0_and_empty_frames_are_missing(tmp_path: Path) -> None:
    x = sitter(BODY, 5)
    x[2, 4] = 0
    store(tmp_path / "s", "talk", [[person(one)] if n != 3 else [] for n, one in enumerate(x)])
    imported(tmp_path / "s", tmp_path / "d")
    clip = open_dataset(tmp_path / "d").clip(0)
    assert np.isnan(clip[3, :, :2]).all()
    assert np.isnan(clip[2, 4, :2]).all()
    assert clip[2, 4, 2] == 0
    assert np.isfinite(np.delete(clip[:3], 4, axis=1)).all()


def two(frames: int = 10) -> list[list[dict[str, Any]]]:
    """Two people who change places in the list."""
    left, right = sitter(BODY, frames, (200, 200)), sitter(BODY, frames, (900, 220), seed=1)
    pairs = [[person(a), person(b)] for a, b in zip(left, right, strict=True)]
    return [pair if n % 3 else pair[::-1] for n, pair in enumerate(pairs)]


def test_two_people_are_asked_about(tmp_path: Path) -> None:
    store(tmp_path / "s", "talk", two())
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "s", tmp_path / "d")
    said = str(caught.value)
    assert "talk shows 2 people (" in said
    assert "at x 200 in 10 of 10 frames" in said
    assert "--person left, right, largest or a name" in said
    assert "same" not in said
    assert not (tmp_path / "d" / "joints.npy").exists()


@pytest.mark.parametrize(("asked", "x"), [("left", 200), ("right", 900)])
def test_the_person_asked_for_is_followed_wherever_it_stands_in_the_list(
    tmp_path: Path, asked: str, x: int
) -> None:
    store(tmp_path / "s", "talk", two())
    report = imported(tmp_path / "s", tmp_path / "d", person=asked)
    clip = open_dataset(tmp_path / "d").clip(0)
    assert np.abs(clip[:, 1, 0] - x).max() < 5
    assert "1 recordings show several people, of whom one is kept: talk" in report.warnings


def test_a_column_says_who_is_meant_in_each_recording(tmp_path: Path) -> None:
    store(tmp_path / "s", "a", two())
    store(tmp_path / "s", "b", two())
    (tmp_path / "p.csv").write_text("file,subject,person,label\na,Ann,left,nod\nb,Bob,right,\n")
    imported(tmp_path / "s", tmp_path / "d", subjects=tmp_path / "p.csv")
    dataset = open_dataset(tmp_path / "d")
    assert [(row.subject, row.label) for row in dataset.clips] == [("Ann", "nod"), ("Bob", None)]
    assert [round(float(dataset.clip(n)[0, 1, 0]), -2) for n in (0, 1)] == [200, 900]


def test_a_face_in_few_frames_is_no_second_person(tmp_path: Path) -> None:
    frames = [[person(one)] for one in sitter(BODY, 40)]
    frames[7].append(person(sitter(BODY, 1, (1000, 300))[0]))
    store(tmp_path / "s", "talk", frames)
    report = imported(tmp_path / "s", tmp_path / "d")
    assert "1 bodies that are hardly seen are left out, in 1 recordings: talk" in report.warnings
    assert np.abs(open_dataset(tmp_path / "d").clip(0)[:, 1, 0] - 300).max() < 5


def test_people_who_take_turns_are_asked_about_and_may_be_one(tmp_path: Path) -> None:
    first, second = sitter(BODY, 10, (200, 200)), sitter(BODY, 10, (900, 200))
    store(tmp_path / "s", "talk", [[person(one)] for one in (*first, *second)])
    with pytest.raises(InputError, match="or --person same if all are one person"):
        imported(tmp_path / "s", tmp_path / "d")
    report = imported(tmp_path / "s", tmp_path / "d", person="same")
    np.testing.assert_allclose(
        open_dataset(tmp_path / "d").clip(0), np.concatenate([first, second]), rtol=1e-6
    )
    assert any("bodies that never stand together and are taken as one person" in w for w in report.warnings)


def test_numbers_that_openpose_gave_are_used(tmp_path: Path) -> None:
    left, right = sitter(BODY, 6, (200, 200)), sitter(BODY, 6, (900, 200))
    frames = [[person(b, number=7), person(a, number=3)] for a, b in zip(left, right, strict=True)]
    store(tmp_path / "s", "talk", frames)
    imported(tmp_path / "s", tmp_path / "d", person="7")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), right, rtol=1e-6)


def test_a_name_for_the_only_person_is_refused(tmp_path: Path) -> None:
    alone(tmp_path / "s")
    with pytest.raises(InputError, match=r"--person 4: .*talk shows one person, 1; leave it out"):
        imported(tmp_path / "s", tmp_path / "d", person="4")
    imported(tmp_path / "s", tmp_path / "d", person="largest")


def test_coco_and_the_fields_of_old_versions_are_read(tmp_path: Path) -> None:
    x = sitter(KEYPOINTS["coco18"], 5)
    store(tmp_path / "s", "talk", [[person(one, suffix="")] for one in x])
    imported(tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.meta.layout == LAYOUTS["coco17"]
    for place, joint in enumerate(LAYOUTS["coco17"].joints):
        np.testing.assert_allclose(
            dataset.clip(0)[:, place], x[:, KEYPOINTS["coco18"].index(joint)], rtol=1e-6
        )


def test_shares_of_the_picture_need_its_size(tmp_path: Path) -> None:
    x = sitter(BODY, 5)
    shares = x / (1000, 500, 1)
    store(tmp_path / "s", "talk", [[person(one)] for one in shares])
    with pytest.raises(InputError, match="shares of the picture; give its size with --picture"):
        imported(tmp_path / "s", tmp_path / "d")
    report = imported(tmp_path / "s", tmp_path / "d", picture="1000x500")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-4)
    assert any(line.startswith("coordinates of 1 recordings are shares") for line in report.warnings)


def test_the_other_scale_of_openpose_runs_from_minus_1(tmp_path: Path) -> None:
    x = sitter(BODY, 5)
    store(tmp_path / "s", "talk", [[person(one)] for one in x * (2 / 1000, 2 / 500, 1) - (1, 1, 0)])
    report = imported(tmp_path / "s", tmp_path / "d", picture="1000x500")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, atol=0.01)
    assert any("-1 to 1" in line for line in report.warnings)


def test_a_picture_beside_pixels_has_no_effect(tmp_path: Path) -> None:
    alone(tmp_path / "s")
    with pytest.raises(InputError, match="--picture has no effect: coordinates are in pixels"):
        imported(tmp_path / "s", tmp_path / "d", picture="640x480")


def test_recordings_are_named_by_their_files_or_folders(tmp_path: Path) -> None:
    alone(tmp_path / "s" / "one", "talk")
    alone(tmp_path / "s" / "two", "talk")
    alone(tmp_path / "s" / "three", "0001")
    (tmp_path / "s" / "three" / "camera.json").write_text("{}")
    report = imported(tmp_path / "s", tmp_path / "d")
    assert [row.id for row in open_dataset(tmp_path / "d").clips] == ["0001", "one-talk", "two-talk"]
    assert "1 other JSON files are left out: camera.json" in report.warnings


def test_hands_that_the_first_recording_lacks_are_asked_about(tmp_path: Path) -> None:
    alone(tmp_path / "s", "a")
    store(tmp_path / "s", "b", [[person(one, hands=True)] for one in sitter(FULL, 5)])
    with pytest.raises(InputError, match="has hands, and the first recording has none"):
        imported(tmp_path / "s", tmp_path / "d")
    report = imported(tmp_path / "s", tmp_path / "d", layout="imigue22")
    dataset = open_dataset(tmp_path / "d")
    assert np.isnan(dataset.clip(0)[:, 12:, :2]).all()
    assert np.isfinite(dataset.clip(1)).all()
    assert not any("do not have are missing" in line for line in report.warnings)


def test_skeleton_files_have_the_same_joints(tmp_path: Path) -> None:
    x = alone(tmp_path / "s")
    alone(tmp_path / "s", "other", seed=3)
    choices = ImportChoices(fps=25)
    report = import_dataset("openpose", tmp_path / "s", tmp_path / "o", choices, skeleton_files=True)
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == [
        "SOURCE.md", "other.skeleton.npz", "talk.skeleton.npz",
    ]  # fmt: skip
    recording = read_skeleton_file(tmp_path / "o" / "talk.skeleton.npz")
    np.testing.assert_allclose(recording.joints, x, rtol=1e-6)
    assert (recording.about.joints, recording.about.fps) == (LAYOUTS["body25"].joints, 25)
    assert report.items == 2


def change(content: Any, *path: Any, to: Any) -> Any:
    *before, last = path
    inner = content
    for step in before:
        inner = inner[step]
    inner[last] = to
    return content


POSE = ("people", 0, "pose_keypoints_2d")


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (("people",), 3, "people: must be a list"),
        (("people", 0), 3, "people[0] must be an object"),
        (POSE, [1.0] * 74, "pose_keypoints_2d must be a list of x, y, score"),
        (POSE, [1.0] * 60, "has 20 key points; known are 25 (body25) or 18 (coco18)"),
        (POSE, ["a"] * 75, "must be numbers [25, 3]"),
        (
            ("people", 0, "hand_left_keypoints_2d"),
            [1.0] * 60,
            "hand_left_keypoints_2d has 20 key points, not 21",
        ),
    ],
)
def test_broken_files_are_named_in_one_line(
    tmp_path: Path, path: tuple[Any, ...], to: Any, words: str
) -> None:
    alone(tmp_path / "s")
    file = tmp_path / "s" / "talk_000000000003_keypoints.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()), *path, to=to)))
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "s", tmp_path / "d")
    assert str(file) in str(caught.value)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_empty_file_and_another_body_are_refused(tmp_path: Path) -> None:
    alone(tmp_path / "s")
    file = tmp_path / "s" / "talk_000000000003_keypoints.json"
    file.write_text(json.dumps({"people": [person(sitter(KEYPOINTS["coco18"], 1)[0])]}))
    with pytest.raises(InputError, match=r"has the body coco18, the frames before it body25"):
        imported(tmp_path / "s", tmp_path / "d")
    file.write_text("")
    with pytest.raises(InputError, match=r"000000000003_keypoints\.json"):
        imported(tmp_path / "s", tmp_path / "d")


def test_body25b_is_not_taken_for_body25(tmp_path: Path) -> None:
    coco = sitter((*KEYPOINTS["coco17"], *["neck"] * 8), 5)
    store(tmp_path / "s", "talk", [[person(one)] for one in coco])
    with pytest.raises(InputError, match="key point 1 does not lie between 2 and 5"):
        imported(tmp_path / "s", tmp_path / "d")


def test_nobody_and_times_in_names_are_refused(tmp_path: Path) -> None:
    store(tmp_path / "a", "talk", [[], []])
    with pytest.raises(InputError, match="talk shows nobody"):
        imported(tmp_path / "a", tmp_path / "d", layout="body25")
    alone(tmp_path / "b", frames=2)
    (tmp_path / "b" / "talk_000000000001_keypoints.json").rename(
        tmp_path / "b" / "talk_1699999999_keypoints.json"
    )
    with pytest.raises(InputError, match="numbered 0 to 1699999999; they must be numbers of frames"):
        imported(tmp_path / "b", tmp_path / "d")


def test_one_frame_is_no_recording(tmp_path: Path) -> None:
    alone(tmp_path / "s", frames=1)
    with pytest.raises(InputError, match="is one frame; give the folder"):
        imported(next((tmp_path / "s").iterdir()), tmp_path / "d")
