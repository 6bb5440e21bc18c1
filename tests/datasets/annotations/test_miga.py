"""MiGA's label files: frames to seconds, id 99 apart, and the frame rate asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.annotations.miga import Miga
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError
from mgllm.records import Gesture


def read(folder: Path, text: str, name: str = "0042_label.csv", **choices: object) -> ImportedTranscripts:
    (folder / name).write_text(text)
    return Miga(ImportChoices.model_validate({"fps": 25, **choices})).read(folder / name)


@pytest.mark.parametrize("header", ["", "gestureID,start,end\n", "GestureID, Start, End\n"])
def test_frames_are_seconds_end_included(tmp_path: Path, header: str) -> None:
    imported = read(tmp_path, f"{header}17,25,49\n1,0,0\n31,25,26\n")
    transcript = imported.transcripts[0]
    assert (transcript.item, transcript.vocabulary) == ("0042", "imigue")
    assert transcript.gestures == (
        Gesture(label="turtle neck", start=0, end=0.04),
        Gesture(label="shaking shoulders", start=1, end=27 / 25),
        Gesture(label="folding arms", start=1, end=2),
    )
    assert imported.warnings == ()


def test_all_ids_are_the_vocabularys_classes(tmp_path: Path) -> None:
    text = "".join(f"{n},{n},{n}\n" for n in (*range(1, 32), 99))
    labels = [one.label for one in read(tmp_path, text, illustrative=True).transcripts[0].gestures]
    assert labels == [one.label for one in load_vocabulary("imigue").classes]


def test_illustrative_gestures_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    text = "99,0,5\n17,3,9\n99,7,8\n"
    imported = read(tmp_path, text)
    assert [one.label for one in imported.transcripts[0].gestures] == ["folding arms"]
    assert imported.warnings == (
        "2 gestures are illustrative body language (id 99) and are left out; --illustrative keeps them: 0042",
    )
    kept = read(tmp_path, text, illustrative=True)
    assert [one.label for one in kept.transcripts[0].gestures].count("illustrative body language") == 2
    assert kept.warnings == ()


def test_a_release_is_read_by_its_label_files_alone(tmp_path: Path) -> None:
    for name in ("0001", "0002"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}_label.csv").write_text("17,0,5\n")
        (tmp_path / name / f"{name}_light_hand.csv").write_text("0,1,2,3\n")
    imported = Miga(ImportChoices(fps=25)).read(tmp_path)
    assert [one.item for one in imported.transcripts] == ["0001", "0002"]


def test_other_names_and_an_empty_list(tmp_path: Path) -> None:
    assert read(tmp_path, "17,0,5\n", "talk.csv").transcripts[0].item == "talk"
    assert read(tmp_path, "", "nothing_label.csv").transcripts[0].gestures == ()
    assert read(tmp_path, "gestureID,start,end\n", "seen.csv").transcripts[0].gestures == ()


def test_skeletons_beside_the_labels_say_how_long_the_recording_is(tmp_path: Path) -> None:
    assert read(tmp_path, "17,0,5\n", "0001_label.csv").transcripts[0].duration is None
    (tmp_path / "0002_light_hand.csv").write_text("0,1\n" * 50)
    read_ = read(tmp_path, "17,0,5\n1,60,70\n", "0002_label.csv")
    assert (read_.transcripts[0].duration, len(read_.transcripts[0].gestures)) == (2.0, 1)
    assert any("start after the recording's end and are left out" in line for line in read_.warnings)


def test_the_frame_rate_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a_label.csv").write_text("17,0,5\n")
    with pytest.raises(InputError, match=r"give the frame rate with --fps N \(iMiGUE has 25\)"):
        Miga().read(tmp_path)


def test_words_of_another_vocabulary(tmp_path: Path) -> None:
    imported = read(tmp_path, "17,0,24\n29,0,24\n", vocabulary="ma52")
    assert [one.label for one in imported.transcripts[0].gestures] == ["crossing arms", "pressing lips"]
    assert imported.warnings == (
        "1 labels were translated to ma52: 'folding arms' is 'crossing arms'",
        "1 labels are not in ma52 but in another vocabulary: 'pressing lips' (1; imigue)",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("32,0,5\n", "row 1: gestureID must be 1 to 31, or 99 (given 32)"),
        ("17,0,5\n0,0,5\n", "row 2: gestureID must be 1 to 31, or 99 (given 0)"),
        ("17,5,4\n", "impossible times: frames 5 to 4"),
        ("17,-1,4\n", "impossible times"),
        ("17,0.5,4\n", "three whole numbers"),
        ("17,0\n", "has 2 columns, not 3"),
        ("17,,4\n", "three whole numbers"),
        ("label,start,end\n17,0,4\n", "could not convert"),
    ],
)
def test_a_broken_file_is_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "0042_label.csv" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
