"""`mgllm import` of annotations: a `*.mg.json` an item, which `--gestures` joins; and the command itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.items.gesture_files import read_gesture_file
from mgllm.items.joining import join_gestures
from mgllm.records import Gesture, Item

TABLE = "label,start,end\nfolding arms,1,2\njuggling,3,4\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "clip 1.csv").write_text(TABLE)
    (folder / "clip 2.csv").write_text("label,start,end\n")
    return folder


def test_transcripts_and_their_source_are_written_and_join_their_items(tmp_path: Path, tables: Path) -> None:
    out = tmp_path / "new" / "out"
    report = import_dataset("csv", tables, out)
    assert names(out) == ["SOURCE.md", "clip 1.mg.json", "clip 2.mg.json"]
    assert (report.items, report.gestures, report.labels, report.vocabulary) == (2, 2, 2, "imigue")
    assert sorted(Path(path).name for path in report.files) == names(out)
    joined = join_gestures([Item(id="clip 1", subject="s"), Item(id="clip 2", subject="t")], out)
    assert [len(item.gestures["annotated"].gestures) for item in joined.items] == [2, 0]
    assert joined.notes == ()
    page = (out / "SOURCE.md").read_text(encoding="utf-8")
    assert "2 recordings, 2 movements of 2 kinds, in the words of the vocabulary `imigue`" in page
    assert "1 labels are in no vocabulary and are kept: 'juggling' (1)" in page


@pytest.mark.parametrize("name", ["SOURCE.md", "clip 1.mg.json", "clip 2.mg.json"])
def test_nothing_is_written_over(tmp_path: Path, tables: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(InputError, match="exists already and is not overwritten"):
        import_dataset("csv", tables, out)
    assert names(out) == [name]


def test_names_and_labels_that_items_may_not_hold_are_refused(tmp_path: Path, tables: Path) -> None:
    (tables / "clip 3.csv").write_text("label,start,end\na\ue000b,1,2\n")
    with pytest.raises(InputError, match=r"item 'clip 3' .*has the character U\+E000"):
        import_dataset("csv", tables, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_choices_that_a_format_does_not_heed_are_refused(tmp_path: Path, tables: Path) -> None:
    with pytest.raises(
        InputError, match=r"^--tier has no effect on the format csv; it reads --fps, --map, --vocabulary$"
    ):
        import_dataset("csv", tables, tmp_path / "o", ImportChoices(tier=("x",)))
    with pytest.raises(
        InputError, match=r"^--tier has no effect on the format rltd; it reads no such options$"
    ):
        import_dataset("rltd", tables, tmp_path / "o", ImportChoices(tier=("x",)))


def test_the_commands_go_from_a_table_to_elan_and_back(
    tmp_path: Path, tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        told = capsys.readouterr()
        assert caught.value.code == 0, told.err
        return told.out if "--json" in words else told.out + told.err

    one, two, three = (str(tmp_path / name) for name in ("one", "two", "three"))
    said = run("import", "csv", str(tables), "-o", one)
    assert "2 gesture transcripts: 2 gestures of 2 kinds, vocabulary imigue; join them to items" in said
    assert "note: 1 labels are in no vocabulary" in said
    assert "2 gesture transcripts with 2 gestures as eaf" in run("export", "eaf", one, "-o", two)
    report = json.loads(run("import", "eaf", two, "-o", three, "--json"))
    assert report["items"] == 2
    back = read_gesture_file(Path(three) / "clip 1.mg.json")
    assert back.gestures == (
        Gesture(label="folding arms", start=1, end=2),
        Gesture(label="juggling", start=3, end=4),
    )
    frames = run("export", "miga", f"{three}/clip 1.mg.json", "-o", two, "--fps", "25")
    assert "note: 1 gestures 'juggling' are not a class of iMiGUE and are left out: clip 1" in frames
    assert (Path(two) / "clip 1_label.csv").read_text() == "17,25,49\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "csv", "SRC", "-o", "OUT", "--tier", "x"], "--tier has no effect on the format csv"),
        (["import", "miga", "SRC", "-o", "OUT"], "give the frame rate with --fps N"),
        (["import", "miga", "SRC", "-o", "OUT", "--fps", "0"], "--fps must be above 0, not 0"),
        (["import", "miga", "SRC", "-o", "OUT", "--fps", "inf"], "--fps must be a finite number, not inf"),
        (["import", "miga", "SRC", "-o", "OUT", "--fps", "x"], "--fps"),
        (["import", "csv", "SRC", "-o", "OUT", "--vocabulary", "imigeu"], "Did you mean 'imigue'?"),
        (["import", "eaf", "SRC", "-o", "OUT"], "has no *.eaf"),
        (["import", "boris", "SRC", "-o", "OUT"], "has no column 'Observation id'"),
        (["import", "via", "SRC", "-o", "OUT"], "is not a csv of VIA"),
        (["export", "eaf", "SRC", "-o", "OUT"], "tables has no *.mg.json files"),
        (["export", "eef", "SRC", "-o", "OUT"], "Did you mean 'eaf'?"),
        (["export", "miga", "SRC", "-o", "OUT", "--fps", "-1"], "--fps must be above 0, not -1"),
        (["export", "eaf", "-o", "OUT"], "SRC"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path, tables: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    places = {"SRC": str(tables), "OUT": str(tmp_path / "out")}
    with pytest.raises(SystemExit) as caught:
        main([places.get(word, word) for word in words])
    told = capsys.readouterr().err
    assert caught.value.code == 2, told
    assert said in told
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "out").exists()
