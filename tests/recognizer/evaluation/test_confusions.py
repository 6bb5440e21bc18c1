"""A confusion file has a row for every class: its own, its body part's or all classes'."""

from __future__ import annotations

from pathlib import Path

from mgllm.arms.confusion import load_confusion
from mgllm.recognizer.evaluation.confusions import confusion_table, not_tested

EAR, HAT, JAW, ARMS, TORSO = "touching ears", "touching hat", "touching jaw", "folding arms", "moving torso"


def test_a_class_that_was_never_tested_has_the_row_of_its_body_part(tmp_path: Path) -> None:
    counts = {EAR: {EAR: 3, HAT: 1}, JAW: {JAW: 1, EAR: 3}, ARMS: {ARMS: 8}, HAT: {HAT: 0}}
    table = confusion_table(counts, [EAR, HAT, JAW, ARMS, TORSO])
    assert table.rows_from == {
        EAR: "tested",
        HAT: "group head-hand",
        JAW: "tested",
        ARMS: "tested",
        TORSO: "all classes",
    }
    path = tmp_path / "confusion.csv"
    path.write_text(table.text)
    rows = load_confusion(path).rows
    nothing = dict.fromkeys([EAR, HAT, JAW, ARMS, TORSO, "missed"], 0.0)
    assert rows[HAT] == nothing | {EAR: 6 / 8, HAT: 1 / 8, JAW: 1 / 8}
    assert rows[TORSO] == nothing | {EAR: 6 / 16, HAT: 1 / 16, JAW: 1 / 16, ARMS: 8 / 16}
    line = not_tested(table.rows_from)
    assert line is not None
    assert line.startswith("2 classes were never tested: in confusion.csv 1 have the row of their body part")
    assert not_tested({EAR: "tested"}) is None


def test_background_is_no_gesture(tmp_path: Path) -> None:
    counts = {EAR: {EAR: 1, "background": 3}, "background": {EAR: 5, "background": 5}}
    table = confusion_table(counts, [EAR, "background"])
    path = tmp_path / "confusion.csv"
    path.write_text(table.text)
    confusion = load_confusion(path)
    assert confusion.rows == {EAR: {EAR: 0.25, "missed": 0.75}}
    assert confusion.false_alarms == {}


def test_a_class_that_looks_like_a_formula_is_quoted_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(confusion_table({"=1+1": {"=1+1": 3, "nod": 1}}, ["=1+1", "nod"]).text)
    assert path.read_text().startswith("true,'=1+1,nod,missed,rows_from\n'=1+1,3,1,0,tested\n")
    assert set(load_confusion(path).rows) == {"=1+1", "nod"}
