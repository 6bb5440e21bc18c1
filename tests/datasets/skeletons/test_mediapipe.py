"""Arrays of MediaPipe landmarks as a data set of iMiGUE's 22 joints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.skeleton import SkeletonDataset, open_dataset
from tests.datasets.skeletons.marks import AIR, BODY, CHEST, FOREHEAD, vector

KNOWN = (225, 226, 258, 1629, 1662, 1692)


def _frames(folder: Path, frames: list[NDArray[np.float64]]) -> None:
    folder.mkdir(parents=True)
    for number, frame in enumerate(frames):
        np.save(folder / f"{number}.npy", frame)


def _imported(source: Path, tmp_path: Path, **choices: object) -> tuple[list[str], SkeletonDataset]:
    out = tmp_path / "out"
    report = import_dataset("mediapipe", source, out, ImportChoices.model_validate(choices))
    return list(report.warnings), open_dataset(out)


@pytest.mark.parametrize("length", KNOWN)
def test_joints_are_in_pixels_at_their_landmarks(tmp_path: Path, length: int) -> None:
    _frames(tmp_path / "MP" / "think" / "0", [vector(FOREHEAD, None, length)] * 12)
    notes, dataset = _imported(tmp_path / "MP", tmp_path)
    x_TVC = dataset.clip(0)
    place = {name: x_TVC[0, n] for n, name in enumerate(dataset.meta.layout.joints)}
    assert x_TVC.shape == (12, 22, 3)
    visibility = 1.0 if length in (225, 1629) else 0.9
    np.testing.assert_allclose(place["nose"], [*BODY[0], visibility], atol=1e-3)
    np.testing.assert_allclose(place["neck"], [320, 260, visibility], atol=1e-3)
    np.testing.assert_allclose(place["left_elbow"], [*BODY[13], visibility], atol=1e-3)
    np.testing.assert_allclose(
        place["right_index"], [FOREHEAD[0] + 8 / 5 - 2, FOREHEAD[1], visibility], atol=1e-3
    )
    assert np.isnan(place["left_index"][:2]).all()
    assert place["left_index"][2] == 0
    assert (dataset.meta.units, dataset.meta.dims, dataset.meta.classes) == ("pixels", 2, ("think",))
    row = dataset.clips[0]
    assert (row.id, row.subject, row.label, row.fps) == ("MP_think_0", "MP", "think", 15)
    assert dict(row.more) == {"sign": "think", "sequence": "0", "group": "MP"}
    assert sum("640x480" in note or "15 frames" in note or "one person, 'MP'" in note for note in notes) == 3


def test_frames_are_in_the_order_of_numbers_and_whole_arrays_are_read(tmp_path: Path) -> None:
    frames = [vector((100.0 + n, 200.0)) for n in range(11)]
    _frames(tmp_path / "MP" / "a" / "3", frames)
    (tmp_path / "MP" / "b").mkdir()
    np.save(tmp_path / "MP" / "b" / "10.npy", np.stack(frames).astype(np.float32))
    _, dataset = _imported(tmp_path / "MP", tmp_path, subject="p", fps=30, picture="1280x720", group="g")
    tip = dataset.meta.layout.index("right_thumb")
    steps = np.diff(dataset.clip(0)[:, tip, 0])
    np.testing.assert_allclose(steps, [2] * 10, atol=1e-3)
    np.testing.assert_allclose(dataset.clip(1), dataset.clip(0), atol=1e-2)
    assert [row.id for row in dataset.clips] == ["p_a_3", "p_b_10"]
    assert {row.fps for row in dataset.clips} == {30}
    assert dataset.column("group") == ("g", "g")


def test_a_missing_body_and_a_missing_frame_are_missing(tmp_path: Path) -> None:
    nobody = np.zeros(1662)
    _frames(tmp_path / "MP" / "a" / "0", [vector(AIR), nobody, vector(AIR), vector(AIR)])
    (tmp_path / "MP" / "a" / "0" / "2.npy").unlink()
    notes, dataset = _imported(tmp_path / "MP", tmp_path)
    seen = ~np.isnan(dataset.clip(0)[..., 0]).all(axis=1)
    assert seen.tolist() == [True, False, False, True]
    assert any("1 sequences have no file for some frames, which are missing: a/0" in note for note in notes)


def test_people_come_from_a_csv(tmp_path: Path) -> None:
    for name in ("0", "1"):
        _frames(tmp_path / "MP" / "a" / name, [vector(AIR)])
    (tmp_path / "MP" / "subjects.csv").write_text("sign,sequence,subject\na,0,ann\na,1,bob\n")
    notes, dataset = _imported(tmp_path / "MP", tmp_path)
    assert [row.subject for row in dataset.clips] == ["ann", "bob"]
    assert not any("one person" in note for note in notes)


def test_hands_in_the_other_order_are_found_by_their_wrists(tmp_path: Path) -> None:
    straight = vector(FOREHEAD, CHEST)
    crossed = np.concatenate([straight[:-126], straight[-63:], straight[-126:-63]])
    clips = []
    for name, frame in (("s", straight), ("c", crossed)):
        _frames(tmp_path / name / "MP" / "a" / "0", [frame])
        notes, dataset = _imported(tmp_path / name / "MP", tmp_path / name)
        assert any("first hand lies at the right wrist" in note for note in notes) == (name == "c")
        clips.append(dataset.clip(0))
    np.testing.assert_array_equal(clips[0], clips[1])


def test_places_are_kept_where_the_picture_agrees(tmp_path: Path) -> None:
    at = [vector(FOREHEAD)] * 3 + [vector(AIR)] * 5
    seldom = [vector(FOREHEAD)] * 2 + [vector(AIR)] * 8
    for name, frames in (
        ("think/0", at),
        ("think/1", seldom),
        ("wave/0", seldom[2:]),
        ("wave/1", at),
        ("sing/0", at),
    ):
        _frames(tmp_path / "MP" / name, frames)
    places = tmp_path / "places.csv"
    places.write_text("sign,place,idle\nthink,forehead_temple,\nwave,none,1\n")
    _, dataset = _imported(tmp_path / "MP", tmp_path, places=places)
    rows = {(row.more["sign"], row.more["sequence"]): row.more for row in dataset.clips}
    kept = rows["think", "0"]
    assert (kept["location"], kept["contact_share"]) == ("forehead_temple", "0.38")
    assert (kept["contact_from"], kept["contact_to"]) == ("0", "2")
    assert "touching or scratching forehead" in kept["mg_accept"].split("|")
    assert [rows["think", "1"][name] for name in ("location", "mg_accept", "contact_share")] == [
        "",
        "",
        "0.20",
    ]
    assert [rows["wave", "0"][name] for name in ("location", "mg_accept", "idle")] == ["none", "none", "1"]
    assert [rows["wave", "1"][name] for name in ("location", "mg_accept", "idle")] == ["", "", ""]
    assert rows["sing", "0"]["location"] == rows["sing", "0"]["contact_share"] == ""


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (np.zeros(126), "has 126 numbers in a frame; known are 225, 226, 258, 1629, 1662, 1692"),
        (np.zeros((3, 1662)), "must be [L], a frame, but has the shape [3, 1662]"),
        (np.array(["a"] * 258), "must contain numbers, but is <U1"),
        (vector(AIR, length=258), "has 258 numbers in a frame, the frames before it 1662"),
        (vector(AIR) * np.nan, "has an infinite or missing value; a missing part must be zeros"),
        (vector(AIR) * 640, "they must be shares of the picture, 0 to 1"),
        (np.array([{"a": 1}], dtype=object), "cannot be read as an npy file"),
    ],
)
def test_wrong_arrays_are_refused_in_one_line(
    tmp_path: Path, broken: NDArray[np.generic], message: str
) -> None:
    _frames(tmp_path / "MP" / "a" / "0", [vector(AIR)])
    np.save(tmp_path / "MP" / "a" / "0" / "1.npy", broken, allow_pickle=True)
    with pytest.raises(InputError) as caught:
        _imported(tmp_path / "MP", tmp_path)
    assert message in str(caught.value)
    assert "1.npy" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_header_that_says_more_than_the_file_has_is_refused(tmp_path: Path) -> None:
    _frames(tmp_path / "MP" / "a" / "0", [vector(AIR)])
    path = tmp_path / "MP" / "a" / "0" / "0.npy"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"(1662,), }" + b" " * 8, b"(166200000000,), }"))
    assert b"(166200000000,)" in path.read_bytes()
    assert len(path.read_bytes()) == len(content)
    with pytest.raises(InputError, match=r"0\.npy cannot be read as an npy file"):
        _imported(tmp_path / "MP", tmp_path)


def test_wrong_folders_and_options_are_refused_in_one_line(tmp_path: Path) -> None:
    source = tmp_path / "MP"
    _frames(source / "a" / "0", [vector(AIR)])
    _frames(tmp_path / "odd" / "a" / "0", [vector(AIR)])
    (tmp_path / "odd" / "a" / "0" / "0.npy").rename(tmp_path / "odd" / "a" / "0" / "first.npy")
    _frames(tmp_path / "both" / "a" / "0", [vector(AIR)])
    np.save(tmp_path / "both" / "a" / "0.npy", vector(AIR)[None])
    _frames(tmp_path / "apart" / "a" / "0", [np.roll(vector(AIR), 126)])
    csvs = {
        "place": "sign,place\na,nose\n",
        "sign": "sign,place\nb,face\n",
        "twice": "sign,place\na,face\na,chest\n",
        "idle": "sign,place,idle\na,none,maybe\n",
        "header": "word,place\na,none\n",
        "people": "sign,sequence,subject\na,1,ann\n",
    }
    files = {name: tmp_path / f"{name}.csv" for name in csvs}
    for name, text in csvs.items():
        files[name].write_text(text)
    for folder, choices, message in (
        (tmp_path / "odd", {}, "first.npy must be called by its frame's number"),
        (tmp_path / "both", {}, "has the sequence '0' as a file and as a folder"),
        (tmp_path / "apart", {}, "shoulder widths away from the body's wrists"),
        (source, {"picture": "640"}, "--picture '640' must be WIDTHxHEIGHT in pixels, such as 640x480"),
        (source, {"picture": "0x480"}, "--picture '0x480' must be WIDTHxHEIGHT"),
        (source, {"places": files["place"]}, "place.csv:2 place 'nose' is not one of forehead_temple, face"),
        (source, {"places": files["sign"]}, "sign.csv:2 there is no folder of the sign 'b'."),
        (source, {"places": files["twice"]}, "twice.csv:3 the sign 'a' is named a second time"),
        (source, {"places": files["idle"]}, "idle.csv:2 idle 'maybe' must be 1, 0 or empty"),
        (source, {"places": files["header"]}, "header.csv:1 has no column 'sign'; columns are sign,place"),
        (source, {"places": tmp_path / "none.csv"}, "none.csv"),
        (source, {"subjects": files["people"]}, "does not name 1 sequences: a/0"),
        (source, {"unit": "cm"}, "--unit has no effect on the format mediapipe"),
    ):
        with pytest.raises(InputError) as caught:
            _imported(folder, tmp_path, **choices)
        assert message in str(caught.value), str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        assert not (tmp_path / "out").exists()
