"""iMiGUE: recordings and kit arrays made up exactly in the documented layouts."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.selection import named_split

LAYOUT = load_layout("imigue22")
RIGHT, LEFT = slice(12, 17), slice(17, 22)


def recording(seed: int, frames: int = 60, *, crossed: bool = False) -> NDArray[np.float64]:
    """[T, 35, 3]: BODY_25, a finger block near BODY_25 4 and one near 7; crossed: the other way round."""
    random = np.random.default_rng(seed)
    x = np.concatenate([random.uniform(100, 900, (frames, 35, 2)), np.ones((frames, 35, 1))], axis=-1)
    x[:, 4, :2], x[:, 7, :2] = [300, 500], [700, 500]
    first, second = (7, 4) if crossed else (4, 7)
    x[:, 25:30, :2] = x[:, first : first + 1, :2] + random.normal(size=(frames, 5, 2)) * 30
    x[:, 30:35, :2] = x[:, second : second + 1, :2] + random.normal(size=(frames, 5, 2)) * 30
    return x.round(3)


def store(folder: Path, name: str, x: NDArray[np.float64], labels: str) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    lines = [",".join([str(n), *(str(v) for v in row.ravel())]) for n, row in enumerate(x)]
    (folder / name / f"{name}_light_hand.csv").write_text("\n".join(lines) + "\n")
    (folder / name / f"{name}_label.csv").write_text(labels)


def refusal(source: Path, out: Path) -> str:
    with pytest.raises(InputError) as caught:
        import_dataset("imigue", source, out)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_gestures_are_cut_out_and_99_is_class_32(tmp_path: Path) -> None:
    source, x = tmp_path / "s", recording(0)
    x[5, 3] = 0
    store(source, "0001", x, "1,0,9\n99,5,59\n31,7,7\n")
    report = import_dataset("imigue", source, tmp_path / "d")
    assert report.targets == {"turtle neck": 1, "shaking shoulders": 1, "illustrative body language": 1}
    dataset = open_dataset(tmp_path / "d")
    assert [row.id for row in dataset.clips] == ["0001_0", "0001_1", "0001_2"]
    assert [row.length for row in dataset.clips] == [10, 55, 1]
    assert dataset.meta.layout == LAYOUT
    wanted = x[:, [0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 18, *range(25, 35)]].astype(np.float32)
    np.testing.assert_array_equal(dataset.clip(1)[1:], wanted[6:60])
    assert np.isnan(dataset.clip(0)[5, 3, :2]).all()
    assert dataset.clip(0)[5, 3, 2] == 0
    assert not report.subject_known
    assert report.splits == ()
    assert any("each recording counts as a person" in line for line in report.warnings)


@pytest.mark.parametrize("crossed", [False, True])
def test_finger_blocks_go_to_the_wrist_that_they_lie_nearer_to(tmp_path: Path, crossed: bool) -> None:
    source = tmp_path / "s"
    for n in range(3):
        store(source, f"000{n}", recording(n, crossed=crossed), "1,0,59\n")
    odd = recording(9, crossed=not crossed)
    store(source, "0009", odd, "1,0,59\n")
    report = import_dataset("imigue", source, tmp_path / "d")
    side = "left" if crossed else "right"
    assert (
        f"the first finger block is the {side} hand's: it is nearer to that wrist in 3 of 4"
        in report.warnings
    )
    dataset = open_dataset(tmp_path / "d")
    right, left = LAYOUT.index("right_wrist"), LAYOUT.index("left_wrist")
    for number in range(3):
        clip = dataset.clip(number)[..., :2]
        for block, own, other in ((RIGHT, right, left), (LEFT, left, right)):
            away = [
                np.linalg.norm(clip[:, block] - clip[:, [wrist]], axis=-1).max() for wrist in (own, other)
            ]
            assert away[0] < away[1]
    assert [LAYOUT.joints[n][:5] for n in range(12, 17)] == ["right"] * 5


def test_the_official_split_needs_persons(tmp_path: Path) -> None:
    source = tmp_path / "s"
    for name in ("0001", "0002", "0003"):
        store(source, name, recording(int(name)), "1,0,9\n2,0,9\n")
    people = source / "subjects.csv"
    people.write_text("recording,subject\n0001,2\n0002,1\n0003,62\n")
    report = import_dataset("imigue", source, tmp_path / "d")
    assert (report.subjects, report.subject_known, report.splits) == (3, True, ("cross-subject",))
    split = named_split(open_dataset(tmp_path / "d"), "cross-subject")
    assert (split.train.tolist(), split.test.tolist()) == ([0, 1, 4, 5], [2, 3])
    people.write_text("recording,subject\n0001,2\n")
    assert "subjects.csv does not name 2 of 3 recordings: 0002, 0003" in refusal(source, tmp_path / "e")


def test_people_are_named_by_the_official_list_and_numbers_are_numbers(tmp_path: Path) -> None:
    source, listed = tmp_path / "s", tmp_path / "Video.csv"
    for name in ("0001", "0002"):
        store(source, name, recording(int(name)), "1,0,9\n")
    listed.write_text("Link,Video_id,Sub_id\nhttps://example.org/1,1,02\nx,2,1\nx,77,5\n")
    report = import_dataset("imigue", source, tmp_path / "d", ImportChoices(subjects=listed))
    dataset = open_dataset(tmp_path / "d")
    assert dataset.column("subject") == ("2", "1")
    assert dataset.column("recording") == ("0001", "0002")
    assert (report.subject_known, report.splits) == (True, ("cross-subject",))
    assert "1 recordings of Video.csv are not in the data: 77" in report.warnings


def test_recordings_without_labels_are_kept_and_labels_past_the_end_are_cut(tmp_path: Path) -> None:
    source = tmp_path / "s"
    store(source, "0001", recording(1), "gestureID,start,end\n31,50,99\n2,60,70\n1,0,9\n")
    for name, labels in (("0002", ""), ("0003", ""), ("0004", "1,60,61\n")):
        store(source, name, recording(2), labels)
    (source / "0003" / "0003_label.csv").unlink()
    report = import_dataset("imigue", source, tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    places = [(row.id, row.label, *list(row.more.values())[1:]) for row in dataset.clips]
    assert places == [
        ("0001_0", "shaking shoulders", "50", "59", "60", "yes"),
        ("0001_2", "turtle neck", "0", "9", "60", "yes"),
        ("0002", None, "0", "59", "60", "yes"),
        ("0003", None, "0", "59", "60", "no"),
        ("0004", None, "0", "59", "60", "yes"),
    ]
    assert [row.length for row in dataset.clips] == [10, 10, 60, 60, 60]
    page = (tmp_path / "d" / "SOURCE.md").read_text()
    for line in [
        "1 recordings have no labels and are kept complete, unlabelled: 0003",
        "1 recordings have a file of labels without gestures and are kept complete: 0002",
        "1 labels run past the end of their recording and are cut there: 0001_0",
        "2 labels are past the end of their recording and are left out: 0001_1, 0004_0",
    ]:
        assert line in report.warnings
        assert f"* {line}\n" in page


def test_a_labelled_gesture_in_which_nobody_is_seen_does_not_lose_its_recording(tmp_path: Path) -> None:
    x = recording(1)
    x[:10] = 0
    store(tmp_path / "s", "0001", x, "1,0,9\n")
    store(tmp_path / "s", "0002", recording(2), "1,0,9\n")
    report = import_dataset("imigue", tmp_path / "s", tmp_path / "d")
    rows = open_dataset(tmp_path / "d").clips
    assert [(row.id, row.label, row.more["annotated"]) for row in rows] == [
        ("0001", None, "no"),
        ("0002_0", "turtle neck", "yes"),
    ]
    assert "1 clips have no joint at all and are left out: 0001_0" in report.warnings


def test_complete_recordings_are_a_data_set_of_their_own(tmp_path: Path) -> None:
    source, whole = tmp_path / "s", tmp_path / "r"
    store(source, "0001", x := recording(1), "1,0,9\n")
    store(source, "0002", recording(2, 40), "")
    report = import_dataset("imigue", source, tmp_path / "d", ImportChoices(recordings=whole))
    dataset = open_dataset(whole)
    assert [(row.id, row.label, row.length, row.fps) for row in dataset.clips] == [
        ("0001", None, 60, 25.0),
        ("0002", None, 40, 25.0),
    ]
    np.testing.assert_array_equal(dataset.clip(0)[:, 4, :2], x[:, 4, :2].astype(np.float32))
    np.testing.assert_array_equal(dataset.clip(0)[:10], open_dataset(tmp_path / "d").clip(0))
    assert (report.recordings, len(report.files)) == (2, 8)
    assert "2 clips of 2 recordings (subjects are not known), 100 frames" in (whole / "SOURCE.md").read_text()
    with pytest.raises(InputError, match="must be another folder than -o"):
        import_dataset("imigue", source, tmp_path / "e", ImportChoices(recordings=tmp_path / "e"))
    assert not (tmp_path / "e").exists()
    kit(tmp_path / "k")
    with pytest.raises(InputError, match="has no complete recordings, only clips"):
        import_dataset("imigue", tmp_path / "k", tmp_path / "e", ImportChoices(recordings=tmp_path / "f"))


def test_a_recording_in_two_folders_is_refused(tmp_path: Path) -> None:
    for phase in ("train", "test"):
        store(tmp_path / "s" / phase, "0001", recording(1), "1,0,9\n")
    assert "has the recording 0001 twice" in refusal(tmp_path / "s", tmp_path / "d")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("32,0,5\n", "row 1: gestureID must be 1 to 31, or 99 (given 32)"),
        ("0,0,5\n", "row 1: gestureID must be 1 to 31, or 99 (given 0)"),
        ("1,7,5\n", "row 1: impossible times: frames 7 to 5"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: str, words: str) -> None:
    store(tmp_path / "s", "0001", recording(0), labels)
    assert words in refusal(tmp_path / "s", tmp_path / "d")


def test_other_tables_are_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "d"
    store(source, "0001", recording(0)[:, :34], "1,0,5\n")
    assert "0001_light_hand.csv:1 has 103 columns, not 106" in refusal(source, out)
    (source / "0001" / "0001_light_hand.csv").write_text("")
    assert "0001_light_hand.csv has no frames" in refusal(source, out)


def test_without_any_finger_the_blocks_stay_and_a_line_says_so(tmp_path: Path) -> None:
    unseen = recording(0, crossed=True)
    unseen[:, 25:] = 0
    store(tmp_path / "s", "0001", unseen, "1,0,5\n")
    report = import_dataset("imigue", tmp_path / "s", tmp_path / "d")
    assert report.warnings[0].startswith("no frame shows a wrist together with fingers")
    assert np.isnan(open_dataset(tmp_path / "d").clip(0)[:, 12:, :2]).all()


def kit(folder: Path, part: str = "train", *, crossed: bool = False) -> NDArray[np.float32]:
    """Two clips of 90 and 40 frames as the starter kit stores them."""
    array = np.zeros((2, 3, 90, 22, 1), np.float32)
    for n, frames in enumerate((90, 40)):
        x = recording(n, frames, crossed=crossed)[:, [0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 18, *range(25, 35)]]
        array[n, :, :frames, :, 0] = x.transpose(2, 0, 1)
    array[1, :, 10, 8] = 0
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{part}_data_joint.npy", array)
    (folder / f"{part}_label.pkl").write_bytes(pickle.dumps((["0001_0", "0002_7"], [31, 0])))
    return array


def test_the_kit_s_arrays_lose_their_padding(tmp_path: Path) -> None:
    array = kit(tmp_path / "s")
    report = import_dataset("imigue", tmp_path / "s", tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert [(row.id, row.label, row.length) for row in dataset.clips] == [
        ("0001_0", "illustrative body language", 90),
        ("0002_7", "turtle neck", 40),
    ]
    assert dataset.column("subject") == ("0001", "0002")
    assert dataset.column("part") == ("train", "train")
    np.testing.assert_array_equal(dataset.clip(0), array[0, ..., 0].transpose(1, 2, 0))
    assert np.isnan(dataset.clip(1)[10, 8, :2]).all()
    assert report.subject_known is False
    assert any("do not say when a clip is in its recording" in line for line in report.warnings)


def test_the_kit_s_fingers_are_decided_by_distance_too(tmp_path: Path) -> None:
    array = kit(tmp_path / "s", crossed=True)
    import_dataset("imigue", tmp_path / "s", tmp_path / "d")
    clip = open_dataset(tmp_path / "d").clip(0)
    np.testing.assert_array_equal(clip[:, RIGHT], array[0, ..., 0].transpose(1, 2, 0)[:, LEFT])


def test_kit_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "d"
    kit(source)
    listed = source / "train_label.pkl"
    for content, words in [
        ((["0001_0"], [31]), "has 1 ids and 1 classes; train_data_joint.npy has 2"),
        ((["0001_0", "0002_7"], [32, 0]), "'0001_0' with class 32; classes are 0 to 31"),
        (["0001_0", "0002_7"], "must contain two lists"),
    ]:
        listed.write_bytes(pickle.dumps(content))
        assert words in refusal(source, out)
    listed.rename(source / "val_label.pkl")
    assert "has no .pkl with its ids and classes (looked for 'train')" in refusal(source, out)
    np.save(source / "train_data_joint.npy", np.zeros((2, 3, 90, 25, 1), np.float32))
    (source / "val_label.pkl").rename(listed)
    assert "must be float (N, 3, T, 22, 1)" in refusal(source, out)
    out.mkdir()
    assert "has neither" in refusal(out, tmp_path / "e")
