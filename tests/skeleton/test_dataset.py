"""The folder of a skeleton data set: written, read back, and everything that may be wrong with it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, check_dataset, open_dataset, write_dataset
from mgllm.skeleton.writing import growing_dataset

LAYOUT = {
    "joints": ["hip", "left", "right"],
    "edges": [["hip", "left"], ["hip", "right"]],
    "mirror": [["left", "right"]],
}
SPLITS = {"by person": {"train": {"subject": [1, 2]}, "test": {"subject": ["3"]}}}
META: dict[str, Any] = {
    "name": "small",
    "layout": LAYOUT,
    "dims": 2,
    "units": "pixels",
    "classes": ["nod", "shake, slowly"],
    "splits": SPLITS,
}


def meta(**changes: Any) -> DatasetMeta:
    return DatasetMeta.model_validate({**META, **changes})


def clips(count: int = 6) -> Iterator[Clip]:
    random = np.random.default_rng(0)
    for n in range(count):
        joints = random.normal(size=(n + 1, 3, 2))
        joints[0, 2] = np.nan
        label = META["classes"][n % 2] if n != 4 else None
        yield Clip(f"c{n}", str(1 + n % 3), joints, label, 25.0 if n else None, {"camera": str(n % 2)})


@pytest.fixture
def made(tmp_path: Path) -> SkeletonDataset:
    return write_dataset(tmp_path / "d", meta(), clips()).dataset


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def edit_meta(folder: Path, **changes: Any) -> None:
    path = folder / "dataset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def edit_row(folder: Path, line: int, column: str, value: str) -> None:
    with (folder / "clips.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    rows[line][rows[0].index(column)] = value
    with (folder / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_what_is_written_is_read_back(made: SkeletonDataset) -> None:
    assert len(made) == 6
    for number, clip in enumerate(clips()):
        row = made.clips[number]
        assert (row.id, row.subject, row.label, row.fps, row.more) == (
            clip.id,
            clip.subject,
            clip.label,
            clip.fps,
            clip.more,
        )
        np.testing.assert_array_equal(made.clip(number), clip.joints.astype(np.float32))
    assert made.labels.tolist() == [0, 1, 0, 1, -1, 1]
    assert made.columns == ("id", "subject", "label", "start", "length", "fps", "camera")
    assert made.column("fps")[:2] == ("", "25")
    assert made.column("camera") == ("0", "1", "0", "1", "0", "1")
    assert made.column("label")[3:5] == ("shake, slowly", "")


def test_the_files_are_plain(made: SkeletonDataset) -> None:
    joints = np.load(made.path / "joints.npy")
    assert (joints.dtype, joints.shape) == (np.float32, (21, 3, 2))
    content = json.loads((made.path / "dataset.json").read_text())
    assert content["layout"] == LAYOUT
    assert content["splits"]["by person"]["train"] == {"subject": ["1", "2"]}
    assert sorted(path.name for path in made.path.iterdir()) == ["clips.csv", "dataset.json", "joints.npy"]


def test_a_clip_is_a_read_only_view_of_the_file(made: SkeletonDataset) -> None:
    assert isinstance(made.joints, np.memmap)
    clip = made.clip(2)
    assert np.shares_memory(clip, made.joints)
    with pytest.raises(ValueError, match="read-only"):
        clip[0, 0, 0] = 1


def test_the_hash_is_of_the_content(made: SkeletonDataset, tmp_path: Path) -> None:
    again = write_dataset(tmp_path / "again", meta(), clips()).dataset
    assert again.sha256 == made.sha256
    moved = list(clips())
    moved[3].joints[1, 0, 0] += 1
    assert write_dataset(tmp_path / "moved", meta(), moved).dataset.sha256 != made.sha256
    edit_meta(made.path, units="metres")
    assert open_dataset(made.path).sha256 != again.sha256


def test_writing_takes_one_clip_at_a_time(tmp_path: Path) -> None:
    alive = 0
    most = 0

    class Counted(np.ndarray[Any, Any]):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def many() -> Iterator[Clip]:
        nonlocal alive, most
        for n in range(50):
            joints = np.ones((2, 3, 2)).view(Counted)
            alive += 1
            most = max(most, alive)
            yield Clip(f"c{n}", str(1 + n % 3), joints, META["classes"][n % 2])
            del joints

    write_dataset(tmp_path / "d", meta(), many())
    assert most <= 3


def test_an_existing_data_set_is_never_written_over(made: SkeletonDataset) -> None:
    before = (made.path / "joints.npy").read_bytes()
    assert "exists already" in refusal(lambda: write_dataset(made.path, meta(), clips()))
    assert (made.path / "joints.npy").read_bytes() == before


@pytest.mark.parametrize("failing", ["clips.csv", "dataset.json"])
def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if target.name == failing:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    assert "No space left" in refusal(lambda: write_dataset(tmp_path / "d", meta(), clips()))
    assert list((tmp_path / "d").glob("*")) == []


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (Clip("x", "1", np.full((2, 3, 2), np.nan), "nod"), "no joint is seen in any frame (all NaN)"),
        (Clip("x", "1", np.full((2, 3, 2), np.inf), "nod"), "it has infinite values"),
        (Clip("x", "1", np.ones((0, 3, 2)), "nod"), "it has no frame"),
        (Clip("x", "1", np.ones((2, 3)), "nod"), "joints must be [T, V, C], but are [2, 3]"),
        (Clip("x", "1", np.ones((2, 4, 2)), "nod"), "does not fit the clips before it"),
        (Clip("x", "1", np.ones((2, 3, 2)), "nod", more={"view": "1"}), "columns ['view']"),
        (Clip("c0", "1", np.ones((2, 3, 2)), "nod", more={"camera": "1"}), "'c0' appears twice"),
        (Clip("x", "1", np.ones((2, 3, 2)), "jump", more={"camera": "1"}), "label: 'jump' is not one of"),
        (Clip("x", "", np.ones((2, 3, 2)), "nod", more={"camera": "1"}), "subject: must be 1 to 200"),
    ],
)
def test_a_clip_that_does_not_fit_is_refused_and_nothing_stays(
    tmp_path: Path, clip: Clip, words: str
) -> None:
    line = refusal(lambda: write_dataset(tmp_path / "d", meta(), [*clips(), clip]))
    assert words in line
    assert ".writing" not in line
    assert list((tmp_path / "d").glob("*")) == []


def test_a_lenient_writer_leaves_out_and_says_so(tmp_path: Path) -> None:
    splits = {**SPLITS, "cameras": {"train": {"camera": ["0"]}, "test": {"camera": ["7"]}}}
    wide = meta(classes=[*META["classes"], "jump"], splits=splits)
    empty = Clip("gone", "1", np.full((2, 3, 2), np.nan), "jump", more={"camera": "0"})
    written = write_dataset(tmp_path / "d", wide, [empty, *clips()], lenient=True)
    assert len(written.dataset) == 6
    assert written.dataset.meta.classes == tuple(META["classes"])
    assert list(written.dataset.meta.splits) == ["by person"]
    assert written.left_out == (
        "1 clips have no joint at all and are left out: gone",
        "1 of 3 classes have no clips and are left out: jump",
        "the split 'cameras' is left out: one of its sides has no clips here",
    )
    assert "has no clips" in refusal(lambda: write_dataset(tmp_path / "e", wide, [empty], lenient=True))


def test_a_confidence_is_the_channel_after_the_coordinates(tmp_path: Path) -> None:
    more = [Clip(c.id, c.subject, np.pad(c.joints, [(0, 0), (0, 0), (0, 1)]), c.label) for c in clips()]
    assert write_dataset(tmp_path / "d", meta(), more).dataset.joints.shape == (21, 3, 3)
    most = [Clip(c.id, c.subject, np.pad(c.joints, [(0, 0), (0, 0), (0, 2)]), c.label) for c in clips()]
    line = refusal(lambda: write_dataset(tmp_path / "e", meta(), most))
    assert "has the shape [21, 3, 4]; dataset.json needs [frames, 3, 2 or 3]" in line


def test_a_clip_of_one_frame_is_allowed_and_flagged(made: SkeletonDataset) -> None:
    notes = check_dataset(made)
    assert notes == (
        "1 clips have only one frame, so nothing moves in them: c0",
        "1 of 6 clips have no label",
    )


def test_a_clip_without_joints_is_found_in_a_strangers_folder(made: SkeletonDataset) -> None:
    joints = np.load(made.path / "joints.npy")
    joints[1:3] = np.nan
    np.save(made.path / "joints.npy", joints)
    assert "clip 'c1': no joint is seen in any frame" in refusal(
        lambda: check_dataset(open_dataset(made.path))
    )


def test_cut_off_joints_are_told(made: SkeletonDataset) -> None:
    path = made.path / "joints.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    line = refusal(lambda: open_dataset(made.path))
    assert line == f"{path} is cut off: it has 19 of 21 frames; copy it again"
    path.write_bytes(whole[:50])
    assert "cannot be read as an npy file" in refusal(lambda: open_dataset(made.path))
    path.write_bytes(whole.replace(b"}", b" ", 1))
    assert "cannot be read as an npy file" in refusal(lambda: open_dataset(made.path))
    path.write_bytes(b"")
    assert "cannot be read as an npy file" in refusal(lambda: open_dataset(made.path))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((21, 3, 2)), "must be float32 [frames, joints, channels], but is float64 [21, 3, 2]"),
        (np.ones((21, 6), np.float32), "is float32 [21, 6]"),
        (np.asfortranarray(np.ones((21, 3, 2), np.float32)), "Fortran order"),
        (np.ones((21, 4, 2), np.float32), "has the shape [21, 4, 2]; dataset.json needs [frames, 3, 2 or 3]"),
        (np.ones((0, 3, 2), np.float32), "has no frames"),
        (np.ones((20, 3, 2), np.float32), "clip 'c5' ends at frame 21, but joints.npy has 20"),
        (np.array([["a"]], dtype=object), "each value is object"),
    ],
)
def test_other_arrays_are_refused(made: SkeletonDataset, array: np.ndarray[Any, Any], words: str) -> None:
    np.save(made.path / "joints.npy", array)
    assert words in refusal(lambda: open_dataset(made.path))


@pytest.mark.parametrize(
    ("line", "column", "value", "words"),
    [
        (0, "start", "begin", "clips.csv:1 has no columns start"),
        (0, "camera", "fps", "clips.csv:1 has the column 'fps' twice"),
        (2, "id", "c0", "clips.csv:3 id: 'c0' appears twice; ids must be unique"),
        (2, "id", " ", "clips.csv:3 id: must be 1 to 200 characters"),
        (3, "label", "nodd", "clips.csv:4 label: 'nodd' is not one of the classes"),
        (3, "start", "2.0", "clips.csv:4 start: must be a whole number, 0 or more (given '2.0')"),
        (3, "start", "-1", "clips.csv:4 start: must be a whole number, 0 or more (given '-1')"),
        (3, "length", "0", "clips.csv:4 length: must be a whole number, 1 or more (given '0')"),
        (3, "length", "9" * 5000, "clips.csv:4 length: must be a whole number, 1 or more (given '999"),
        (3, "length", "nan", "length: must be a whole number"),
        (3, "length", "4", "clips 'c2' and 'c3' overlap in joints.npy"),
        (6, "length", "7", "clips.csv:7 clip 'c5' ends at frame 22, but joints.npy has 21"),
        (3, "fps", "fast", "clips.csv:4 fps: must be a number above 0, or empty (given 'fast')"),
        (3, "fps", "0", "fps: must be a number above 0"),
    ],
)
def test_rows_that_do_not_fit_name_their_line(
    made: SkeletonDataset, line: int, column: str, value: str, words: str
) -> None:
    edit_row(made.path, line, column, value)
    assert words in refusal(lambda: open_dataset(made.path))


def test_a_torn_row_and_an_empty_table_are_refused(made: SkeletonDataset) -> None:
    path = made.path / "clips.csv"
    path.write_text(path.read_text() + "c9,1\n")
    assert "clips.csv:8 has 2 cells, the header has 7" in refusal(lambda: open_dataset(made.path))
    path.write_text(path.read_text().splitlines()[0])
    assert "has no clips" in refusal(lambda: open_dataset(made.path))


def test_a_class_without_clips_is_noted(made: SkeletonDataset) -> None:
    """A part of a data set is read and transcribed with the class list of the whole."""
    edit_meta(made.path, classes=[*META["classes"], "jump"])
    notes = check_dataset(open_dataset(made.path))
    assert "1 of 3 classes have no clips: jump" in notes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dims": 4}, "dataset.json dims: must be 2 or 3"),
        ({"colour": "red"}, "dataset.json colour: unknown field"),
        ({"layout": {**LAYOUT, "edges": [["hip", "left"]]}}, "the graph is not connected"),
        ({"layout": {**LAYOUT, "mirror": [["left", "rihgt"]]}}, "'rihgt' is not a joint of the layout"),
        ({"classes": ["nod", "shake, slowly", "nod"]}, "classes: 'nod' appears twice"),
        ({"splits": {"s": {"train": {"age": ["1"]}, "test": {"subject": ["1"]}}}}, "unknown column 'age'"),
        ({"splits": {"s": {"train": {"subject": ["1"]}}}}, "splits.s.test: is missing"),
        (
            {"splits": {"s": {"train": {"subject": ["1"]}, "test": {}}}},
            "splits.s.test: must have 1 entries or more",
        ),
        ({"splits": {"s": {"train": {"subject": ["1"]}, "test": {"subject": ["9"]}}}}, "test side is empty"),
        (
            {"splits": {"s": {"train": {"subject": ["1", "2"]}, "test": {"subject": ["2", "3"]}}}},
            "split 's': clip 'c1' is on both sides",
        ),
        (
            {"splits": {"s": {"train": {"camera": ["0"]}, "test": {"camera": ["1"], "subject": [1]}}}},
            "split 's': 1 subjects are on both sides: 1",
        ),
    ],
)
def test_a_meta_that_does_not_fit_names_its_field(
    made: SkeletonDataset, changes: dict[str, Any], words: str
) -> None:
    edit_meta(made.path, **changes)
    assert words in refusal(lambda: open_dataset(made.path))


def test_a_folder_that_is_something_else_is_refused(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none'} does not exist" in refusal(lambda: open_dataset(tmp_path / "none"))
    (tmp_path / "clips.csv").write_text("")
    assert "has no joints.npy, dataset.json" in refusal(lambda: open_dataset(tmp_path))


def test_a_strangers_minimal_folder_opens(tmp_path: Path) -> None:
    np.save(tmp_path / "joints.npy", np.ones((3, 3, 2), np.float32))
    (tmp_path / "clips.csv").write_text("length,id,subject,start,label\r\n3,a,p,0,\r\n")
    least = {key: META[key] for key in ("name", "layout", "dims", "units")}
    (tmp_path / "dataset.json").write_text(json.dumps(least))
    dataset = open_dataset(str(tmp_path))
    assert dataset.clips[0].label is None
    assert dataset.clip(0).shape == (3, 3, 2)
    assert check_dataset(dataset) == ()


def test_a_spreadsheet_finds_no_formula_in_a_data_set(made: SkeletonDataset, tmp_path: Path) -> None:
    row = made.clips[0]
    clips = [Clip("=1+1", "@home", made.clip(0), row.label, 25.0, {"camera": "-2", "note": "+x"})]
    write_dataset(tmp_path / "set", made.meta.model_copy(update={"splits": {}}), clips)
    table = (tmp_path / "set" / "clips.csv").read_text()
    assert "\n'=1+1,'@home," in table
    assert table.endswith(",-2,'+x\n")
    again = open_dataset(tmp_path / "set").clips[0]
    assert (again.id, again.subject, again.more) == ("=1+1", "@home", {"camera": "-2", "note": "+x"})


def test_a_growing_data_set_is_the_one_written_at_once(made: SkeletonDataset, tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    with growing_dataset(tmp_path / "g", meta()) as growing:
        for clip in clips():
            growing.add(clip)
        assert not (tmp_path / "g" / "dataset.json").exists()
        with pytest.raises(InputError):
            open_dataset(tmp_path / "g")
    assert (growing.clips, growing.frames) == (6, 21)
    for name in ("joints.npy", "clips.csv", "dataset.json"):
        assert (tmp_path / "g" / name).read_bytes() == (made.path / name).read_bytes()


def test_a_growing_data_set_leaves_out_what_cannot_be_used_if_it_may(tmp_path: Path) -> None:
    empty = Clip("e", "1", np.full((3, 3, 2), np.nan), "nod", 25.0, {"camera": "0"})
    for lenient in (False, True):
        folder = tmp_path / str(lenient)
        folder.mkdir()
        with ExitStack() as stack:
            if not lenient:
                stack.enter_context(pytest.raises(InputError, match="no joint"))
            growing = stack.enter_context(growing_dataset(folder, meta(), lenient=lenient))
            for clip in (*clips(), empty):
                growing.add(clip)
    assert [row.id for row in open_dataset(tmp_path / "True").clips] == [f"c{n}" for n in range(6)]
    assert growing.left_out == ("1 clips have no joint at all and are left out: e",)
