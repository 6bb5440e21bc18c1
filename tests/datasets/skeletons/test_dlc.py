"""DeepLabCut's tables, made up in the form of `analyze_videos`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from mgllm.commands._import_report import ImportReport
from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.datasets.skeletons._keypoints import KEYPOINTS
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import LAYOUTS
from tests.datasets.skeletons.sitters import sitter

COCO = KEYPOINTS["coco17"]
SCORER = "DLC_resnet50_talkMay1shuffle1_50000"


def table(
    people: Mapping[str, Any], parts: Sequence[str], coords: Sequence[str] = ("x", "y", "likelihood")
) -> str:
    """Csv text; with the individual "" alone there is no line of individuals."""
    columns = [(who, part, coord) for who in people for part in parts for coord in coords]
    lines = [["scorer", *[SCORER] * len(columns)]]
    lines += [["individuals", *[who for who, _, _ in columns]]] if list(people) != [""] else []
    lines += [
        ["bodyparts", *[part for _, part, _ in columns]],
        ["coords", *[coord for _, _, coord in columns]],
    ]
    for frame in range(len(next(iter(people.values())))):
        cells = [x[frame, :, : len(coords)].ravel() for x in people.values()]
        numbers = ["" if np.isnan(cell) else repr(float(cell)) for cell in np.concatenate(cells)]
        lines.append([str(frame), *numbers])
    return "".join(",".join(line) + "\n" for line in lines)


def store(folder: Path, text: str, name: str = f"talk{SCORER}.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def imported(source: Path, out: Path, **choices: Any) -> ImportReport:
    return import_dataset("dlc", source, out, ImportChoices(**{"fps": 25, **choices}))


def test_a_table_becomes_a_clip_by_the_names_of_its_body_parts(tmp_path: Path) -> None:
    spelled = [f"{name[0].upper()}_{name.split('_')[1].title()}" if "_" in name else "Nose" for name in COCO]
    assert spelled[5:7] == ["L_Shoulder", "R_Shoulder"]
    x = sitter(COCO, 6)
    x[2, 3] = np.nan
    store(tmp_path / "s", table({"": x}, spelled))
    report = imported(tmp_path / "s", tmp_path / "d", subject="Ann")
    dataset = open_dataset(tmp_path / "d")
    assert (dataset.meta.layout, dataset.clips[0].id) == (LAYOUTS["coco17"], "talk")
    x[2, 3, 2] = 0
    np.testing.assert_allclose(dataset.clip(0), x, rtol=1e-6)
    assert report.subject_known


def test_a_few_joints_are_a_layout_of_their_own_and_others_are_counted(tmp_path: Path) -> None:
    parts = [
        "nose",
        "shoulder_l",
        "shoulder_r",
        "l-elbow",
        "RElbow",
        "wrist_left",
        "rwrist",
        "tail",
        "wrist1",
    ]
    parts += ["left_eye", "right_eye", "left_ear", "right_ear"]
    x = sitter(parts, 6)
    store(tmp_path / "s", table({"": x}, parts))
    report = imported(tmp_path / "s", tmp_path / "own")
    dataset = open_dataset(tmp_path / "own")
    own = [
        "nose",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
    ]
    assert list(dataset.meta.layout.joints[:7]) == own
    np.testing.assert_allclose(dataset.clip(0)[:, :7], x[:, :7], rtol=1e-6)
    assert any("--layout imigue22 makes what the bundled recogniser" in w for w in report.warnings)
    report = imported(tmp_path / "s", tmp_path / "d", layout="imigue22")
    clip, layout = open_dataset(tmp_path / "d").clip(0), LAYOUTS["imigue22"]
    np.testing.assert_allclose(clip[:, layout.index("right_wrist")], x[:, 6], rtol=1e-6)
    np.testing.assert_allclose(clip[:, layout.index("neck"), :2], x[:, 1:3, :2].mean(axis=1), rtol=1e-6)
    said = "2 body parts are not joints that are known, and are left out (tail, wrist1"
    assert any(line.startswith(said) for line in report.warnings)
    assert any("joints that the files do not have are missing: right_thumb" in w for w in report.warnings)


def test_a_table_of_names_says_what_parts_are(tmp_path: Path) -> None:
    parts = [*COCO[:9], "wrist1", "wrist2", *COCO[11:]]
    x = sitter(COCO, 6)
    store(tmp_path / "s", table({"": x}, parts))
    names = tmp_path / "names.csv"
    names.write_text("name,joint\nwrist1,left_wrist\nwrist2,right_wrist\n")
    imported(tmp_path / "s", tmp_path / "d", joint_names=names)
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-6)
    for text, words in (
        ("wrist1,left_wrsit", "unknown joint 'left_wrsit'. Did you mean 'left_wrist'"),
        ("a,nose\nb,nose", "names.csv:3 'nose' is there a second time"),
        ("arm,left_wrist", "names none of the body parts"),
    ):
        names.write_text(f"name,joint\n{text}\n")
        with pytest.raises(InputError, match=words):
            imported(tmp_path / "s", tmp_path / "e", joint_names=names)


def test_individuals_are_asked_about_by_name_even_if_they_take_turns(tmp_path: Path) -> None:
    ann, bob = sitter(COCO, 10, (200, 200)), sitter(COCO, 10, (210, 200), 1)
    ann[5:], bob[:5] = np.nan, np.nan
    store(tmp_path / "s", table({"Ann": ann, "Bob": bob}, COCO))
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "s", tmp_path / "d")
    assert "shows 2 people ('" in str(caught.value)
    assert "same" not in str(caught.value)
    imported(tmp_path / "s", tmp_path / "d", person="Bob")
    clip = open_dataset(tmp_path / "d").clip(0)
    assert np.isnan(clip[:5, :, :2]).all()
    np.testing.assert_allclose(clip[5:], bob[5:], rtol=1e-6)


def test_without_likelihoods_a_joint_that_is_there_is_sure(tmp_path: Path) -> None:
    x = sitter(COCO, 6)
    store(tmp_path / "s", table({"": x}, COCO, ("x", "y")))
    imported(tmp_path / "s", tmp_path / "d")
    clip = open_dataset(tmp_path / "d").clip(0)
    np.testing.assert_allclose(clip[..., :2], x[..., :2], rtol=1e-6)
    assert (clip[..., 2] == 1).all()


def test_filtered_and_raw_tables_of_one_recording_are_asked_about(tmp_path: Path) -> None:
    text = table({"": sitter(COCO, 6)}, COCO)
    store(tmp_path / "s", text)
    store(tmp_path / "s", text, f"talk{SCORER}_filtered.csv")
    store(tmp_path / "s", "file,subject\ntalk,Ann\n", "subjects.csv")
    with pytest.raises(InputError, match=r"_filtered\.csv in .* are of one recording; keep one"):
        imported(tmp_path / "s", tmp_path / "d")
    (tmp_path / "s" / f"talk{SCORER}.csv").unlink()
    (tmp_path / "s" / f"talk{SCORER}_filtered.h5").write_bytes(b"of the same table, which csv has")
    report = imported(tmp_path / "s", tmp_path / "d")
    assert "1 other tables are left out: subjects.csv" in report.warnings
    assert open_dataset(tmp_path / "d").clips[0].subject == "Ann"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("scorer", "label", 1), "csv:1 must be a header line of DeepLabCut"),
        (lambda text: text.replace("likelihood", "z"), "has the coordinates z; only x, y and likelihood"),
        (lambda text: text + "7,1\n", "has 2 cells, the header has 52"),
        (lambda text: text.replace("\n5,", "\n3,"), "frames in the first column must increase"),
        (
            lambda text: text.replace("\n0,", "\nlabeled-data/talk/img0.png,"),
            "(CollectedData) are no recording",
        ),
        (lambda text: text + "1e30" + ",1" * 51 + "\n", "frame 1e+30 is more than 10,000,000"),
        (lambda text: text.replace("\n0,", "\n0,x"), "could not convert string to float"),
        (lambda text: text.partition("\n0,")[0] + "\n", "has no frames"),
        (lambda text: text.partition("coords")[0], "has no header of DeepLabCut"),
        (lambda text: text.replace("nose", "left_ear"), "has a body part twice"),
    ],
)
def test_broken_tables_are_named_in_one_line(tmp_path: Path, change: Any, words: str) -> None:
    store(tmp_path / "s", change(table({"": sitter(COCO, 6)}, COCO)))
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "s" / f"talk{SCORER}.csv", tmp_path / "d")
    assert words in str(caught.value)
    assert SCORER in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_parts_of_an_animal_are_no_joints(tmp_path: Path) -> None:
    store(tmp_path / "s", table({"": sitter(["snout", "tailbase"], 4)}, ["snout", "tailbase"]))
    with pytest.raises(
        InputError, match=r"none of its body parts is known \(snout, tailbase\); --joint-names"
    ):
        imported(tmp_path / "s", tmp_path / "d")


def test_an_h5_file_without_its_library_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    store(tmp_path / "s", "", f"talk{SCORER}.h5")
    with pytest.raises(InputError, match=r"pip install '\.\[dlc\]'; or give the \.csv"):
        imported(tmp_path / "s", tmp_path / "d")


@pytest.mark.parametrize("form", ["table", "fixed"])
@pytest.mark.parametrize("several", [False, True])
def test_h5_files_as_pandas_writes_them(
    tmp_path: Path, form: Literal["table", "fixed"], several: bool
) -> None:
    pytest.importorskip("h5py", reason="reads h5 files; the extra dlc")
    pytest.importorskip("tables", reason="writes the h5 file of this test")
    import pandas as pd

    x = sitter(COCO, 6)
    names = ["scorer", *(["individuals"] if several else []), "bodyparts", "coords"]
    levels = [[SCORER], *([["Ann"]] if several else []), COCO, ["x", "y", "likelihood"]]
    columns = pd.MultiIndex.from_product(levels, names=names)
    frame = pd.DataFrame(x.reshape(6, -1), columns=columns)
    (tmp_path / "s").mkdir()
    frame.to_hdf(tmp_path / "s" / f"talk{SCORER}.h5", key="df_with_missing", format=form, mode="w")
    imported(tmp_path / "s", tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), x, rtol=1e-6)
