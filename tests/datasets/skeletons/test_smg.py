"""SMG: samples made up exactly in the documented layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.selection import named_split


def store(folder: Path, number: int, labels: str, frames: int = 30) -> NDArray[np.float64]:
    """A sample; returns its 25 joints × 11 columns."""
    values = np.random.default_rng(number).normal(size=(frames, 25, 11)).round(4)
    values[3, 7, :3] = 0
    sample = folder / f"Sample{number:04d}"
    sample.mkdir(parents=True)
    lines = "\n".join(",".join(str(v) for v in row.ravel()) for row in values)
    (sample / f"{sample.name}_skeleton.csv").write_text(lines + "\n")
    (sample / f"{sample.name}_finelabels.csv").write_text(labels)
    (sample / f"{sample.name}_data.csv").write_text(f"{frames},28,4000\n")
    return values


def refusal(source: Path, out: Path) -> str:
    with pytest.raises(InputError) as caught:
        import_dataset("smg", source, out)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_gestures_are_cut_out_of_their_recording(tmp_path: Path) -> None:
    source = tmp_path / "s"
    values = store(source, 2, "1,1,5\n17,4,30\n")
    store(source, 38, "17,10,12\n")
    report = import_dataset("smg", source, tmp_path / "d")
    assert (report.items, report.subjects, report.splits) == (3, 2, ("cross-subject",))
    assert report.targets == {"turtling neck and shoulder": 1, "illustrative hand gestures": 2}
    dataset = open_dataset(tmp_path / "d")
    assert [row.id for row in dataset.clips] == ["Sample0002_0", "Sample0002_1", "Sample0038_0"]
    assert [row.fps for row in dataset.clips] == [28.0] * 3
    first, second = dataset.clip(0), dataset.clip(1)
    assert (len(first), len(second)) == (5, 27)
    np.testing.assert_allclose(second[1:], values[4:30, :, :3].astype(np.float32))
    assert np.isnan(first[3, 7]).all()
    assert np.isnan(second[0, 7]).all()
    split = named_split(dataset, "cross-subject")
    assert (split.train.tolist(), split.test.tolist()) == ([0, 1], [2])
    where = {"recording": "Sample0002", "first": "3", "last": "29", "recording_frames": "30"}
    assert dict(dataset.clips[1].more) == {**where, "annotated": "yes"}
    assert dataset.clips[0].more["first"] == "0"


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("18,1,5\n", "finelabels.csv row 1: label must be 1 to 17 (given 18)"),
        ("0,1,5\n", "label must be 1 to 17 (given 0)"),
        ("1,5,3\n", "row 1: impossible times: frames 5 to 3"),
        ("1,1.5,3\n", "each row must be three whole numbers"),
        ("1,1\n", "finelabels.csv:1 has 2 columns, not 3"),
        ("1,one,3\n", "finelabels.csv:1: could not convert"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: str, words: str) -> None:
    store(tmp_path / "s", 1, labels)
    assert words in refusal(tmp_path / "s", tmp_path / "d")


def test_people_labels_and_recordings(tmp_path: Path) -> None:
    source, people = tmp_path / "s", tmp_path / "people.csv"
    store(source, 1, "label,start,end\n1,1,5\n2,30,31\n3,31,40\n")
    store(source, 2, "")
    (source / "Sample0002" / "Sample0002_finelabels.csv").unlink()
    people.write_text("recording,subject\n1,36\nSample0002,07\n")
    choices = ImportChoices(subjects=people, recordings=tmp_path / "r")
    report = import_dataset("smg", source, tmp_path / "d", choices)
    rows = open_dataset(tmp_path / "d").clips
    assert [(row.id, row.subject, row.length, row.more["annotated"]) for row in rows] == [
        ("Sample0001_0", "36", 5, "yes"),
        ("Sample0001_1", "36", 1, "yes"),
        ("Sample0002", "7", 30, "no"),
    ]
    assert "1 labels run past the end of their recording and are cut there: Sample0001_1" in report.warnings
    assert "1 labels are past the end of their recording and are left out: Sample0001_2" in report.warnings
    whole = open_dataset(tmp_path / "r")
    assert [(row.id, row.subject, row.length, row.fps) for row in whole.clips] == [
        ("Sample0001", "36", 30, 28.0),
        ("Sample0002", "7", 30, 28.0),
    ]


def test_files_that_are_missing_or_torn_are_told(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "d"
    store(source, 1, "1,1,5\n")
    data = source / "Sample0001" / "Sample0001_data.csv"
    data.write_text("29,28,4000\n")
    assert "says 29 frames; the skeleton file has 30" in refusal(source, out)
    data.write_text("30,0,4000\n")
    assert "must have one row: numFrames,fps,maxDepth" in refusal(source, out)
    data.unlink()
    assert "has no Sample0001_data.csv beside it" in refusal(source, out)
    skeleton = source / "Sample0001" / "Sample0001_skeleton.csv"
    skeleton.write_text(skeleton.read_text()[:-100])
    assert "skeleton.csv:30 has" in refusal(source, out)
