"""Tennis interviews, made up in the form that their readme documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.tennis import FILE, Tennis
from mgllm.errors import InputError

ONE = {
    "QandA": [
        ["Andy, how do\n you feel?  Murray fans ask.", "ANDY MURRAY: Great. Candy is nice."],
        ["Thanks, Andy Murray's team.", ""],
    ],
    "date": "2015-06-21",
    "gender": "M",
    "opponent": "Kevin Anderson",
    "player": "Andy Murray",
    "ranking": 3,
    "result": 1,
    "stage": "The Final",
    "tournament": "AEGON CHAMPIONSHIPS",
    "tournament_type": "ATP500",
}
OTHER = {"QandA": [], "player": "Na Li", "result": 0, "gender": "F", "ranking": float("nan")}


def store(folder: Path, content: Any) -> Path:
    (folder / FILE).write_text(json.dumps(content))
    return folder


def test_the_player_is_the_subject_and_has_no_name_in_the_speech(tmp_path: Path) -> None:
    imported = Tennis().read(store(tmp_path, {"0": ONE, "17": OTHER}))
    first, second = imported.items
    assert (first.id, first.subject, first.target, first.terms) == ("0", "Andy Murray", "win", "restricted")
    assert [(turn.speaker, turn.text) for turn in first.speech] == [
        ("interviewer", "[name], how do you feel? [name] fans ask."),
        ("interviewee", "[name]: Great. Candy is nice."),
        ("interviewer", "Thanks, [name]'s team."),
    ]
    assert first.covariates == {
        "sex": "M",
        "stage": "The Final",
        "tournament": "AEGON CHAMPIONSHIPS",
        "tournament_type": "ATP500",
        "date": "2015-06-21",
        "ranking": 3,
    }
    assert (second.target, second.speech, dict(second.covariates)) == ("lose", (), {"sex": "F"})
    assert "1 conferences have no words: 17" in imported.warnings
    assert any(
        "2 short parts of names are replaced only in the complete name: Li, Na" in w
        for w in imported.warnings
    )


def test_short_parts_of_names_are_words_and_stay(tmp_path: Path) -> None:
    said = {**OTHER, "QandA": [["Na Li, or Li Na?", "na LI. Na na na."]]}
    (item,) = Tennis().read(store(tmp_path, {"1": said})).items
    assert [turn.text for turn in item.speech] == ["[name], or Li Na?", "[name]. Na na na."]


def test_items_are_written(tmp_path: Path) -> None:
    report = import_dataset("tennis", store(tmp_path, {"0": ONE, "1": OTHER}), tmp_path / "out")
    assert (report.items, report.subjects, report.subject_known, report.turns) == (2, 2, True, 3)
    assert report.targets == {"lose": 1, "win": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([ONE], "must be an object of press conferences by number"),
        ({"0": {**ONE, "result": 2}}, "'0' result: "),
        ({"0": {**ONE, "QandA": [["only a question"]]}}, "'0' QandA.0"),
        ({"0": {"QandA": [], "result": 1}}, "'0' player: "),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Tennis().read(store(tmp_path, content))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_without_the_file_and_a_torn_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no transcripts_matchinfo\.json"):
        Tennis().read(tmp_path)
    (tmp_path / FILE).write_text('{"0": {')
    with pytest.raises(InputError, match="is not JSON"):
        Tennis().read(tmp_path)


def test_a_player_of_signs_alone_hides_no_word(tmp_path: Path) -> None:
    (item,) = Tennis().read(store(tmp_path, {"0": {**ONE, "player": " . - "}})).items
    assert item.speech[0].text == "Andy, how do you feel? Murray fans ask."


def test_a_key_that_is_no_name_of_an_item_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"matchinfo\.json 'x+' id: ") as caught:
        Tennis().read(store(tmp_path, {"x" * 10_000: ONE}))
    assert len(str(caught.value)) < 400
