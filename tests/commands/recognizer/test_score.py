"""Folders of transcripts against each other: by hand, and where they do not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.arms.confusion import load_confusion
from mgllm.cli.recognizer_printing import print_scores
from mgllm.commands.recognizer.score import ScoreOptions, score_folders
from mgllm.errors import InputError
from mgllm.items.gesture_files import gesture_text
from mgllm.records import Gesture, GestureFile

EAR, HAT = "touching ears", "touching hat"
SPEECH = "illustrative body language"


def write(folder: Path, item: str, source: str, *gestures: tuple[str, float, float], **more: object) -> None:
    folder.mkdir(exist_ok=True)
    told = tuple(Gesture(label=label, start=start, end=end) for label, start, end in gestures)
    file = GestureFile(item=item, source=source, duration=20.0, gestures=told, **more)
    (folder / f"{item}.mg.json").write_text(gesture_text(file))


def test_scores_are_those_that_one_counts_by_hand(tmp_path: Path) -> None:
    truth, found = tmp_path / "truth", tmp_path / "found"
    write(truth, "a", "annotated", (EAR, 2, 4), (HAT, 10, 12), (SPEECH, 13, 15))
    write(truth, "b", "annotated", (EAR, 5, 6))
    write(truth, "lost", "annotated", (EAR, 5, 6))
    write(
        found, "a", "recognized", ("Touching_Ears", 2, 4), (EAR, 11, 12), (SPEECH, 1, 2), exposure="held_out"
    )
    write(found, "b", "recognized", (EAR, 5, 8), exposure="in_sample")
    scores = score_folders(found, truth, ScoreOptions())
    assert (scores.recordings, scores.gestures, scores.found) == (2, 3, 3)
    assert scores.f1 == {
        "0.1": pytest.approx(2 / 3),
        "0.3": pytest.approx(2 / 3),
        "0.5": pytest.approx(1 / 3),
    }
    assert scores.by_class == {EAR: pytest.approx(0.8), HAT: 0.0}
    assert scores.exposures == {"held_out": 1, "in_sample": 1}
    assert scores.unmatched == ("lost",)
    wrong_frames = 2 + 2  # the hat's two seconds, of which one is called ears, and two seconds too long
    assert scores.frame_accuracy == pytest.approx(1 - wrong_frames / 40, abs=0.003)


def test_speech_counts_if_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "truth", "a", "annotated", (SPEECH, 2, 4))
    write(tmp_path / "found", "a", "recognized", (SPEECH, 2, 4))
    asked = score_folders(tmp_path / "found", tmp_path / "truth", ScoreOptions(leave_out=()))
    assert (asked.gestures, asked.f1["0.5"]) == (1, 1.0)


def test_misses_and_false_alarms_are_in_the_confusion_file(tmp_path: Path) -> None:
    """Of three ears one is right, one is taken for a hat, one is missed; a forehead is nothing's."""
    forehead, jaw = "touching or scratching forehead", "touching jaw"
    truth, found = tmp_path / "truth", tmp_path / "found"
    write(truth, "a", "annotated", (EAR, 2, 4), (EAR, 10, 12), (EAR, 15, 16))
    write(truth, "b", "annotated", ("folding arms", 5, 6))
    write(found, "a", "recognized", (EAR, 2, 4), (HAT, 10, 11.5), (forehead, 18, 19), (EAR, 15.9, 17))
    write(found, "b", "recognized", ("hand at head", 5, 6))
    scores = score_folders(found, truth, ScoreOptions(), out=tmp_path / "out")
    assert scores.files == (str(tmp_path / "out" / "confusion.csv"),)
    confusion = load_confusion(tmp_path / "out" / "confusion.csv")
    third = pytest.approx(1 / 3)
    assert {label: p for label, p in confusion.rows[EAR].items() if p} == {
        EAR: third,
        HAT: third,
        "missed": third,
    }
    assert confusion.rows["folding arms"]["hand at head"] == 1.0
    alarms = {label: mean for label, mean in confusion.false_alarms.items() if mean}
    assert alarms == {forehead: 0.5, EAR: 0.5}  # in each of two recordings
    assert scores.rows_from[EAR] == "tested"
    assert scores.rows_from[jaw] == "group head-hand"
    assert confusion.rows[jaw] == confusion.rows[EAR]
    assert scores.rows_from["moving torso"] == "all classes"
    assert SPEECH not in scores.rows_from
    assert len(scores.rows_from) == 31


def test_what_cannot_be_scored_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "truth", "a", "annotated", (EAR, 2, 4))
    write(tmp_path / "other", "b", "recognized", (EAR, 2, 4))
    with pytest.raises(InputError, match="no recording in common"):
        score_folders(tmp_path / "other", tmp_path / "truth", ScoreOptions())
    with pytest.raises(InputError, match="no recognised transcripts"):
        score_folders(tmp_path / "truth", tmp_path / "truth", ScoreOptions())
    with pytest.raises(InputError, match="is not a folder"):
        score_folders(tmp_path / "nowhere", tmp_path / "truth", ScoreOptions())


def test_words_and_groups_are_scored_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "truth", "a", "annotated", (EAR, 2, 4), (HAT, 10, 12))
    head = Gesture(label="hand at head", start=10, end=12, level="group")
    wrong = Gesture(label="hands together", start=15, end=16, level="group")
    gestures = (Gesture(label=EAR, start=2, end=4), head, wrong)
    file = GestureFile(item="a", source="recognized", duration=20.0, gestures=gestures)
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "a.mg.json").write_text(gesture_text(file))
    scores = score_folders(tmp_path / "found", tmp_path / "truth", ScoreOptions())
    assert (scores.found, scores.groups) == (1, 2)
    assert scores.f1["0.3"] == pytest.approx(2 / 3)
    assert scores.f1_with_groups["0.3"] == pytest.approx(4 / 5)
    assert set(scores.by_class) == {EAR, HAT}
    print_scores(scores)
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "F1 as words at an overlap (IoU) of 0.1 or more: 0.667"
    shares = "0.800 at 0.1, 0.800 at 0.3, 0.800 at 0.5"
    assert said[4] == f"with 2 groups, right if the gesture is one of the group: F1 {shares}"
