"""What is read from odd files, written in each format and read again is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.commands.export import export_transcripts
from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.exports.base import ExportChoices, exports
from mgllm.items.gesture_files import read_gesture_file
from mgllm.items.loading import item_line, load_items
from mgllm.records import Gesture
from mgllm.skeleton import open_dataset
from mgllm.skeleton.skeleton_file import read_skeleton_file
from mgllm.speech.base import speech_formats
from mgllm.speech.captions import parse_srt, srt_text
from tests.odd_files import FILES, Case, cases

FPS = 25.0
"""MiGA's files count frames."""
CASES = [case for case in cases() if case.read and not case.options]
ANNOTATED = [case for case in CASES if case.format in ("eaf", "boris", "via", "csv")]
SPOKEN = [case for case in CASES if case.format in speech_formats.names()]


def gestures(folder: Path) -> dict[str, list[Gesture]]:
    found = (read_gesture_file(path) for path in sorted(folder.glob("*.mg.json")))
    return {one.item: sorted(one.gestures, key=lambda g: (g.start or 0, g.label)) for one in found}


def kept(format_name: str, one: Gesture) -> Gesture | None:
    """What docs/annotations.md says that a format keeps of a gesture; None: it is left out."""
    if one.start is None:
        return one if format_name == "csv" else None
    end = one.end if one.end is not None or format_name == "csv" else one.start + 0.001
    if format_name == "eaf":
        return one.model_copy(update={"start": round(one.start, 3), "end": round(end or 0, 3)})
    return one.model_copy(update={"end": end})


@pytest.mark.parametrize("format_name", sorted({"eaf", "csv"} & set(exports.names())))
@pytest.mark.parametrize("case", ANNOTATED, ids=lambda case: case.name)
def test_gestures_come_back(case: Case, format_name: str, tmp_path: Path) -> None:
    import_dataset(case.format, case.path, tmp_path / "in")
    export_transcripts(format_name, [tmp_path / "in"], tmp_path / "out", ExportChoices())
    import_dataset(format_name, tmp_path / "out", tmp_path / "again")
    for item, read in gestures(tmp_path / "in").items():
        wanted = [want for one in read if (want := kept(format_name, one)) is not None]
        again = gestures(tmp_path / "again")[item]
        assert [one.label for one in again] == [one.label for one in wanted]
        for there, back in zip(wanted, again, strict=True):
            assert (back.start, back.confidence) == (there.start, there.confidence)
            assert back.end == pytest.approx(there.end) if there.end is not None else back.end is None


def test_frames_of_miga_come_back(tmp_path: Path) -> None:
    choices = ImportChoices(fps=FPS)
    import_dataset("miga", FILES / "miga" / "0001_label.csv", tmp_path / "in", choices)
    export_transcripts("miga", [tmp_path / "in"], tmp_path / "out", ExportChoices(fps=FPS))
    import_dataset("miga", tmp_path / "out", tmp_path / "again", choices)
    assert gestures(tmp_path / "again") == gestures(tmp_path / "in")


@pytest.mark.parametrize("case", SPOKEN, ids=lambda case: case.name)
def test_items_and_captions_come_back(case: Case, tmp_path: Path) -> None:
    import_dataset(case.format, case.path, tmp_path / "in")
    items = load_items(str(tmp_path / "in"))
    again = tmp_path / "again.jsonl"
    again.write_text("".join(f"{item_line(item)}\n" for item in items), encoding="utf-8")
    assert load_items(str(again)) == items
    turns = items[0].speech
    if all(turn.end is not None for turn in turns):
        read = parse_srt(srt_text(turns), "again.srt", speakers="none").turns
        assert [turn.text for turn in read] == [turn.text for turn in turns]


@pytest.mark.parametrize("folder", ["body25", "hands", "frames-missing"])
def test_joints_of_a_set_and_of_a_skeleton_file_are_the_same(folder: str, tmp_path: Path) -> None:
    source, choices = FILES / "openpose" / folder, ImportChoices(fps=FPS)
    import_dataset("openpose", source, tmp_path / "set", choices)
    import_dataset("openpose", source, tmp_path / "files", choices, skeleton_files=True)
    kept_TVC = open_dataset(tmp_path / "set").clip(0)
    (file,) = (tmp_path / "files").glob("*.skeleton.npz")
    recording = read_skeleton_file(file)
    assert recording.about.fps == FPS
    np.testing.assert_array_equal(recording.joints, kept_TVC)
