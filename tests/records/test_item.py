"""The rules of items and gestures that reach over one field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mgllm.records import Gesture, GestureFile, GestureTranscript, Item, Turn


def item(**fields: Any) -> Item:
    return Item.model_validate({"id": "a", "subject": "s", **fields})


def test_a_plain_string_is_one_turn_and_a_blank_one_none() -> None:
    assert item(speech="Yes.").speech == (Turn(text="Yes."),)
    assert item(speech=" \n").speech == item(speech="").speech == item().speech == ()


def test_turns_without_words_are_refused() -> None:
    with pytest.raises(ValidationError, match="turns but no words"):
        item(speech=[{"text": ""}, {"text": " "}])
    assert len(item(speech=[{"text": ""}, {"text": "x"}]).speech) == 2


def test_the_key_of_gestures_says_their_source() -> None:
    assert item(gestures={"out_of_fold": {}}).gestures["out_of_fold"] == GestureTranscript(
        source="out_of_fold"
    )
    with pytest.raises(ValidationError, match="under 'annotated' say that their source is 'recognized'"):
        item(gestures={"annotated": {"source": "recognized"}})


@pytest.mark.parametrize(
    "bad", [{"end": 1, "start": 2}, {"start": -1}, {"confidence": 1.1}, {"start": float("nan")}]
)
def test_impossible_gestures_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Gesture.model_validate({"label": "nod", **bad})
    assert Gesture.model_validate({"label": "nod", "start": 2, "end": 2}).end == 2


def test_names_are_stripped_and_never_empty() -> None:
    assert item(id=" a ").id == "a"
    with pytest.raises(ValidationError):
        item(subject="  ")


def test_a_gesture_file_carries_its_schema() -> None:
    assert GestureFile(item="a").model_dump(by_alias=True)["schema"] == "mgllm.gestures/1"
    with pytest.raises(ValidationError):
        GestureFile.model_validate({"item": "a", "schema": "mgllm.gestures/0"})


def test_the_level_of_a_gesture_is_written_only_for_a_group() -> None:
    word, group = Gesture(label="head up", level="word"), Gesture(label="hand at head", level="group")
    assert word == Gesture(label="head up")
    assert '"level"' not in word.model_dump_json()
    assert group.model_dump(exclude_defaults=True) == {"label": "hand at head", "level": "group"}
    assert Gesture.model_validate_json(group.model_dump_json()) == group
    with pytest.raises(ValidationError):
        Gesture.model_validate({"label": "head up", "level": "class"})
