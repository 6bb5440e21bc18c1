"""F1 of the gestures shown: one to one, over what the prompt shows, in every record of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.arms.base import Case, Ground, get_arm
from mgllm.experiment.cue_f1 import cue_f1, one_to_one
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item, Record
from mgllm.store import read_run


def at(label: str, start: float | None = None, end: float | None = None) -> Gesture:
    return Gesture(label=label, start=start, end=end)


NOD, FROWN = at("nod", 0, 1), at("frown", 2, 3)


@pytest.mark.parametrize(
    ("annotated", "found", "f1"),
    [
        ([NOD, FROWN], [NOD, FROWN], 1.0),
        ([NOD], [NOD, NOD], 2 / 3),  # one annotated gesture is never matched twice
        ([NOD, FROWN], [NOD], 2 / 3),
        ([NOD], [at("Nod ", 0.1, 1.1)], 1.0),
        ([NOD], [at("nod", 0.6, 1.6)], 0.0),  # 0.4 of 1.6 seconds: too little overlap
        ([NOD], [at("nod", 4, 5)], 0.0),
        ([NOD], [at("nod")], 1.0),  # without times labels are counted
        ([at("nod"), at("nod")], [at("nod"), at("frown")], 0.5),
        ([NOD], [at("nod", 0, 0)], 1.0),
        ([], [], 1.0),
        ([], [NOD], 0.0),
        ([NOD], [], 0.0),
    ],
)
def test_gestures_match_one_to_one(annotated: list[Gesture], found: list[Gesture], f1: float) -> None:
    assert one_to_one(annotated, found).f1 == pytest.approx(f1)


def case(settings: CueSettings | None = None, annotated: bool = True) -> Case:
    gestures = {"recognized": GestureTranscript(gestures=(NOD, at("smile", 4, 5)), source="recognized")}
    if annotated:
        gestures["annotated"] = GestureTranscript(gestures=(NOD, FROWN))
    item = Item.model_validate({"id": "i", "subject": "s", "speech": "Yes.", "gestures": gestures})
    return Case(Ground({"i": item}, "recognized", settings or CueSettings()), item)


def f1_of(arm: str, one: Case) -> float | None:
    return cue_f1(one, get_arm(arm).block(one))


def test_only_what_is_shown_counts() -> None:
    assert f1_of("text+mg", case()) == 0.5
    assert f1_of("text+oracle", case()) == 1.0
    assert f1_of("text+mg", case(CueSettings(leave_out=("smile", "frown")))) == 1.0


def test_without_gestures_or_annotation_there_is_none() -> None:
    assert f1_of("text", case()) is None
    assert f1_of("text+mg", case(annotated=False)) is None


@pytest.fixture
def found(meeting: dict[str, Any], shelve: Any) -> tuple[Record, ...]:
    """A run of all kinds of arms."""
    shelve()
    arms = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler", "text+noisy@0", "text+noisy@1")
    return read_run(mgllm.run(**meeting, arms=arms, shuffles=2).folder).records


def by_arm(records: tuple[Record, ...], arm: str) -> list[float | None]:
    return [record.cue_f1 for record in records if record.arm == arm]


def test_every_record_has_it_where_gestures_are_shown(found: tuple[Record, ...]) -> None:
    for arm in ("mg", "text+mg", "text+noisy@0"):
        assert by_arm(found, arm) == [1.0] * 4
    for arm in ("none", "text", "text+filler"):
        assert set(by_arm(found, arm)) == {None}
    assert by_arm(found, "text+noisy@1") == [0.0] * 4  # every label is replaced
    assert len(by_arm(found, "text+shuffled")) == 8
    assert all(f1 is not None and f1 < 1 for f1 in by_arm(found, "text+shuffled"))


def test_with_a_confusion_the_level_is_not_the_f1(
    meeting: dict[str, Any], shelve: Any, tmp_path: Path
) -> None:
    """F15: a confusion table that keeps most labels leaves most gestures right, at level 1 too."""
    shelve()
    labels = sorted(
        {
            gesture["label"]
            for file in Path(meeting["scenarios_dir"]).rglob("*.jsonl")
            for line in file.read_text(encoding="utf-8").splitlines()
            for gesture in json.loads(line)["gestures"]["annotated"]["gestures"]
        }
    )
    rows = [",".join([true, *("9" if true == said else "0" for said in labels), "1"]) for true in labels]
    (tmp_path / "c.csv").write_text("\n".join([",".join(["true", *labels, "missed"]), *rows, ""]))
    run = mgllm.run(**meeting, arms=("text", "text+mg", "text+noisy@1"), confusion=tmp_path / "c.csv")
    levels = [f1 or 0 for f1 in by_arm(read_run(run.folder).records, "text+noisy@1")]
    assert sum(levels) / len(levels) > 0.5
