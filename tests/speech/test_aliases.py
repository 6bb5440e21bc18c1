"""Names of speakers stay in the items; prompts show a number instead. Roles stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.records import Turn
from mgllm.speech.aliases import is_role, without_names
from mgllm.speech.base import Said
from mgllm.speech.reading import read_turns


def aliases(*speakers: str) -> list[str | None]:
    said = Said(turns=tuple(Turn(speaker=name, text="Well.") for name in speakers))
    return [turn.alias for turn in without_names(said).turns]


@pytest.mark.parametrize(
    "name",
    [
        "SPEAKER_00",
        "Speaker 12",
        "spk_1",
        "Interviewer",
        "INTERVIEWEE",
        "Q",
        "A",
        "0",
        "P07",
        "Host 2",
        "Male speaker",
        "Dr",
        "",
        "S1",
    ],
)
def test_roles_numbers_and_letters_are_nobodys_name(name: str) -> None:
    assert is_role(name)


@pytest.mark.parametrize(
    "name", ["Ann", "Ann Lee", "Dr Lee", "Speaker Ann", "J. Smith", "Änne", "李雷", "Interviewer Bob"]
)
def test_names_are_found_also_beside_a_role(name: str) -> None:
    assert not is_role(name)


def test_one_person_has_one_alias_in_the_order_of_speaking() -> None:
    assert aliases("Host", "Bob", "Ann", "Bob") == [None, "Speaker 1", "Speaker 2", "Speaker 1"]


def test_an_alias_is_nobody_elses_name() -> None:
    assert aliases("Speaker 1", "Ann") == [None, "Person 1"]
    assert aliases("Speaker 1", "Person 1", "Ann") == [None, None, "Voice 1"]


def test_a_note_says_who_is_who_and_other_notes_are_kept() -> None:
    said = Said(turns=(Turn(speaker="Ann", text="Yes."),), notes={"lines are odd": ("x",)})
    assert list(without_names(said).notes.values()) == [("x",), ("Ann is Speaker 1",)]
    assert without_names(Said(turns=(Turn(speaker="Host", text="Yes."),))).notes == {}


def test_names_before_words_are_read_with_their_aliases(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ann Lee: Are you glad?\nBob Ray: I am.\nAnn Lee: Good.\n")
    turns = read_turns(tmp_path / "a.txt", "txt")
    assert [(turn.speaker, turn.alias) for turn in turns] == [
        ("Ann Lee", "Speaker 1"),
        ("Bob Ray", "Speaker 2"),
        ("Ann Lee", "Speaker 1"),
    ]
