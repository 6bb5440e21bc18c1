"""Plain tables and MiGA label files: what stands in them, line by line."""

from __future__ import annotations

import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices
from mgllm.exports.csv import Csv
from mgllm.exports.miga import Miga
from mgllm.records import Gesture, GestureFile


def transcript(*gestures: Gesture, vocabulary: str = "imigue") -> GestureFile:
    return GestureFile(item="a", vocabulary=vocabulary, gestures=gestures)


def miga(*gestures: Gesture, vocabulary: str = "imigue", fps: float = 25) -> tuple[str, dict[str, int]]:
    exported = Miga(ExportChoices(fps=fps)).write(transcript(*gestures, vocabulary=vocabulary))
    return exported.text, dict(exported.lost)


def test_a_table_has_a_row_a_gesture_and_leaves_open_what_is_not_known() -> None:
    exported = Csv(ExportChoices()).write(
        transcript(
            Gesture(label="folding arms", start=0.1, end=0.30000000000000004, confidence=0.5),
            Gesture(label='a, "b"', start=2),
            Gesture(label="=HYPERLINK(1)"),
        )
    )
    assert exported.text == (
        "label,start,end,confidence\n"
        "folding arms,0.1,0.30000000000000004,0.5\n"
        '"a, ""b""",2.0,,\n'
        "'=HYPERLINK(1),,,\n"
    )
    assert exported.lost == {}


def test_label_files_are_in_the_order_of_frames_end_included() -> None:
    text, lost = miga(
        Gesture(label="Folding arms", start=1, end=2),
        Gesture(label="turtle neck", start=0, end=0.04),
        Gesture(label="illustrative body language", start=0.5, end=0.51),
    )
    assert text == "1,0,0\n99,12,12\n17,25,49\n"
    assert lost == {}


def test_every_class_has_its_id() -> None:
    classes = load_vocabulary("imigue").classes
    text, _ = miga(*(Gesture(label=one.label, start=n, end=n + 1) for n, one in enumerate(classes)), fps=1)
    assert [int(line.split(",")[0]) for line in text.splitlines()] == [*range(1, 32), 99]


def test_other_vocabularies_are_translated_and_the_rest_is_counted() -> None:
    text, lost = miga(
        Gesture(label="crossing arms", start=1, end=2),
        Gesture(label="nodding", start=1, end=2),
        Gesture(label="nodding", start=3, end=4),
        Gesture(label="head up"),
        Gesture(label="head up", start=4),
        vocabulary="ma52",
    )
    assert text == "17,25,49\n28,100,100\n"
    assert lost == {
        "gestures 'nodding' are not a class of iMiGUE and are left out": 2,
        "gestures have no start and are left out": 1,
        "gestures have no end and are written as one frame": 1,
    }
    assert miga(Gesture(label="folding arms", start=1, end=2), vocabulary="my own")[0] == "17,25,49\n"


def test_the_frame_rate_is_asked_for() -> None:
    with pytest.raises(InputError, match="--fps N"):
        Miga(ExportChoices()).write(transcript())


GROUP = Gesture(label="hand at head", start=1.0, end=2.0, confidence=0.75, level="group")


def test_a_table_with_groups_says_which_they_are() -> None:
    exported = Csv(ExportChoices()).write(transcript(GROUP, Gesture(label="head up")))
    assert exported.text.splitlines() == [
        "label,start,end,confidence,level",
        "hand at head,1.0,2.0,0.75,group",
        "head up,,,,word",
    ]
    assert exported.lost == {}


def test_miga_has_no_number_for_a_group() -> None:
    text, lost = miga(GROUP, Gesture(label="head up", start=1, end=2))
    assert text == "28,25,49\n"
    assert lost == {"gestures are known by their group alone, which has no number, and are left out": 1}
